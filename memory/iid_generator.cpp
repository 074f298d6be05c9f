// Independent cells. Each has two keyed numbers: one decides whether it fails, one how.
#include "memory/iid_generator.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/keyed_random.hpp"
#include "memory/text_number.hpp"

namespace brownout::memory {
namespace {

// What a number is for; keeps the numbers of one chip apart.
enum Purpose : std::uint64_t { kChipSeed = 1, kFailure = 2, kKind = 3 };

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

// Those of the failing cells that are stuck at 0. Kinds have numbers of their own, so that a cell
// fails in the same way at every voltage, and how it fails tells nothing of when.
std::uint64_t stuck_at_0_cells(std::uint64_t failing, std::uint64_t row_key, std::uint32_t first,
                               const Chance& stuck_at_0) {
  std::uint64_t word = 0;
  for (std::uint64_t left = failing; left != 0; left &= left - 1) {
    const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(left));
    word |= std::uint64_t{stuck_at_0.happens(sequence_element(row_key, first + bit))} << bit;
  }
  return word;
}

}  // namespace

std::uint64_t chip_seed(std::uint64_t seed, std::uint64_t chip) {
  return keyed_hash(seed, kChipSeed, chip);
}

IidFaultMap::IidFaultMap(const SramGeometry& geometry,
                         std::shared_ptr<const VoltageProfile> profile, FaultMixture mixture,
                         std::uint64_t chip_seed)
    : geometry_(geometry), profile_(std::move(profile)), mixture_(mixture), seed_(chip_seed) {
  if (!profile_) throw std::logic_error("a fault map without a voltage profile");
  if (!(mixture_.stuck_at_0_share >= 0 && mixture_.stuck_at_0_share <= 1)) {
    throw std::runtime_error("stuck_at_0_share: " + format_double(mixture_.stuck_at_0_share) +
                             " is not in 0..1");
  }
}

CellMasks IidFaultMap::masks_at(Voltage voltage) const {
  CellMasks masks(geometry_);
  const double ber = profile_->ber(voltage);
  if (ber == 0) return masks;
  const Chance failure(ber);
  for (std::uint32_t bank = 0; bank < geometry_.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry_.rows; ++row) {
      draw_row(masks, bank, row, failure);
    }
  }
  return masks;
}

void IidFaultMap::draw_row(CellMasks& masks, std::uint32_t bank, std::uint32_t row,
                           const Chance& failure) const {
  const std::uint64_t failure_key = keyed_hash(seed_, kFailure, bank, row);
  const std::uint64_t kind_key = keyed_hash(seed_, kKind, bank, row);
  const Chance stuck_at_0(mixture_.stuck_at_0_share);
  const auto flips = masks.row(FaultKind::kFlip, bank, row);
  const auto zeros = masks.row(FaultKind::kStuckAt0, bank, row);
  const auto ones = masks.row(FaultKind::kStuckAt1, bank, row);
  for (std::size_t i = 0; i < flips.size(); ++i) {
    const auto first = static_cast<std::uint32_t>(i * 64);
    const std::uint32_t count = std::min<std::uint32_t>(64, geometry_.columns - first);
    const std::uint64_t failing = failing_cells(failure_key, first, count, failure);
    if (mixture_.stuck) {
      zeros[i] = stuck_at_0_cells(failing, kind_key, first, stuck_at_0);
      ones[i] = failing & ~zeros[i];
    } else {
      flips[i] = failing;
    }
  }
}

std::string IidFaultMap::source() const {
  std::string kind = "flips";
  if (mixture_.stuck) {
    kind = "stuck cells, " + format_double(mixture_.stuck_at_0_share) + " of them at 0";
  }
  return "generated: iid " + kind + ", profile " + profile_->data().name + ", chip seed " +
         std::to_string(seed_);
}

std::vector<Fault> IidFaultMap::faults() const {
  const CellMasks failing = masks_at(profile_->lowest());
  std::vector<Fault> faults;
  faults.reserve(failing.count());
  failing.for_each([&](const CellAddress& cell, FaultKind kind) {
    const std::uint64_t row_key = keyed_hash(seed_, kFailure, cell.bank, cell.row);
    const std::uint64_t uniform = sequence_element(row_key, cell.column);
    const Voltage vfail =
        profile_->highest_voltage([&](double ber) { return Chance(ber).happens(uniform); });
    faults.push_back({cell, vfail, kind});
  });
  return faults;
}

}  // namespace brownout::memory
