#include "sim/experiment/inputs/placed_map.hpp"

#include "memory/base/input_error.hpp"
#include "memory/files/read_map.hpp"
#include "memory/maps/rescale_fault_map.hpp"

namespace brownout::experiment {

memory::SparseFaultMap placed_map(const config::ChipConfig& chips, std::uint64_t chip,
                                  const memory::SramGeometry& geometry) {
  const std::filesystem::path& path = chips.maps.at(chip);
  memory::SparseFaultMap map = memory::read_map(path.string(), chips.import).map;
  const config::MapPlacement& placement = chips.placement;
  try {
    if (placement.fold) map = memory::resized(map, geometry, placement.resizing(chip));
    if (placement.shift_micro != 0) map = memory::shifted(map, placement.shift_micro);
  } catch (const InputError& error) {
    throw error.within(path.string());
  }
  return map;
}

}  // namespace brownout::experiment
