// How the logical words of an SRAM lie on its physical cells, both ways.
#pragma once

#include <cstdint>

#include "memory/fault_map.hpp"
#include "memory/word_bits.hpp"

namespace brownout::memory {

/// One bit of one logical word.
struct BitAddress {
  std::uint64_t word = 0;
  std::uint32_t bit = 0;

  auto operator<=>(const BitAddress&) const = default;
};

/// Logical <-> physical: word `a` stands in bank `a mod banks` as its word `w = a div banks`; bit b
/// of it is the cell at row `w div mux`, column `b * mux + w mod mux`. A weak bitline therefore
/// hits one bit position of every mux-th word of a bank. The check bits of a word code stand behind
/// its data: check bit c is bit word_bits + c.
struct SramOrganisation {
  std::uint32_t banks = 1;
  std::uint64_t words = 0;       ///< of the whole SRAM; a multiple of banks * column_mux
  std::uint32_t word_bits = 32;  ///< 8 to 256
  std::uint32_t column_mux = 1;
  std::uint32_t check_bits = 0;  ///< of every word, 0 to 256

  /// Throws InputError naming the field that is out of range or does not divide.
  void validate() const;
  SramGeometry geometry() const;
  CellAddress locate(const BitAddress& address) const;
  BitAddress address_of(const CellAddress& cell) const;
  /// Lanes of `bits`-bit weights in a word; the first lane stands at bit 0, none straddles.
  std::uint32_t lanes(std::uint32_t bits) const { return word_bits / bits; }
  /// Cells of a word.
  std::uint32_t cell_bits() const { return word_bits + check_bits; }

  bool operator==(const SramOrganisation&) const = default;
};

}  // namespace brownout::memory
