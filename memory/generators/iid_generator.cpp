// Independent cells. Each has two keyed numbers: one decides whether it fails, one how.
#include "memory/generators/iid_generator.hpp"

#include <stdexcept>
#include <utility>

#include "memory/chip_draws.hpp"

namespace brownout::memory {

CellMasks independent_cells(const SramGeometry& geometry, const Chance& failure,
                            const FailureKinds& kinds, std::uint64_t seed) {
  CellMasks masks(geometry);
  const ColumnChances columns(geometry.columns, failure);
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      const std::uint64_t key = failure_key(seed, bank, row);
      RowFaults faults(masks, kinds, bank, row);
      for (std::size_t word = 0; word < faults.words(); ++word) {
        faults.set(word, columns.failing(key, word));
      }
    }
  }
  return masks;
}

IidFaultMap::IidFaultMap(const SramGeometry& geometry,
                         std::shared_ptr<const VoltageProfile> profile, FaultMixture mixture,
                         std::uint64_t chip_seed)
    : geometry_(geometry), profile_(std::move(profile)), mixture_(mixture), seed_(chip_seed) {
  if (!profile_) throw std::logic_error("a fault map without a voltage profile");
  mixture_.validate();
}

CellMasks IidFaultMap::masks_at(Voltage voltage) const {
  const double ber = profile_->ber(voltage);
  if (ber == 0) return CellMasks(geometry_);
  return independent_cells(geometry_, Chance(ber), FailureKinds(geometry_, mixture_, seed_), seed_);
}

std::string IidFaultMap::source() const {
  return "generated: iid " + mixture_.text() + mixture_.polar_bitlines().text() + ", profile " +
         profile_->data().name + ", chip seed " + std::to_string(seed_);
}

Voltage IidFaultMap::vfail(const CellAddress& cell) const {
  const std::uint64_t uniform =
      sequence_element(failure_key(seed_, cell.bank, cell.row), cell.column);
  return profile_->highest_voltage([&](double ber) { return Chance(ber).happens(uniform); });
}

}  // namespace brownout::memory
