// Kinds of failing cells, drawn apart from the failures.
#include "memory/generators/generated_cells.hpp"

#include <bit>
#include <cmath>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {

std::string to_string(Polarity polarity) {
  return polarity == Polarity::kCell ? "cell" : "bitline";
}

Polarity parse_polarity(std::string_view name) {
  for (const Polarity polarity : {Polarity::kCell, Polarity::kBitline}) {
    if (name == to_string(polarity)) return polarity;
  }
  throw InputError("'" + std::string(name) + "' is not one of cell, bitline");
}

void FaultMixture::validate() const {
  if (!(stuck_at_0_share >= 0 && stuck_at_0_share <= 1)) {
    throw InputError("stuck_at_0_share", format_double(stuck_at_0_share) + " is not in 0..1");
  }
  if (polarity == Polarity::kBitline && !stuck) {
    throw InputError("polarity", "bitline needs kind: stuck; a flip goes both ways");
  }
  bitlines.validate();
}

std::string FaultMixture::text() const { return stuck ? "stuck cells, " + share_text() : "flips"; }

std::string FaultMixture::share_text() const {
  const double percent = std::round(stuck_at_0_share * 1e6) / 1e4;
  return format_double(percent) +
         (polarity == Polarity::kCell ? " % of them at 0" : " % of the bitlines at 0");
}

FailureKinds::FailureKinds(const SramGeometry& geometry, const FaultMixture& mixture,
                           std::uint64_t cell_seed, std::uint64_t bitline_seed)
    : stuck_(mixture.stuck),
      seed_(cell_seed),
      stuck_at_0_(mixture.stuck_at_0_share),
      columns_(geometry.columns, stuck_at_0_),
      layout_(mixture.bitlines) {
  if (stuck_ && mixture.polarity == Polarity::kBitline) draw_bitlines(geometry, bitline_seed);
}

void FailureKinds::draw_bitlines(const SramGeometry& geometry, std::uint64_t seed) {
  bitlines_per_column_ = layout_.bitlines(geometry.rows);
  bitlines_at_0_.resize(std::size_t{geometry.banks} * bitlines_per_column_ * columns_.words());
  auto word = bitlines_at_0_.begin();
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t bitline = 0; bitline < bitlines_per_column_; ++bitline) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const bool at_0 = stuck_at_0_.happens(draw(seed, Draw::kPolarity, bank, column, bitline));
        word[column / ColumnChances::kWordBits] |= std::uint64_t{at_0}
                                                   << column % ColumnChances::kWordBits;
      }
      word += static_cast<std::ptrdiff_t>(columns_.words());
    }
  }
}

std::span<const std::uint64_t> FailureKinds::bitlines_at_0(const RowAddress& row) const {
  if (bitlines_at_0_.empty()) return {};
  const std::size_t bitline =
      std::size_t{row.bank} * bitlines_per_column_ + layout_.bitline(row.row);
  return std::span(bitlines_at_0_).subspan(bitline * columns_.words(), columns_.words());
}

std::uint64_t FailureKinds::row_key(const RowAddress& row) const {
  return draw(seed_, Draw::kKind, row.bank, row.row);
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

RowFaults::RowFaults(CellMasks& masks, const FailureKinds& kinds, const RowAddress& row)
    : kinds_(kinds),
      kind_key_(kinds.row_key(row)),
      bitlines_at_0_(kinds.bitlines_at_0(row)),
      flips_(masks.row(FaultKind::kFlip, row)),
      zeros_(masks.row(FaultKind::kStuckAt0, row)),
      ones_(masks.row(FaultKind::kStuckAt1, row)) {}

void RowFaults::set(std::size_t word, std::uint64_t failing) {
  if (!kinds_.stuck()) {
    flips_[word] = failing;
    return;
  }
  zeros_[word] = bitlines_at_0_.empty() ? kinds_.zeros(kind_key_, word, failing)
                                        : failing & bitlines_at_0_[word];
  ones_[word] = failing & ~zeros_[word];
}

GeneratedFaultMap::GeneratedFaultMap(const SramGeometry& geometry,
                                     std::shared_ptr<const VoltageProfile> profile,
                                     const FaultMixture& mixture, std::uint64_t chip_seed)
    : geometry_(geometry), profile_(std::move(profile)), mixture_(mixture), seed_(chip_seed) {
  if (!profile_) throw std::logic_error("a fault map without a voltage profile");
  mixture_.validate();
}

std::uint64_t GeneratedFaultMap::uniform(const CellAddress& cell) const {
  return sequence_element(failure_key(seed_, row_of(cell)), cell.column);
}

std::string GeneratedFaultMap::origin() const {
  return ", profile " + profile_->data().name + ", chip seed " + std::to_string(seed_);
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
