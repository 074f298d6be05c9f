// A line of an SRAM: a bank, a row (wordline) or a bitline of a bank; and what fails of a chip with
// a line repaired, or with the faults of a line alone.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "memory/fault_map.hpp"

namespace brownout::memory {

enum class LineKind : std::uint8_t { kBank, kRow, kBitline };

std::string to_string(LineKind kind);  ///< "bank", "row", "bitline"

struct CellLine {
  LineKind kind{};
  std::uint32_t bank = 0;
  std::uint32_t index = 0;  ///< of the row or the column in the bank; 0 of a bank

  bool contains(const CellAddress& cell) const;
  auto operator<=>(const CellLine&) const = default;
};

/// The line of a kind that a cell stands on.
CellLine line_of(const CellAddress& cell, LineKind kind);
/// "bank 3", "bank 3, row 17", "bank 3, bitline 5"
std::string to_string(const CellLine& line);

/// Which cells of a chip may fail.
struct LineFaults {
  enum class Which : std::uint8_t { kAlone, kRepaired };
  CellLine line;
  Which which{};  ///< those of the line only, or all others

  bool may_fail(const CellAddress& cell) const {
    return line.contains(cell) == (which == Which::kAlone);
  }
};

/// Those that may fail.
CellFaults only(const CellFaults& faults, const LineFaults& those);

}  // namespace brownout::memory
