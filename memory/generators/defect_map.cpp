// Drawn once: defects do not depend on the voltage.
#include "memory/generators/defect_map.hpp"

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/generators/iid_generator.hpp"

namespace brownout::memory {
namespace {

CellMasks draw_defects(const SramGeometry& geometry, const DefectRate& defects,
                       std::uint64_t chip_seed) {
  if (!(defects.rate >= 0 && defects.rate <= 1)) {
    throw InputError("rate", format_double(defects.rate) + " is not in 0..1");
  }
  defects.mixture().validate();
  if (defects.rate == 0) return CellMasks(geometry);
  // A seed of their own: which cells are defective tells nothing of which fail at a voltage.
  const std::uint64_t seed = draw(chip_seed, Draw::kDefects);
  return independent_cells(geometry, Chance(defects.rate),
                           FailureKinds(geometry, defects.mixture(), seed, chip_seed), seed);
}

}  // namespace

DefectMap::DefectMap(const SramGeometry& geometry, const DefectRate& defects,
                     std::uint64_t chip_seed)
    : defects_(defects),
      chip_seed_(chip_seed),
      masks_(draw_defects(geometry, defects, chip_seed)) {}

std::string DefectMap::source() const {
  return "generated: defects at a rate of " + format_double(defects_.rate) + ", " +
         defects_.mixture().share_text() + defects_.mixture().polar_bitlines().text() +
         ", chip seed " + std::to_string(chip_seed_);
}

}  // namespace brownout::memory
