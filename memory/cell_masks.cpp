#include "memory/cell_masks.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

#include "memory/base/arithmetic.hpp"

namespace brownout::memory {

std::string to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return "stuck_at_0";
    case FaultKind::kStuckAt1:
      return "stuck_at_1";
    case FaultKind::kFlip:
      return "flip";
  }
  throw std::logic_error("a fault kind without a name");
}

CellMasks::CellMasks(const SramGeometry& geometry)
    : geometry_(geometry), words_per_row_(divide_up(std::size_t{geometry.columns}, 64)) {
  const std::size_t words = std::size_t{geometry.banks} * geometry.rows * words_per_row_;
  for (auto* plane : {&stuck_at_0_, &stuck_at_1_, &flip_}) plane->resize(words);
}

void CellMasks::set(const CellAddress& cell, FaultKind kind) {
  const std::size_t i = index(cell);
  const std::uint64_t one = std::uint64_t{1} << (cell.column % 64);
  for (auto* plane : {&stuck_at_0_, &stuck_at_1_, &flip_}) (*plane)[i] &= ~one;
  plane_of(kind)[i] |= one;
}

std::optional<FaultKind> CellMasks::at(const CellAddress& cell) const {
  const std::size_t i = index(cell);
  const std::uint64_t one = std::uint64_t{1} << (cell.column % 64);
  for (const FaultKind kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip}) {
    if ((plane_of(kind)[i] & one) != 0) return kind;
  }
  return std::nullopt;
}

std::uint64_t CellMasks::count() const {
  std::uint64_t result = 0;
  for (const auto* plane : {&stuck_at_0_, &stuck_at_1_, &flip_}) {
    for (const std::uint64_t word : *plane)
      result += static_cast<std::uint64_t>(std::popcount(word));
  }
  return result;
}

std::span<std::uint64_t> CellMasks::row(FaultKind kind, const RowAddress& row) {
  return std::span(plane_of(kind)).subspan(index(row.cell(0)), words_per_row_);
}

std::span<const std::uint64_t> CellMasks::row(FaultKind kind, const RowAddress& row) const {
  return std::span(plane_of(kind)).subspan(index(row.cell(0)), words_per_row_);
}

FaultMask<std::span<const std::uint64_t>> CellMasks::row(const RowAddress& row) const {
  const std::size_t first = index(row.cell(0));
  const auto of = [&](const std::vector<std::uint64_t>& plane) {
    return std::span(plane).subspan(first, words_per_row_);
  };
  return {of(stuck_at_0_), of(stuck_at_1_), of(flip_)};
}

std::size_t CellMasks::index(const CellAddress& cell) const {
  if (!geometry_.contains(cell)) {
    throw std::logic_error("the cell at " + to_string(cell) + " is outside " +
                           to_string(geometry_));
  }
  return (std::size_t{cell.bank} * geometry_.rows + cell.row) * words_per_row_ + cell.column / 64;
}

const std::vector<std::uint64_t>& CellMasks::plane_of(FaultKind kind) const {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return stuck_at_0_;
    case FaultKind::kStuckAt1:
      return stuck_at_1_;
    case FaultKind::kFlip:
      return flip_;
  }
  throw std::logic_error("a fault kind without a plane");
}

std::vector<std::uint64_t>& CellMasks::plane_of(FaultKind kind) {
  return const_cast<std::vector<std::uint64_t>&>(std::as_const(*this).plane_of(kind));
}

}  // namespace brownout::memory
