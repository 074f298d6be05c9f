// The allocation of spare lines against the best one there is, found by trying all on small banks,
// and against must-repair as textbooks have it.
#include "memory/repair/spare_lines.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <optional>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

constexpr SpareLines kSpares{2, 2};
constexpr SramGeometry kCells{1, 8, 9};  // 6 x 7 are seen

/// Each cell fails with a chance of `percent`, those of spares with `spares`.
CellMasks drawn(std::uint64_t number, std::uint64_t percent, std::uint64_t spares) {
  CellMasks masks(kCells);
  for (std::uint32_t row = 0; row < kCells.rows; ++row) {
    for (std::uint32_t column = 0; column < kCells.columns; ++column) {
      const bool spare = row >= 6 || column >= 7;
      if (keyed_hash(number, row, column) % 100 < (spare ? spares : percent)) {
        masks.set({0, row, column}, FaultKind::kFlip);
      }
    }
  }
  return masks;
}

std::uint64_t crossing(const CellMasks& masks, unsigned rows, unsigned columns) {
  std::uint64_t count = 0;
  masks.for_each([&](const CellAddress& cell, FaultKind) {
    count += rows >> cell.row & columns >> cell.column & 1U;
  });
  return count;
}

std::uint64_t least_left(const CellMasks& masks) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (unsigned rows = 0; rows < 1U << 8; ++rows) {
    if (std::popcount(rows) != 6) continue;
    for (unsigned columns = 0; columns < 1U << 9; ++columns) {
      if (std::popcount(columns) == 7) least = std::min(least, crossing(masks, rows, columns));
    }
  }
  return least;
}

/// Of the lines that are seen afterwards; each must be there once.
std::uint64_t left_by(const BankRepair& repair, const CellMasks& masks) {
  unsigned rows = 0, columns = 0;
  for (const std::uint32_t row : repair.rows) rows |= 1U << row;
  for (const std::uint32_t column : repair.columns) columns |= 1U << column;
  EXPECT_EQ(std::popcount(rows), 6);
  EXPECT_EQ(std::popcount(columns), 7);
  return crossing(masks, rows, columns);
}

/// Lines that must-repair takes, of good spares; nothing where it leaves a failing cell.
std::optional<int> must_repair(const CellMasks& masks) {
  unsigned rows = 0x3F, columns = 0x7F, spare_rows = 2, spare_columns = 2;
  for (bool again = true; again;) {
    again = false;
    for (unsigned row = 0; row < 6; ++row) {
      if ((rows >> row & 1U) == 0 || spare_rows == 0) continue;
      if (crossing(masks, 1U << row, columns) <= spare_columns) continue;
      rows &= ~(1U << row);
      --spare_rows;
      again = true;
    }
    for (unsigned column = 0; column < 7; ++column) {
      if ((columns >> column & 1U) == 0 || spare_columns == 0) continue;
      if (crossing(masks, rows, 1U << column) <= spare_rows) continue;
      columns &= ~(1U << column);
      --spare_columns;
      again = true;
    }
  }
  if (crossing(masks, rows, columns) != 0) return {};
  return static_cast<int>(4 - spare_rows - spare_columns);
}

class DrawnBanks : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(DrawnBanks, AreRepairedNoBetterThanBestAndNearlyAsOften) {
  const auto [percent, spares] = GetParam();
  int repairable = 0, repaired = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const CellMasks masks =
        drawn(number, static_cast<std::uint64_t>(percent), static_cast<std::uint64_t>(spares));
    const Repair repair = allocate(kSpares, masks);
    const std::uint64_t best = least_left(masks);
    EXPECT_EQ(repair.counts.cells_failing, crossing(masks, 0x3F, 0x7F));
    EXPECT_EQ(repair.counts.cells_left, left_by(repair.banks.at(0), masks));
    EXPECT_GE(repair.counts.cells_left, best);
    EXPECT_LE(repair.counts.cells_left, repair.counts.cells_failing);
    EXPECT_EQ(repair.counts.cells_left == 0, repair.counts.complete());
    repairable += best == 0 ? 1 : 0;
    repaired += repair.counts.complete() ? 1 : 0;
  }
  EXPECT_GE(repaired, repairable * 17 / 20);
}

INSTANTIATE_TEST_SUITE_P(Rates, DrawnBanks,
                         ::testing::Values(std::pair{3, 0}, std::pair{8, 0}, std::pair{15, 0},
                                           std::pair{8, 8}, std::pair{15, 15}));

TEST(SpareLines, RepairWhateverMustRepairCan) {
  int solved = 0;
  for (std::uint64_t number = 0; number < 4000; ++number) {
    CellMasks masks(kCells);
    const auto random = [&](std::uint64_t purpose, std::uint64_t below) {
      return static_cast<std::uint32_t>(keyed_hash(number, 77, purpose) % below);
    };
    for (std::uint32_t line = 0; line < 4; ++line) {  // weak rows, then weak columns
      const std::uint32_t at = random(line, line < 2 ? 6 : 7);
      for (std::uint32_t cell = 0; cell < 6; ++cell) {
        if (random(10 + 10 * line + cell, 100) >= 70) continue;
        masks.set(line < 2 ? CellAddress{0, at, cell} : CellAddress{0, cell, at}, FaultKind::kFlip);
      }
    }
    const std::optional<int> lines = must_repair(masks);
    if (!lines) continue;
    ++solved;
    const RepairCounts counts = allocate(kSpares, masks).counts;
    EXPECT_TRUE(counts.complete()) << number;
    EXPECT_EQ(counts.rows_used + counts.columns_used, static_cast<std::uint64_t>(*lines));
  }
  EXPECT_GT(solved, 500);
}

TEST(SpareLines, LeaveAGoodBankAsItIs) {
  const Repair repair = allocate(kSpares, CellMasks({3, 8, 9}));
  ASSERT_EQ(repair.banks.size(), 3U);
  for (const BankRepair& bank : repair.banks) {
    EXPECT_EQ(bank, (BankRepair{{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5, 6}}));
  }
  EXPECT_EQ(repair.counts, RepairCounts{});
}

TEST(SpareLines, TheBestSpareGoesFirstAndNoneThatIsNoBetter) {
  CellMasks masks(kCells);
  const auto column = [&](std::uint32_t at, std::uint32_t faults) {
    for (std::uint32_t row = 0; row < faults; ++row) masks.set({0, row, at}, FaultKind::kStuckAt0);
  };
  column(1, 2);
  column(4, 3);
  column(7, 2);  // spares
  column(8, 1);
  const Repair repair = allocate({0, 2}, masks);
  EXPECT_EQ(repair.banks.at(0).columns, (std::vector<std::uint32_t>{0, 1, 2, 3, 8, 5, 6}));
  EXPECT_EQ(repair.counts, (RepairCounts{0, 1, 5, 3}));
}

// The row needs more than the columns give; taking columns first would waste them.
TEST(SpareLines, ARowWithMoreFaultsThanSpareColumnsTakesASpareRow) {
  CellMasks masks(kCells);
  for (const std::uint32_t column : {0U, 2U, 3U}) masks.set({0, 1, column}, FaultKind::kFlip);
  for (std::uint32_t row = 2; row < 6; ++row) masks.set({0, row, 6}, FaultKind::kFlip);
  const Repair repair = allocate(kSpares, masks);
  EXPECT_EQ(repair.banks.at(0).rows, (std::vector<std::uint32_t>{0, 6, 2, 3, 4, 5}));
  EXPECT_EQ(repair.banks.at(0).columns, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 7}));
  EXPECT_EQ(repair.counts, (RepairCounts{1, 1, 7, 0}));
}

TEST(SpareLines, SayWhatTheyAre) {
  EXPECT_EQ((SpareLines{0, 4}).text(), "4 spare columns a bank");
  EXPECT_EQ((SpareLines{1, 4}).text(), "1 spare row and 4 spare columns a bank");
}

}  // namespace
}  // namespace brownout::memory
