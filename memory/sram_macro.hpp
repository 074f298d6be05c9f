// An SRAM: how logical words lie on physical cells, and a storage that reads through its faults.
#pragma once

#include <cstdint>
#include <vector>

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
/// hits one bit position of every mux-th word of a bank.
struct SramOrganisation {
  std::uint32_t banks = 1;
  std::uint64_t words = 0;       ///< of the whole SRAM; a multiple of banks * column_mux
  std::uint32_t word_bits = 32;  ///< 8 to 256
  std::uint32_t column_mux = 1;

  /// Throws std::runtime_error naming the field that is out of range or does not divide.
  void validate() const;
  SramGeometry geometry() const;
  CellAddress locate(const BitAddress& address) const;
  BitAddress address_of(const CellAddress& cell) const;
  /// Lanes of `bits`-bit weights in a word; the first lane stands at bit 0, none straddles.
  std::uint32_t lanes(std::uint32_t bits) const { return word_bits / bits; }
  /// Of a word, 64 bits each.
  std::uint32_t parts() const { return WordBits::parts_of(word_bits); }

  bool operator==(const SramOrganisation&) const = default;
};

/// What the faults of a word's cells do to one part of the word: read = ((stored & ~sa0) | sa1) ^
/// flip.
struct WordMask {
  std::uint64_t stuck_at_0 = 0;
  std::uint64_t stuck_at_1 = 0;
  std::uint64_t flip = 0;

  std::uint64_t apply(std::uint64_t stored) const {
    return ((stored & ~stuck_at_0) | stuck_at_1) ^ flip;
  }
  bool operator==(const WordMask&) const = default;
};

/// The masks of all words, gathered word by word through SramOrganisation::locate: that of part p
/// of word w is entry w * parts() + p. Throws std::runtime_error when the map is one of another
/// geometry.
std::vector<WordMask> word_masks(const SramOrganisation& organisation, const CellMasks& cells);

/// A faulty storage of words. Words keep what was written; faults act when they are read.
class SramMacro {
 public:
  explicit SramMacro(const SramOrganisation& organisation);

  const SramOrganisation& organisation() const { return organisation_; }
  /// Replaces the faults, as word_masks gives them; stored words stay. Throws std::logic_error on
  /// another size.
  void set_masks(std::vector<WordMask> masks);
  /// These three throw std::logic_error beyond the last word; write, also beyond the last bit.
  void write(std::uint64_t word, const WordBits& value);
  WordBits read(std::uint64_t word) const {
    require_word(word);
    WordBits result;
    for (std::size_t p = 0, i = word * parts_; p < parts_; ++p, ++i) {
      result.parts[p] = masks_[i].apply(words_[i]);
    }
    return result;
  }
  /// The word as it was written, faults aside.
  WordBits stored(std::uint64_t word) const;

 private:
  void require_word(std::uint64_t word) const {
    if (word >= organisation_.words) refuse_word(word);
  }
  [[noreturn]] void refuse_word(std::uint64_t word) const;

  SramOrganisation organisation_;
  std::size_t parts_;
  std::vector<std::uint64_t> words_;  // part by part, as masks_
  std::vector<WordMask> masks_;
};

}  // namespace brownout::memory
