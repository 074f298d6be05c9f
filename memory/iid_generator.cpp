// Independent cells. Each has two keyed numbers: one decides whether it fails, one how.
#include "memory/iid_generator.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace brownout::memory {
namespace {

// The cells from `first` on, `count` of them (at most 64), that fail, as bits. Nearly all the time
// of a map is spent here, hence no shift by a variable: the last cell goes in first.
std::uint64_t failing_cells(std::uint64_t row_key, std::uint64_t first, std::uint32_t count,
                            const Chance& failure) {
  std::uint64_t word = 0;
  for (std::uint64_t column = first + count; column-- > first;) {
    const std::uint64_t fails = failure.happens(sequence_element(row_key, column));
    word = word << 1 | fails;
  }
  return word;
}

}  // namespace

IidFaultMap::IidFaultMap(const SramGeometry& geometry,
                         std::shared_ptr<const VoltageProfile> profile, FaultMixture mixture,
                         std::uint64_t chip_seed)
    : geometry_(geometry), profile_(std::move(profile)), mixture_(mixture), seed_(chip_seed) {
  if (!profile_) throw std::logic_error("a fault map without a voltage profile");
  mixture_.validate();
}

CellMasks IidFaultMap::masks_at(Voltage voltage) const {
  CellMasks masks(geometry_);
  const double ber = profile_->ber(voltage);
  if (ber == 0) return masks;
  const Chance failure(ber);
  for (std::uint32_t bank = 0; bank < geometry_.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry_.rows; ++row) {
      const std::uint64_t key = failure_key(seed_, bank, row);
      RowFaults faults(masks, mixture_, seed_, bank, row);
      for (std::size_t word = 0; word < faults.words(); ++word) {
        const auto first = static_cast<std::uint32_t>(word * 64);
        const std::uint32_t count = std::min<std::uint32_t>(64, geometry_.columns - first);
        faults.set(word, failing_cells(key, first, count, failure));
      }
    }
  }
  return masks;
}

std::string IidFaultMap::source() const {
  return "generated: iid " + mixture_.text() + ", profile " + profile_->data().name +
         ", chip seed " + std::to_string(seed_);
}

Voltage IidFaultMap::vfail(const CellAddress& cell) const {
  const std::uint64_t uniform =
      sequence_element(failure_key(seed_, cell.bank, cell.row), cell.column);
  return profile_->highest_voltage([&](double ber) { return Chance(ber).happens(uniform); });
}

}  // namespace brownout::memory
