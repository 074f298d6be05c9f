// Words of one codeword and of several.
#include "memory/word_codec.hpp"

#include <gtest/gtest.h>

#include "memory/storage_scheme.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const WordCodeKind& secded() { return find_word_code("secded"); }

WideBits some_data(std::uint32_t word_bits) {
  WideBits data;
  for (std::uint32_t first = 0; first < word_bits; first += 8) {
    data.put(first, (first * 37 + 11) % 256);
  }
  return data;
}

TEST(WordCodec, TakesTheWidestCodewordThatDividesTheWord) {
  struct Case {
    const char* code;
    std::uint32_t word_bits, data_bits, check_bits;
  };
  for (const Case& the :
       {Case{"secded", 32, 32, 7}, Case{"secded", 64, 64, 8}, Case{"secded", 128, 128, 9},
        Case{"secded", 256, 128, 18}, Case{"secded", 8, 8, 5}, Case{"parity", 256, 256, 1}}) {
    const WordCodec codec(find_word_code(the.code), the.word_bits);
    EXPECT_EQ(codec.data_bits(), the.data_bits) << the.code << the.word_bits;
    EXPECT_EQ(codec.check_bits(), the.check_bits) << the.code << the.word_bits;
    EXPECT_EQ(codec.codewords(), the.word_bits / the.data_bits);
  }
}

TEST(WordCodec, CorrectsOneBitInEachOfItsCodewords) {
  for (const std::uint32_t data_bits : {4U, 8U, 16U, 32U, 64U, 128U}) {
    const WordCodec codec(secded(), 256, data_bits);
    const WideBits data = some_data(256);
    WordBits read = codec.encode(data);
    EXPECT_EQ(read.data, data);
    EXPECT_EQ(codec.decode(read).data, data);
    const std::uint32_t count = 256 / data_bits;
    for (std::uint32_t c = 0; c < count; ++c) {
      if (c % 2 == 0) {
        read.data.flip(c * data_bits + c % data_bits);
      } else {
        read.check.flip(c * (codec.check_bits() / count) + c % 4);
      }
    }
    const DecodedCodewords decoded = codec.decode(read);
    EXPECT_EQ(decoded.data, data) << data_bits;
    EXPECT_EQ(decoded.corrected, ~std::uint64_t{0} >> (64 - count));
    EXPECT_EQ(decoded.uncorrectable, 0U);
  }
}

TEST(WordCodec, TwoWrongBitsSpoilTheirCodewordOnly) {
  const WordCodec codec(secded(), 64, 16);
  const WideBits data = some_data(64);
  WordBits read = codec.encode(data);
  read.data.flip(17);
  read.data.flip(30);
  read.data.flip(63);
  const DecodedCodewords decoded = codec.decode(read);
  EXPECT_EQ(decoded.uncorrectable, 0b0010U);
  EXPECT_EQ(decoded.corrected, 0b1000U);
  WideBits expected = data;
  expected.flip(17);
  expected.flip(30);
  EXPECT_EQ(decoded.data, expected);
  EXPECT_EQ(codec.data_of(decoded.data, 3), codec.data_of(data, 3));
}

TEST(WordCodec, CountsTheGatesOfAllItsCodewords) {
  const CodeGates one = secded().make(16)->gates();
  const CodeGates four = WordCodec(secded(), 64, 16).gates();
  EXPECT_GT(one.encoder, 0);
  EXPECT_EQ(four.encoder, 4 * one.encoder);
  EXPECT_EQ(four.decoder, 4 * one.decoder);
}

TEST(WordCodec, RefusesAWidthThatDoesNotDivideTheWord) {
  EXPECT_EQ(message_of([] { WordCodec(secded(), 32, 12); }),
            "data_bits: 12 does not divide a word of 32 bits");
  EXPECT_EQ(message_of([] { WordCodec(find_word_code("bch_dec"), 256, 8); }),
            "data_bits: 320 check bits beside 256 of data; at most 256");
}

TEST(OnUncorrectable, HasAName) {
  for (const char* name : {"keep", "zero", "refetch"}) {
    EXPECT_EQ(to_string(parse_on_uncorrectable(name)), name);
  }
  EXPECT_EQ(message_of([] { parse_on_uncorrectable("stop"); }),
            "\"stop\" is not one of keep, zero, refetch");
}

}  // namespace
}  // namespace brownout::memory
