// A measured chip's map, resized and shifted as the workload asks for.
#pragma once

#include <cstdint>

#include "memory/maps/sparse_fault_map.hpp"
#include "sim/config/memory_config.hpp"

namespace brownout::experiment {

/// The map of chip `chip`, which must be one of `chips.maps`, for an SRAM of `geometry`. Without
/// the key `fold` it keeps the geometry of its file. Throws InputError naming the file.
memory::SparseFaultMap placed_map(const config::ChipConfig& chips, std::uint64_t chip,
                                  const memory::SramGeometry& geometry);

}  // namespace brownout::experiment
