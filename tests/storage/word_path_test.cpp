// What a word of weights is written as and reads as: plain, under a filter, and behind a word code.
#include "sim/storage/word_path.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "tests/support/parity_code.hpp"

namespace brownout::storage {
namespace {

using memory::WideBits;
using memory::WordBits;
using memory::WordMask;

// Five weights of 6 bits in words of 32: two bits without a weight.
const memory::SramOrganisation kPlain{.banks = 2, .words = 16, .word_bits = 32, .column_mux = 4};
const TileWord kWord{.node = {1}, .weight_bits = 6, .weights = 5};

memory::SramOrganisation with_check_bit() {
  memory::SramOrganisation organisation = kPlain;
  organisation.check_bits = 1;
  return organisation;
}

WordMask flip(std::uint64_t data, std::uint64_t check = 0) { return {.flip = {{data}, {check}}}; }

TEST(WordPath, ReadsWhatIsWrittenWhereNoCellFails) {
  const WordPath path({}, kPlain);
  const WordBits stored = path.written(kWord, {0x2aaaaaaa});
  EXPECT_EQ(stored, (WordBits{{0x2aaaaaaa}}));
  EXPECT_EQ(path.read(kWord, stored, {}), (ReadWord{.codes = {0x2aaaaaaa}}));
}

TEST(WordPath, GivesTheWrongBitsOfWeightsOnly) {
  const WordPath path({}, kPlain);
  const ReadWord read = path.read(kWord, {{0x2aaaaaaa}}, flip(0xC0000021));
  EXPECT_EQ(read.codes, WideBits(0x2aaaaa8b));
  EXPECT_EQ(read.wrong, WideBits(0x21));
  EXPECT_EQ(kWord.code(read.codes, 0), 0x0bU);
  EXPECT_EQ(kWord.code(read.codes, 1), 0x2aU);
}

TEST(WordPath, StuckCellsAreWrongWhereTheOtherValueIsStored) {
  const WordPath path({}, kPlain);
  const WordMask stuck{.stuck_at_0 = {{0x03}}, .stuck_at_1 = {{0x0c}}};
  EXPECT_EQ(path.read(kWord, {{0x05}}, stuck).wrong, WideBits(0x09));
}

TEST(WordPath, AFilterKeepsOutOtherLayersBitsAndDirections) {
  const auto wrong = [](const FaultFilter& filter) {
    return WordPath({}, kPlain, filter).read(kWord, {{0xfff}}, flip(0x3ffff)).wrong;
  };
  EXPECT_EQ(wrong({}), WideBits(0x3ffff));
  EXPECT_EQ(wrong({.layers = {true, false}}), WideBits());
  EXPECT_EQ(wrong({.layers = {false, true}}), WideBits(0x3ffff));
  EXPECT_EQ(wrong({.layers = {}, .bits = 0x21}), WideBits(0x21 | 0x21 << 6 | 0x21 << 12));
  EXPECT_EQ(wrong({.layers = {}, .polarity = FaultPolarity::kZeroToOne}), WideBits(0x3f000));
  EXPECT_EQ(wrong({.layers = {}, .polarity = FaultPolarity::kOneToZero}), WideBits(0xfff));
}

TEST(WordPath, AWordCodeSeesEveryBitOfItsWord) {
  const WordPath path(testing::with_parity(memory::Encoding::kGray), with_check_bit());
  const WordBits stored = path.written(kWord, {0x2aaaaaab});
  EXPECT_EQ(stored.check, WideBits(0));  // 16 ones
  EXPECT_EQ(path.written(kWord, {1}).check, WideBits(1));
  const auto read = [&](const WordMask& mask) { return path.read(kWord, stored, mask); };
  const ReadWord zeros{.codes = {}, .wrong = {}, .codewords = {.uncorrectable = 1}};
  EXPECT_EQ(read(flip(0x80000000)), zeros);  // of no weight
  EXPECT_EQ(read(flip(0, 1)), zeros);        // the check bit
  ReadWord of_weight = zeros;
  of_weight.wrong = 0x10;
  EXPECT_EQ(read(flip(0x10)), of_weight);
  const ReadWord unnoticed{.codes = {0x2aaaaaaa}, .wrong = {1}, .codewords = {.miscorrected = 1}};
  EXPECT_EQ(read(flip(0x80000001)), unnoticed);
}

TEST(WordPath, AFilterOfBitsKeepsOutCheckBits) {
  const WordPath path(testing::with_parity(memory::Encoding::kGray), with_check_bit(),
                      {.layers = {}, .bits = 0x3f});
  const WordBits stored = path.written(kWord, {3});
  EXPECT_EQ(path.read(kWord, stored, flip(0xC0000000, 1)), path.read(kWord, stored));
}

// Eight weights of 8 bits; the first seven are small enough to hold check bits.
TEST(WordPath, ACodeInPlaceReadsItsWeightsWithAndWithoutAFailingCell) {
  const memory::SramOrganisation wide{.banks = 2, .words = 16, .word_bits = 64, .column_mux = 4};
  const TileWord word{.node = {0}, .weight_bits = 8, .weights = 8};
  const WordPath path({.code = &memory::find_word_code("in_place_secded")}, wide);
  const WideBits wanted(0x7f01c03ffe00103fULL);  // 63, 16, 0, -2, 63, -64, 1, 127
  const WordBits stored = path.written(word, wanted);
  EXPECT_NE(stored.data, wanted);
  EXPECT_EQ(path.read(word, stored).codes, wanted);
  EXPECT_EQ(path.data(stored), wanted);
  EXPECT_EQ(path.encoded(wanted), stored);
  for (std::uint32_t bit = 0; bit < 64; ++bit) {
    WordMask one;
    one.flip.data.flip(bit);
    const ReadWord read = path.read(word, stored, one);
    EXPECT_EQ(read.codes, wanted) << bit;
    EXPECT_EQ(read.codewords, (CodewordCounts{.corrected = 1})) << bit;
  }
  EXPECT_THROW(path.written(word, WideBits(0x40)), InputError);  // 64
}

// Two codewords of 16 bits: a weight of 6 bits stands on both.
TEST(WordPath, ZeroTakesEveryWeightWithABitInTheBadCodeword) {
  memory::SramOrganisation organisation = kPlain;
  organisation.check_bits = 12;
  const WordPath path({.code = &memory::find_word_code("secded"),
                       .codeword_bits = 16,
                       .on_uncorrectable = memory::OnUncorrectable::kZero},
                      organisation);
  const WideBits wanted(0x3fffffff);  // five times -1
  const WordBits stored = path.written(kWord, wanted);
  const ReadWord low = path.read(kWord, stored, flip(0x3));
  EXPECT_EQ(low.codes, WideBits(0x3f << 18 | 0x3f << 24));  // bits 0 to 15 are weights 0, 1, 2
  EXPECT_EQ(low.codewords, (CodewordCounts{.uncorrectable = 1}));
  EXPECT_EQ(low.wrong, WideBits(0x3));
  const ReadWord high = path.read(kWord, stored, flip(0x30000));
  EXPECT_EQ(high.codes, WideBits(0xfff));                            // weights 2, 3, 4
  EXPECT_EQ(path.read(kWord, stored, flip(0x10001)).codes, wanted);  // one in each
}

TEST(WordPath, CheckBitsMustBeTheOrganisations) {
  EXPECT_THROW(WordPath(testing::with_parity(memory::Encoding::kGray), kPlain), std::logic_error);
  EXPECT_THROW(WordPath({}, with_check_bit()), std::logic_error);
}

}  // namespace
}  // namespace brownout::storage
