// The cells of a row that fail: the same bits from every version of the loop.
#include "memory/generators/failing_cells.hpp"

#include <gtest/gtest.h>

#include <array>

namespace brownout::memory {
namespace {

TEST(FailingCells, EveryKernelOfThisCpuSaysWhatTheFormulaSays) {
  ASSERT_EQ(cell_kernels().back().name, "plain");
  for (const NamedCellKernel& kernel : cell_kernels()) {
    SCOPED_TRACE(kernel.name);
    for (std::uint64_t key = 0; key < 300; ++key) {
      for (const std::uint64_t first : {0ULL, 64ULL, 1ULL << 32, ~0ULL - 200}) {
        std::array<std::uint64_t, 64> thresholds{};
        for (std::size_t i = 0; i < 64; ++i) {
          // Anything, the extremes, and one step around the element itself.
          const std::uint64_t element = sequence_element(key, first + i);
          const std::uint64_t choices[] = {
              mix_bits(key * 64 + i), 0, ~0ULL, element, element + 1, 1ULL << 63};
          thresholds[i] = choices[(key + i) % std::size(choices)];
        }
        for (const std::uint32_t count : {8u, 24u, 64u}) {
          std::uint64_t expected = 0;
          for (std::uint32_t i = 0; i < count; ++i) {
            expected |= std::uint64_t{sequence_element(key, first + i) < thresholds[i]} << i;
          }
          ASSERT_EQ(kernel.run(key, first, count, thresholds.data()), expected) << key;
        }
      }
    }
  }
}

TEST(FailingCells, EachColumnHasItsOwnChance) {
  constexpr std::uint32_t kColumns = 150;  // ends inside the third word
  ColumnChances chances(kColumns);
  for (std::uint32_t column = 0; column < kColumns; ++column) {
    chances.set(column, Chance(column / 149.0));
  }
  ASSERT_EQ(chances.words(), 3u);
  std::array<std::uint64_t, kColumns> failures{};
  constexpr std::uint64_t kRows = 2000;
  for (std::uint64_t row = 0; row < kRows; ++row) {
    const std::uint64_t key = keyed_hash(1, row);
    for (std::uint32_t column = 0; column < 3 * 64; ++column) {
      const bool fails = (chances.failing(key, column / 64) >> column % 64 & 1) != 0;
      if (column >= kColumns) {
        ASSERT_FALSE(fails) << column;
        continue;
      }
      ASSERT_EQ(fails, Chance(column / 149.0).happens(sequence_element(key, column)));
      failures[column] += fails;
    }
  }
  EXPECT_EQ(failures.front(), 0u);
  EXPECT_EQ(failures.back(), kRows);
}

TEST(FailingCells, AChanceMayBeTakenBack) {
  ColumnChances chances(64, Chance(1));
  EXPECT_EQ(chances.failing(5, 0), ~0ULL);
  chances.set(3, Chance(0));
  EXPECT_EQ(chances.failing(5, 0), ~(1ULL << 3));
}

}  // namespace
}  // namespace brownout::memory
