// What a word of weights is written as and reads as: plain, under a filter, and behind a word code.
#include "sim/storage/word_path.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/parity_code.hpp"

namespace brownout::storage {
namespace {

using memory::WideBits;
using memory::WordBits;
using memory::WordMask;

// Five weights of 6 bits in words of 32: two bits without a weight.
const memory::SramOrganisation kPlain{.banks = 2, .words = 16, .word_bits = 32, .column_mux = 4};
const TileWord kWord{.node = 1, .weight_bits = 6, .weights = 5};

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

TEST(WordPath, CheckBitsMustBeTheOrganisations) {
  EXPECT_THROW(WordPath(testing::with_parity(memory::Encoding::kGray), kPlain), std::logic_error);
  EXPECT_THROW(WordPath({}, with_check_bit()), std::logic_error);
}

}  // namespace
}  // namespace brownout::storage
