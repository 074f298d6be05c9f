// The bit cells of an SRAM: where they are, and how many. Physical coordinates only; what a cell
// holds is the business of sram_macro.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace brownout::memory {

struct CellAddress {
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  auto operator<=>(const CellAddress&) const = default;
};

/// A row of a bank.
struct RowAddress {
  std::uint32_t bank = 0;
  std::uint32_t row = 0;

  CellAddress cell(std::uint32_t column) const { return {bank, row, column}; }
  auto operator<=>(const RowAddress&) const = default;
};
constexpr RowAddress row_of(const CellAddress& cell) { return {cell.bank, cell.row}; }

/// "bank 3, row 17, column 5"
std::string to_string(const CellAddress& cell);

/// The cells of an SRAM: banks x rows x columns (a column is one physical bitline).
struct SramGeometry {
  std::uint32_t banks = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;

  std::uint64_t cells() const { return std::uint64_t{banks} * rows * columns; }
  bool contains(const CellAddress& cell) const;
  /// Calls `visit(RowAddress)` for all rows, by bank and row.
  template <typename Visit>
  void for_each_row(Visit&& visit) const {
    for (std::uint32_t bank = 0; bank < banks; ++bank) {
      for (std::uint32_t row = 0; row < rows; ++row) visit(RowAddress{.bank = bank, .row = row});
    }
  }
  bool operator==(const SramGeometry&) const = default;
};

/// "8 banks x 1024 rows x 128 columns"
std::string to_string(const SramGeometry& geometry);

/// Throws InputError when a size is 0 or the cells are more than 2^33 (1 GiB of SRAM): a
/// typing error, better named than met as a failed allocation.
void require_possible(const SramGeometry& geometry);

}  // namespace brownout::memory
