// Flags of a tile's columns: the choice against every way that there is, and the words in which
// they stand.
#include "sim/storage/column_flags.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "memory/base/arithmetic.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/schedule/program_builder.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::storage {
namespace {

using memory::WideBits;
using memory::WordFlags;

// Two weights of 4 bits, so that all 32 ways of a column can be tried.
constexpr std::uint32_t kWordBits = 8;
const TileWord kWord{.node = {0}, .weight_bits = 4, .weights = 2};

WordPath path_of(const memory::ColumnChanges& columns, const char* policy, const char* code) {
  memory::StorageScheme scheme;
  scheme.policy = memory::make_write_policy(policy, scheme.encoding);
  scheme.code = &memory::find_word_code(code);
  scheme.columns = columns;
  memory::SramOrganisation organisation{
      .banks = 1, .words = 8, .word_bits = kWordBits, .column_mux = 1};
  organisation.check_bits = scheme.codec(kWordBits).check_bits();
  return {scheme, organisation};
}

/// The words of six rows; one cell in six is stuck.
std::vector<WantedWord> any_rows(std::uint64_t number) {
  std::vector<WantedWord> rows(6);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row].codes = memory::keyed_hash(number, row, 0) & 0xff;
    for (std::uint32_t bit = 0; bit < kWordBits; ++bit) {
      const std::uint64_t draw = memory::keyed_hash(number, row, 1 + bit) % 12;
      if (draw == 0) rows[row].known.stuck_at_0.data.flip(bit);
      if (draw == 1) rows[row].known.stuck_at_1.data.flip(bit);
    }
  }
  return rows;
}

std::uint64_t damage_of(const WordPath& path, const WordFlags& flags,
                        const std::vector<WantedWord>& rows) {
  TileWord word = kWord;
  word.columns = flags;
  std::uint64_t sum = 0;
  for (const WantedWord& row : rows) sum += path.damage(word, row.codes, row.known);
  return sum;
}

/// Of every sign and pattern of both columns that may be.
std::uint64_t least_damage(const WordPath& path, const std::vector<WantedWord>& rows) {
  const memory::ColumnChanges& changes = path.scheme().columns;
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t signs = 0; signs < (changes.sign_flip ? 4U : 1U); ++signs) {
    const WideBits negated = (signs & 1) * 0x0f + (signs >> 1) * 0xf0;
    for (std::uint64_t slices = 0; slices < (changes.bit_flip ? 256U : 1U); ++slices) {
      const WordFlags flags{.negated = negated, .inverted = WideBits(slices)};
      least = std::min(least, damage_of(path, flags, rows));
    }
  }
  return least;
}

struct Case {
  memory::ColumnChanges columns;
  const char* policy;
  const char* code;
  double within;  ///< of all tiles, that many get the best there is
};

class ColumnChoices : public ::testing::TestWithParam<Case> {};

TEST_P(ColumnChoices, AreNearlyAlwaysTheBestAndNeverWorseThanNone) {
  const WordPath path = path_of(GetParam().columns, GetParam().policy, GetParam().code);
  constexpr int kTiles = 100;
  int best = 0;
  for (std::uint64_t n = 0; n < kTiles; ++n) {
    const std::vector<WantedWord> rows = any_rows(n);
    const std::uint64_t chosen = damage_of(path, choose_column_flags(path, kWord, rows), rows);
    const std::uint64_t least = least_damage(path, rows);
    ASSERT_GE(chosen, least);
    ASSERT_LE(chosen, damage_of(path, {}, rows));
    best += chosen == least ? 1 : 0;
  }
  EXPECT_GE(best, GetParam().within * kTiles);
}

INSTANTIATE_TEST_SUITE_P(Of, ColumnChoices,
                         ::testing::Values(Case{{.sign_flip = true}, "plain", "none", 1},
                                           Case{{.sign_flip = true}, "faq", "none", 1},
                                           Case{{.bit_flip = true}, "plain", "none", 0.8},
                                           Case{{.bit_flip = true}, "faq", "none", 0.6},
                                           Case{{true, true}, "faq", "none", 0.6},
                                           Case{{true, true}, "faq", "secded", 0.2}));

TEST(ColumnChoice, LeavesColumnsWithoutFaultsAsTheyAre) {
  const WordPath path = path_of({true, true}, "faq", "none");
  std::vector<WantedWord> rows = any_rows(1);
  for (WantedWord& row : rows) row.known = {};
  rows[2].codes = 0x88;  // -8 has no other sign
  EXPECT_EQ(choose_column_flags(path, kWord, rows), WordFlags{});
  rows[3].known.stuck_at_1.data = 0x80;  // of the second column
  rows[3].codes = 0x71;
  const WordFlags flags = choose_column_flags(path, kWord, rows);
  EXPECT_NE(flags, WordFlags{});
  EXPECT_EQ(((flags.negated | flags.inverted) & 0x0f), WideBits{});
}

TEST(ColumnFlags, StandInWordsBehindTheRowsOfEachTile) {
  const models::QuantizedNetwork network =
      testing::with_weight_bits(testing::random_residual_network(6), {3, 4, 8});
  for (const memory::ColumnChanges changes :
       {memory::ColumnChanges{true, false}, memory::ColumnChanges{false, true},
        memory::ColumnChanges{true, true}}) {
    hardware::AcceleratorSpec spec = small_spec(hardware::Placement::kResident);
    spec.weight_sram.column_changes = changes;
    const schedule::TileProgram program = schedule::make_program(network, spec);
    std::uint64_t number = 0;
    for (const schedule::Tile& tile : program.tiles) {
      const int bits = program.layer_of(tile).weight_bits;
      const auto flags_of_column =
          static_cast<unsigned>((changes.sign_flip ? 1 : 0) + (changes.bit_flip ? bits : 0));
      EXPECT_EQ(tile.flag_words, divide_up(static_cast<unsigned>(tile.columns) * flags_of_column,
                                           static_cast<unsigned>(spec.weight_sram.word_bits)));
      std::vector<WordFlags> flags(tile.words_per_row);
      for (int column = 0; column < tile.columns; ++column) {
        WordFlags& of_word = flags[static_cast<std::size_t>(column / tile.lanes)];
        const auto first = static_cast<std::uint32_t>(column % tile.lanes * bits);
        const std::uint64_t any = memory::keyed_hash(++number, 5);
        const std::uint64_t all = WideBits::low_bits(static_cast<std::uint32_t>(bits));
        if (changes.bit_flip) of_word.inverted.put(first, any >> 1 & all);
        if (changes.sign_flip && any % 2 == 1) of_word.negated.put(first, all);
      }
      const std::vector<WideBits> words = words_of_flags(program, tile, flags);
      ASSERT_EQ(words.size(), tile.flag_words);
      EXPECT_EQ(flags_of_words(program, tile, words), flags);
    }
  }
}

}  // namespace
}  // namespace brownout::storage
