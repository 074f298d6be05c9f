// Words that stand rotated, inverted or negated on their cells: flags as bits, and what faults of
// cells do to the data, against a word that is moved bit by bit.
#include "memory/word_changes.hpp"

#include <gtest/gtest.h>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

/// What the cells of a word hold, bit by bit.
WideBits on_cells(const WideBits& data, const WordFlags& flags, std::uint32_t word_bits) {
  WideBits cells;
  for (std::uint32_t b = 0; b < word_bits; ++b) {
    if (data.bit(b) != flags.inverted.bit(b)) cells.flip((b + flags.rotation) % word_bits);
  }
  return cells;
}

WideBits any_bits(std::uint32_t word_bits, std::uint64_t number) {
  WideBits bits;
  for (std::uint32_t p = 0; p < bits.parts.size(); ++p) bits.parts[p] = keyed_hash(number, p);
  return bits & WideBits::ones(word_bits);
}

TEST(WordChanges, FlagsOfAllChangesComeBackFromTheirBits) {
  for (const std::uint32_t word_bits : {8U, 24U, 32U, 64U, 256U}) {
    for (unsigned which = 0; which < 8; ++which) {
      const WordChanges changes{
          .sign_flip = (which & 1) != 0, .bit_flip = (which & 2) != 0, .rotate = (which & 4) != 0};
      unsigned combinations = 0;
      for (std::uint64_t bits = 0; bits >> changes.flag_bits(word_bits) == 0; ++bits) {
        const WordFlags flags = changes.flags_of(bits, word_bits);
        ASSERT_LT(flags.rotation, word_bits);
        if (changes.bits_of(flags) == bits) ++combinations;
      }
      EXPECT_EQ(combinations, (changes.sign_flip ? 2 : 1) * (changes.bit_flip ? 2 : 1) *
                                  (changes.rotate ? word_bits : 1));
    }
  }
  EXPECT_EQ((WordChanges{.sign_flip = true, .bit_flip = true, .rotate = true}.flag_bits(32)), 7U);
  EXPECT_EQ(WordChanges{}.flag_bits(32), 0U);
}

TEST(WordChanges, FaultsOfCellsActOnTheDataThatStandOnThem) {
  for (const std::uint32_t word_bits : {8U, 40U, 64U, 128U, 200U, 256U}) {
    for (std::uint64_t n = 0; n < 40; ++n) {
      const WordFlags flags{.inverted = n % 2 == 1 ? any_bits(word_bits, 5 * n + 4) : WideBits{},
                            .rotation = static_cast<std::uint32_t>(keyed_hash(n, 7) % word_bits)};
      const WideBits data = any_bits(word_bits, 5 * n);
      const WideBits failing = any_bits(word_bits, 5 * n + 1), one = any_bits(word_bits, 5 * n + 2);
      const WideBits flip = any_bits(word_bits, 5 * n + 3) & ~failing;
      const WordMask cells{{failing & ~one}, {failing & one}, {flip}};
      const WideBits read = cells.apply({on_cells(data, flags, word_bits)}).data;
      const WideBits seen = seen_through(flags, cells, word_bits).apply({data}).data;
      EXPECT_EQ(on_cells(seen, flags, word_bits), read) << word_bits << " " << n;
      // Read with flags that are wrong.
      const WordFlags told{.inverted = n % 3 == 1 ? any_bits(word_bits, 5 * n + 6) : WideBits{},
                           .rotation = static_cast<std::uint32_t>(keyed_hash(n, 8) % word_bits)};
      EXPECT_EQ(on_cells(misread(seen, flags, told, word_bits), told, word_bits), read);
    }
  }
}

TEST(WordChanges, TheDataBitOnACellIsFoundBack) {
  const WordFlags flags{.rotation = 5};
  WideBits data;
  data.flip(bit_on(2, flags, 32));
  EXPECT_TRUE(on_cells(data, flags, 32).bit(2));
}

}  // namespace
}  // namespace brownout::memory
