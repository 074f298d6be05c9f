// Drawn once: defects do not depend on the voltage.
#include "memory/generators/defect_map.hpp"

#include <stdexcept>

#include "memory/generators/generated_cells.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/numbers/text_number.hpp"

namespace brownout::memory {
namespace {

CellMasks draw_defects(const SramGeometry& geometry, const DefectRate& defects,
                       std::uint64_t chip_seed) {
  if (!(defects.rate >= 0 && defects.rate <= 1)) {
    throw std::runtime_error("rate: " + format_double(defects.rate) + " is not in 0..1");
  }
  const FaultMixture mixture{.stuck = true, .stuck_at_0_share = defects.stuck_at_0_share};
  mixture.validate();
  if (defects.rate == 0) return CellMasks(geometry);
  // A seed of their own: which cells are defective tells nothing of which fail at a voltage.
  return independent_cells(geometry, Chance(defects.rate), mixture,
                           draw(chip_seed, Draw::kDefects));
}

}  // namespace

DefectMap::DefectMap(const SramGeometry& geometry, const DefectRate& defects,
                     std::uint64_t chip_seed)
    : defects_(defects),
      chip_seed_(chip_seed),
      masks_(draw_defects(geometry, defects, chip_seed)) {}

std::string DefectMap::source() const {
  return "generated: defects at a rate of " + format_double(defects_.rate) + ", " +
         format_double(defects_.stuck_at_0_share) + " of them at 0, chip seed " +
         std::to_string(chip_seed_);
}

}  // namespace brownout::memory
