// Which cells of a column hang on one physical bitline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace brownout::memory {

/// A column of the map may hold several bitlines: `interleave` of them side by side take its rows
/// in turn (a column mux that the map shows as rows), and each group ends after `cells` cells a
/// bitline.
struct BitlineLayout {
  std::optional<std::uint32_t> cells = {};  ///< nothing: as many as the column has
  std::uint32_t interleave = 1;

  /// Throws InputError that starts with the name of the key: a 0.
  void validate() const;
  /// Number of the bitline of a row within its column.
  std::uint32_t bitline(std::uint32_t row) const {
    const std::uint32_t place = row / interleave;  // among the cells of its bitline
    return cells ? place / *cells * interleave + row % interleave : row % interleave;
  }
  /// Of the rows of a column, those of one of its bitlines: first, first + interleave, ... below
  /// end.
  struct Rows {
    std::uint32_t first, end;
  };
  Rows rows_of(std::uint32_t bitline, std::uint32_t rows) const;
  /// Bitlines of a column of so many rows.
  std::uint32_t bitlines(std::uint32_t rows) const;
  /// ", 512 cells a bitline, 2 bitlines interleaved", for sources; empty for whole columns.
  std::string text() const;

  bool operator==(const BitlineLayout&) const = default;
};

}  // namespace brownout::memory
