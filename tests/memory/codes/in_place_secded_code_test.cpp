// Check bits within the weights: all patterns of wrong bits, and words that have no room for them.
#include "memory/codes/in_place_secded_code.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/memory/codes/error_patterns.hpp"

namespace brownout::memory {
namespace {

constexpr Lengths kLengths = {64, 0};

std::shared_ptr<const WordCode> code() {
  static const std::shared_ptr<const WordCode> made = in_place_secded_code().make(64);
  return made;
}

// Bit 6 of the first seven weights as their bit 7.
WideBits with_room(WideBits word) {
  for (std::uint32_t weight = 0; weight < 7; ++weight) {
    if (word.bit(8 * weight + 6) != word.bit(8 * weight + 7)) word.flip(8 * weight + 6);
  }
  return word;
}

std::vector<WideBits> words_with_room() {
  std::vector<WideBits> words = some_data(64);
  for (WideBits& word : words) word = with_room(word);
  return words;
}

TEST(InPlaceSecdedCode, NeedsNoCellsOfItsOwn) {
  EXPECT_EQ(code()->check_bits(), 0U);
  EXPECT_EQ(code()->gates().decoder, find_word_code("secded").make(57)->gates().decoder);
}

TEST(InPlaceSecdedCode, StoresCheckBitsInBit6OfSevenWeights) {
  WideBits changed;
  for (const WideBits& data : words_with_room()) {
    const WordBits stored = code()->encode(data);
    EXPECT_EQ(stored.check, WideBits());
    changed = changed | (stored.data ^ data);
    const DecodedWord decoded = code()->decode(stored);
    EXPECT_EQ(decoded.status, WordStatus::kIntact);
    EXPECT_EQ(decoded.data, data);
  }
  EXPECT_EQ(changed & ~WideBits(0x0040404040404040), WideBits());
  EXPECT_NE(changed, WideBits());
}

TEST(InPlaceSecdedCode, CorrectsOneWrongBit) {
  for (const WideBits& data : words_with_room()) {
    for_each_pattern(kLengths, 1, [&](const WordBits& wrong) {
      const DecodedWord decoded = code()->decode(code()->encode(data) ^ wrong);
      ASSERT_EQ(decoded.status, WordStatus::kCorrected);
      ASSERT_EQ(decoded.data, data);
    });
  }
}

TEST(InPlaceSecdedCode, DetectsTwoWrongBitsAndLeavesTheOtherBitsAsRead) {
  for (const WideBits& data : words_with_room()) {
    for_each_pattern(kLengths, 2, [&](const WordBits& wrong) {
      const WordBits read = code()->encode(data) ^ wrong;
      const DecodedWord decoded = code()->decode(read);
      ASSERT_EQ(decoded.status, WordStatus::kUncorrectable);
      ASSERT_EQ(decoded.data, with_room(read.data));
    });
  }
}

TEST(InPlaceSecdedCode, RefusesWeightsBeyondSixBitsAndSign) {
  EXPECT_TRUE(fits_in_place({0xff3fc0003fc0003f}));  // 63, 0, -64, 63, 0, -64, 63 and any
  for (std::uint32_t weight = 0; weight < 7; ++weight) {
    for (const std::uint64_t beyond : {0x40U, 0x7fU, 0x80U, 0xbfU}) {  // 64, 127, -128, -65
      const WideBits data = beyond << (8 * weight);
      EXPECT_FALSE(fits_in_place(data));
      EXPECT_THROW(code()->encode(data), std::logic_error);
    }
  }
  EXPECT_TRUE(fits_in_place(std::uint64_t{0x40} << 56));
}

}  // namespace
}  // namespace brownout::memory
