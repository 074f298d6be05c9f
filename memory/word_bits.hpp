// The bits of a word as a value: up to 256 of data, so that a memory's words may be wider than a
// machine's, and the check bits of a word code.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "memory/base/arithmetic.hpp"

namespace brownout::memory {

/// Bit b is bit b mod 64 of part b div 64.
struct WideBits {
  static constexpr std::uint32_t kMost = 256;
  static constexpr std::uint32_t kPartBits = 64;

  std::array<std::uint64_t, kMost / kPartBits> parts = {};

  constexpr WideBits() = default;
  constexpr WideBits(std::uint64_t low) : parts{low} {}  // NOLINT: a narrow word is a number

  /// Parts of a word of so many bits.
  static constexpr std::uint32_t parts_of(std::uint32_t bits) { return divide_up(bits, kPartBits); }
  static constexpr std::uint64_t low_bits(std::uint32_t count) {  // 1 to 64
    return std::numeric_limits<std::uint64_t>::max() >> (kPartBits - count);
  }
  /// The lowest `bits` bits, which are above 0.
  static constexpr WideBits ones(std::uint32_t bits) {
    WideBits result;
    for (std::size_t p = 0; bits > 0; ++p) {
      const std::uint32_t here = bits < kPartBits ? bits : kPartBits;
      result.parts[p] = low_bits(here);
      bits -= here;
    }
    return result;
  }

  constexpr bool bit(std::uint32_t b) const {
    return (parts[b / kPartBits] >> (b % kPartBits) & 1) != 0;
  }
  /// `count` bits (1 to 64) from bit `first` on, which may lie in two parts.
  constexpr std::uint64_t field(std::uint32_t first, std::uint32_t count) const {
    const std::uint32_t part = first / kPartBits, shift = first % kPartBits;
    std::uint64_t value = parts[part] >> shift;
    if (shift + count > kPartBits) value |= parts[part + 1] << (kPartBits - shift);
    return value & low_bits(count);
  }
  /// Sets the bits of `value` from bit `first` on, over zeros.
  constexpr void put(std::uint32_t first, std::uint64_t value) {
    const std::uint32_t part = first / kPartBits, shift = first % kPartBits;
    parts[part] |= value << shift;
    const std::uint64_t rest = shift == 0 ? 0 : value >> (kPartBits - shift);
    if (rest != 0) parts[part + 1] |= rest;
  }

  constexpr void flip(std::uint32_t b) {
    parts[b / kPartBits] ^= std::uint64_t{1} << (b % kPartBits);
  }

  /// Number of ones.
  constexpr std::uint64_t count() const {
    int ones = 0;
    for (const std::uint64_t part : parts) ones += std::popcount(part);
    return static_cast<std::uint64_t>(ones);
  }

  constexpr WideBits operator~() const {
    return each(*this, [](std::uint64_t a, std::uint64_t) { return ~a; });
  }
  constexpr WideBits operator&(const WideBits& other) const {
    return each(other, [](std::uint64_t a, std::uint64_t b) { return a & b; });
  }
  constexpr WideBits operator|(const WideBits& other) const {
    return each(other, [](std::uint64_t a, std::uint64_t b) { return a | b; });
  }
  constexpr WideBits operator^(const WideBits& other) const {
    return each(other, [](std::uint64_t a, std::uint64_t b) { return a ^ b; });
  }
  constexpr bool operator==(const WideBits&) const = default;

 private:
  template <typename Operation>
  constexpr WideBits each(const WideBits& other, Operation operation) const {
    WideBits result;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      result.parts[p] = operation(parts[p], other.parts[p]);
    }
    return result;
  }
};

/// What a word's cells hold.
struct WordBits {
  WideBits data;
  WideBits check = {};  ///< of the word code; zero where it has none

  constexpr WordBits operator~() const { return {~data, ~check}; }
  constexpr WordBits operator&(const WordBits& other) const {
    return {data & other.data, check & other.check};
  }
  constexpr WordBits operator|(const WordBits& other) const {
    return {data | other.data, check | other.check};
  }
  constexpr WordBits operator^(const WordBits& other) const {
    return {data ^ other.data, check ^ other.check};
  }
  constexpr bool operator==(const WordBits&) const = default;
};

}  // namespace brownout::memory
