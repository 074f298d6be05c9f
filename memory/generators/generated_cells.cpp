// Kinds of failing cells, drawn apart from the failures.
#include "memory/generators/generated_cells.hpp"

#include <bit>
#include <stdexcept>

#include "memory/numbers/text_number.hpp"

namespace brownout::memory {

void FaultMixture::validate() const {
  if (stuck_at_0_share >= 0 && stuck_at_0_share <= 1) return;
  throw std::runtime_error("stuck_at_0_share: " + format_double(stuck_at_0_share) +
                           " is not in 0..1");
}

std::string FaultMixture::text() const {
  if (!stuck) return "flips";
  return "stuck cells, " + format_double(stuck_at_0_share) + " of them at 0";
}

FailureKinds::FailureKinds(const SramGeometry& geometry, const FaultMixture& mixture,
                           std::uint64_t chip_seed)
    : stuck_(mixture.stuck),
      seed_(chip_seed),
      stuck_at_0_(mixture.stuck_at_0_share),
      columns_(geometry.columns, stuck_at_0_) {}

std::uint64_t FailureKinds::row_key(std::uint32_t bank, std::uint32_t row) const {
  return draw(seed_, Draw::kKind, bank, row);
}

std::uint64_t FailureKinds::zeros(std::uint64_t row_key, std::size_t word,
                                  std::uint64_t failing) const {
  constexpr int kFew = 4;  // of which one by one is faster
  if (std::popcount(failing) > kFew) return failing & columns_.failing(row_key, word);
  std::uint64_t zeros = 0;
  for (std::uint64_t left = failing; left != 0; left &= left - 1) {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
    const std::uint64_t uniform = sequence_element(row_key, word * ColumnChances::kWordBits + bit);
    zeros |= std::uint64_t{stuck_at_0_.happens(uniform)} << bit;
  }
  return zeros;
}

RowFaults::RowFaults(CellMasks& masks, const FailureKinds& kinds, std::uint32_t bank,
                     std::uint32_t row)
    : kinds_(kinds),
      kind_key_(kinds.row_key(bank, row)),
      flips_(masks.row(FaultKind::kFlip, bank, row)),
      zeros_(masks.row(FaultKind::kStuckAt0, bank, row)),
      ones_(masks.row(FaultKind::kStuckAt1, bank, row)) {}

void RowFaults::set(std::size_t word, std::uint64_t failing) {
  if (!kinds_.stuck()) {
    flips_[word] = failing;
    return;
  }
  zeros_[word] = kinds_.zeros(kind_key_, word, failing);
  ones_[word] = failing & ~zeros_[word];
}

std::vector<Fault> GeneratedFaultMap::faults() const {
  const CellMasks failing = masks_at(profile().lowest());
  std::vector<Fault> faults;
  faults.reserve(failing.count());
  failing.for_each([&](const CellAddress& cell, FaultKind kind) {
    faults.push_back({cell, vfail(cell), kind});
  });
  return faults;
}

}  // namespace brownout::memory
