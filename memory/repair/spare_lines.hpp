// Which spare rows and columns take the place of which failing lines of an SRAM's banks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/cell_masks.hpp"

namespace brownout::memory {

/// Of every bank. They stand behind its other rows and columns, and cross each other.
struct SpareLines {
  std::uint32_t rows = 0, columns = 0;

  bool any() const { return rows != 0 || columns != 0; }
  /// The cells that there are, where an SRAM shows `seen`.
  SramGeometry around(const SramGeometry& seen) const {
    return {seen.banks, seen.rows + rows, seen.columns + columns};
  }
  /// "4 spare columns a bank", "2 spare rows and 4 spare columns a bank"
  std::string text() const;

  bool operator==(const SpareLines&) const = default;
};

/// What an allocation came to, over all banks.
struct RepairCounts {
  std::uint64_t rows_used = 0, columns_used = 0;
  std::uint64_t cells_failing = 0;  ///< before: of the lines that are no spares
  std::uint64_t cells_left = 0;     ///< after

  std::uint64_t cells_repaired() const { return cells_failing - cells_left; }
  bool complete() const { return cells_left == 0; }
  bool operator==(const RepairCounts&) const = default;
};

/// The row and the column of cells that stand for each that is seen: itself, or a spare.
struct BankRepair {
  std::vector<std::uint32_t> rows, columns;

  bool operator==(const BankRepair&) const = default;
};

struct Repair {
  std::vector<BankRepair> banks;
  RepairCounts counts;
};

/// Bank by bank, one line after the other. A line with more failing cells than the spares left that
/// cross it must take one of its own direction (must-repair) and goes before others; then the line
/// whose replacement mends most. The spare is the one with the fewest failing cells, and only taken
/// where these are fewer than those that it replaces. Among equals: a row before a column, then the
/// first. `failing`: of all cells, spares included; what lies in no line that is used, does not
/// count.
Repair allocate(const SpareLines& spares, const CellMasks& failing);

}  // namespace brownout::memory
