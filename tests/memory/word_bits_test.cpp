// Fields of words against bits one by one, also where a field lies in two parts.
#include "memory/word_bits.hpp"

#include <gtest/gtest.h>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

TEST(WideBits, AFieldIsItsBits) {
  WideBits word;
  for (std::size_t p = 0; p < word.parts.size(); ++p) word.parts[p] = keyed_hash(3, p);
  for (const std::uint32_t count : {1U, 2U, 3U, 5U, 7U, 8U, 31U, 64U}) {
    for (std::uint32_t first = 0; first + count <= WideBits::kMost; ++first) {
      std::uint64_t expected = 0;
      for (std::uint32_t b = 0; b < count; ++b) {
        expected |= std::uint64_t{word.bit(first + b)} << b;
      }
      ASSERT_EQ(word.field(first, count), expected) << first << ", " << count;
    }
  }
}

TEST(WideBits, WhatIsPutIsFoundAndNothingElse) {
  for (const std::uint32_t count : {1U, 3U, 8U, 33U, 64U}) {
    const std::uint64_t value = keyed_hash(5, count) & WideBits::low_bits(count);
    for (std::uint32_t first = 0; first + count <= WideBits::kMost; ++first) {
      WideBits word;
      word.put(first, value);
      ASSERT_EQ(word.field(first, count), value);
      for (std::uint32_t b = 0; b < WideBits::kMost; ++b) {
        const bool inside = b >= first && b < first + count;
        ASSERT_EQ(word.bit(b), inside && (value >> (b - first) & 1) != 0) << first << ", " << b;
      }
    }
  }
}

TEST(WideBits, AFlippedBitIsTheOnlyOneThatDiffers) {
  for (std::uint32_t bit = 0; bit < WideBits::kMost; ++bit) {
    for (const WideBits& before : {WideBits(), WideBits::ones(WideBits::kMost)}) {
      WideBits after = before;
      after.flip(bit);
      WideBits expected;
      expected.put(bit, 1);
      ASSERT_EQ(after ^ before, expected) << bit;
    }
  }
}

TEST(WideBits, OnesAreTheLowestBits) {
  for (const std::uint32_t bits : {1U, 8U, 63U, 64U, 65U, 128U, 200U, 256U}) {
    const WideBits ones = WideBits::ones(bits);
    for (std::uint32_t b = 0; b < WideBits::kMost; ++b) ASSERT_EQ(ones.bit(b), b < bits);
    EXPECT_EQ(ones & ~ones, WideBits{});
    EXPECT_EQ((ones ^ WideBits::ones(256)) | ones, WideBits::ones(256));
  }
  EXPECT_EQ(WideBits::parts_of(64), 1U);
  EXPECT_EQ(WideBits::parts_of(65), 2U);
}

}  // namespace
}  // namespace brownout::memory
