// The failing cells of an SRAM at one voltage, and how each fails, as bit planes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "memory/base/fault_mask.hpp"
#include "memory/cells.hpp"

namespace brownout::memory {

/// What a failing cell does to the bit that is read from it.
enum class FaultKind : std::uint8_t { kStuckAt0, kStuckAt1, kFlip };

std::string to_string(FaultKind kind);

/// A bit plane over the cells for each kind of fault.
class CellMasks {
 public:
  explicit CellMasks(const SramGeometry& geometry);

  const SramGeometry& geometry() const { return geometry_; }
  /// Gives a cell this fault in place of any it has.
  void set(const CellAddress& cell, FaultKind kind);
  /// The fault of a cell, or nothing when the cell is good.
  std::optional<FaultKind> at(const CellAddress& cell) const;
  /// Number of failing cells.
  std::uint64_t count() const;
  /// The plane of `kind` along one row: bit c % 64 of element c / 64 is the cell of column c. Who
  /// writes here keeps a cell out of the other planes, and the bits behind the last column 0.
  std::span<std::uint64_t> row(FaultKind kind, const RowAddress& row);
  std::span<const std::uint64_t> row(FaultKind kind, const RowAddress& row) const;
  /// The planes of all kinds along one row.
  FaultMask<std::span<const std::uint64_t>> row(const RowAddress& row) const;
  /// Calls `visit(CellAddress, FaultKind)` for every failing cell, by bank, row, column.
  template <typename Visit>
  void for_each(Visit&& visit) const;

 private:
  std::size_t index(const CellAddress& cell) const;  // of its element in a plane
  const std::vector<std::uint64_t>& plane_of(FaultKind kind) const;
  std::vector<std::uint64_t>& plane_of(FaultKind kind);

  SramGeometry geometry_;
  std::size_t words_per_row_ = 0;
  // A cell is good when it stands in no plane; it stands in at most one.
  std::vector<std::uint64_t> stuck_at_0_, stuck_at_1_, flip_;
};

template <typename Visit>
void CellMasks::for_each(Visit&& visit) const {
  geometry_.for_each_row([&](const RowAddress& row) {
    const std::size_t first = index(row.cell(0));
    for (std::size_t word = 0; word < words_per_row_; ++word) {
      const std::size_t i = first + word;
      std::uint64_t left = stuck_at_0_[i] | stuck_at_1_[i] | flip_[i];
      while (left != 0) {
        const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(left));
        left &= left - 1;
        const std::uint64_t one = std::uint64_t{1} << bit;
        const FaultKind kind = (stuck_at_0_[i] & one) != 0   ? FaultKind::kStuckAt0
                               : (stuck_at_1_[i] & one) != 0 ? FaultKind::kStuckAt1
                                                             : FaultKind::kFlip;
        visit(row.cell(static_cast<std::uint32_t>(word * 64 + bit)), kind);
      }
    }
  });
}

}  // namespace brownout::memory
