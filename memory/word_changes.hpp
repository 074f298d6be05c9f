// Reversible changes of the bits of a word, chosen when it is written and told by flags: the same
// weights on other cells, or with other bits on the same ones. Flags stand beside each word; those
// that all rows of a tile have in common are column_changes.hpp's.
#pragma once

#include <cstdint>

#include "memory/word_bits.hpp"
#include "memory/word_masks.hpp"

namespace brownout::memory {

/// How one word differs from a plain one.
struct WordFlags {
  WideBits negated = {};       ///< data bits of weights that have the other sign
  WideBits inverted = {};      ///< data bits whose cells hold the other bit
  std::uint32_t rotation = 0;  ///< data bit b stands on cell (b + rotation) mod word_bits

  bool operator==(const WordFlags&) const = default;
};

/// Which changes words may have. Flags are stored as bits: negated, inverted, the rotation, each
/// where words may have it.
struct WordChanges {
  bool sign_flip = false;  ///< of all its weights
  bool bit_flip = false;   ///< of all its bits
  bool rotate = false;     ///< bit shuffling (Ganapathy et al., DAC 2015)

  bool any() const { return sign_flip || bit_flip || rotate; }
  /// Beside a word.
  std::uint32_t flag_bits(std::uint32_t word_bits) const;
  std::uint64_t bits_of(const WordFlags& flags) const;
  /// Of any `flag_bits` bits.
  WordFlags flags_of(std::uint64_t bits, std::uint32_t word_bits) const;

  bool operator==(const WordChanges&) const = default;
};

/// What the faults of cells do to the data bits that stand on them.
WordMask seen_through(const WordFlags& flags, const WordMask& cells, std::uint32_t word_bits);

/// Data that were written with flags and are read as if with others, weights not negated yet.
WideBits misread(const WideBits& data, const WordFlags& written, const WordFlags& read,
                 std::uint32_t word_bits);

/// The data bit that stands on a data cell.
std::uint32_t bit_on(std::uint32_t cell, const WordFlags& flags, std::uint32_t word_bits);

}  // namespace brownout::memory
