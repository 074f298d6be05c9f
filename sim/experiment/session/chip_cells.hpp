// The cells of a chip before repair: from map files or a generator, with what is laid over them.
#pragma once

#include <cstdint>
#include <memory>

#include "memory/fault_map.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

/// All cells of a memory that may fail, those of spare lines included. Throws InputError naming the
/// file when a map cannot be read, or its geometry or unit is not the memory's.
std::unique_ptr<memory::FaultMap> make_cells(const Plan& plan, std::uint64_t chip,
                                             hardware::OnChipMemory memory);

}  // namespace brownout::experiment
