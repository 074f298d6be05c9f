// The keys of `memory.chip` that say how a map is put onto the SRAM: fold, offsets, shift.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "memory/maps/resize_fault_map.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {

struct MapPlacement {
  std::optional<memory::Resize> fold;  ///< nothing: the map has the SRAM's geometry
  /// Where in the map the SRAM begins. Several make as many chips of each map.
  std::vector<memory::CellAddress> offsets = {{}};
  std::int64_t shift_micro = 0;  ///< of all voltages of the map

  /// For chip `chip`, which counts the offsets of the first map, then those of the next.
  memory::Resizing resizing(std::size_t chip) const {
    return {fold.value(), offsets[chip % offsets.size()]};
  }
};

/// Throws InputError with the key's place.
MapPlacement read_map_placement(const MapReader& chip);

/// "crop", "tile".
std::string to_string(memory::Resize how);

}  // namespace brownout::config
