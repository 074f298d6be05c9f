// Independent cells. Each has two keyed numbers: one decides whether it fails, one how.
#include "memory/generators/iid_generator.hpp"

#include <utility>

#include "memory/chip_draws.hpp"

namespace brownout::memory {

CellMasks independent_cells(const SramGeometry& geometry, const Chance& failure,
                            const FailureKinds& kinds, std::uint64_t seed) {
  CellMasks masks(geometry);
  const ColumnChances columns(geometry.columns, failure);
  geometry.for_each_row([&](const RowAddress& row) {
    const std::uint64_t key = failure_key(seed, row);
    RowFaults faults(masks, kinds, row);
    for (std::size_t word = 0; word < faults.words(); ++word) {
      faults.set(word, columns.failing(key, word));
    }
  });
  return masks;
}

IidFaultMap::IidFaultMap(const SramGeometry& geometry,
                         std::shared_ptr<const VoltageProfile> profile, FaultMixture mixture,
                         std::uint64_t chip_seed)
    : GeneratedFaultMap(geometry, std::move(profile), mixture, chip_seed) {}

CellMasks IidFaultMap::masks_at(Voltage voltage) const {
  const double ber = profile().ber(voltage);
  if (ber == 0) return CellMasks(geometry());
  return independent_cells(geometry(), Chance(ber), kinds(), seed());
}

std::string IidFaultMap::source() const {
  return "generated: iid " + mixture().text() + mixture().polar_bitlines().text() + origin();
}

Voltage IidFaultMap::vfail(const CellAddress& cell) const {
  const std::uint64_t uniform = this->uniform(cell);
  return profile().highest_voltage([&](double ber) { return Chance(ber).happens(uniform); });
}

}  // namespace brownout::memory
