// Which rows of a column hang on one bitline.
#include "memory/bitline_layout.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

TEST(BitlineLayout, InterleavedBitlinesTakeTheRowsInTurn) {
  const BitlineLayout kc705{.cells = 512, .interleave = 2};  // 1024 rows, the parity is the bitline
  EXPECT_EQ(kc705.bitlines(1024), 2u);
  for (std::uint32_t row = 0; row < 1024; ++row) ASSERT_EQ(kc705.bitline(row), row % 2);
  const BitlineLayout whole{.cells = {}, .interleave = 4};
  for (std::uint32_t row = 0; row < 100; ++row) ASSERT_EQ(whole.bitline(row), row % 4);
  EXPECT_EQ((BitlineLayout{.cells = 20}).bitline(39), 1u);
  EXPECT_EQ((BitlineLayout{}).bitlines(1000), 1u);
}

TEST(BitlineLayout, RowsOfTheBitlinesAreAllRowsOnce) {
  for (const std::uint32_t interleave : {1u, 2u, 3u, 7u}) {
    for (const std::optional<std::uint32_t> cells :
         {std::optional<std::uint32_t>{}, {1u}, {4u}, {5u}, {100u}}) {
      const BitlineLayout layout{cells, interleave};
      for (const std::uint32_t rows : {1u, 2u, 6u, 40u, 41u}) {
        std::set<std::uint32_t> seen;
        for (std::uint32_t bitline = 0; bitline < layout.bitlines(rows); ++bitline) {
          const auto [first, end] = layout.rows_of(bitline, rows);
          ASSERT_LT(first, end);
          ASSERT_LE(end, rows);
          for (std::uint32_t row = first; row < end; row += interleave) {
            ASSERT_EQ(layout.bitline(row), bitline);
            ASSERT_TRUE(seen.insert(row).second);
          }
        }
        ASSERT_EQ(seen.size(), rows) << interleave << " " << cells.value_or(0);
      }
    }
  }
}

TEST(BitlineLayout, ABitlineWithoutCellsIsRefused) {
  EXPECT_EQ(message_of([] { BitlineLayout{.cells = 0}.validate(); }),
            "cells_per_bitline: 0 is not above 0");
  EXPECT_EQ(message_of([] { BitlineLayout{.interleave = 0}.validate(); }),
            "interleaved_bitlines: 0 is not above 0");
}

}  // namespace
}  // namespace brownout::memory
