// Lines of an SRAM, and which cells fail with one of them alone or repaired.
#include "memory/cell_line.hpp"

#include <gtest/gtest.h>

namespace brownout::memory {
namespace {

constexpr SramGeometry kGeometry{.banks = 2, .rows = 8, .columns = 70};

CellFaults some_faults() {
  CellFaults faults{.certain = CellMasks(kGeometry)};
  faults.certain.set({0, 3, 69}, FaultKind::kFlip);
  faults.certain.set({0, 4, 69}, FaultKind::kStuckAt1);
  faults.certain.set({1, 3, 69}, FaultKind::kStuckAt0);
  faults.intermittent = {{{0, 3, 5}, FaultKind::kFlip, 0.5}, {{1, 0, 5}, FaultKind::kFlip, 0.25}};
  return faults;
}

TEST(CellLine, HoldsTheCellsOfItsBankRowOrColumn) {
  const CellAddress cell{1, 3, 69};
  EXPECT_TRUE(line_of(cell, LineKind::kBank).contains({1, 7, 0}));
  EXPECT_FALSE(line_of(cell, LineKind::kBank).contains({0, 3, 69}));
  EXPECT_TRUE(line_of(cell, LineKind::kRow).contains({1, 3, 0}));
  EXPECT_FALSE(line_of(cell, LineKind::kRow).contains({1, 4, 69}));
  EXPECT_TRUE(line_of(cell, LineKind::kBitline).contains({1, 0, 69}));
  EXPECT_FALSE(line_of(cell, LineKind::kBitline).contains({0, 3, 69}));
  EXPECT_EQ(to_string(line_of(cell, LineKind::kBitline)), "bank 1, bitline 69");
  EXPECT_EQ(to_string(line_of(cell, LineKind::kRow)), "bank 1, row 3");
  EXPECT_EQ(to_string(line_of(cell, LineKind::kBank)), "bank 1");
}

TEST(CellLine, AloneAndRepairedAreAllFaultsTogetherAndNoneTwice) {
  const CellFaults all = some_faults();
  for (const LineKind kind : {LineKind::kBank, LineKind::kRow, LineKind::kBitline}) {
    const CellLine line = line_of({0, 3, 69}, kind);
    const CellFaults alone = only(all, {line, LineFaults::Which::kAlone});
    const CellFaults repaired = only(all, {line, LineFaults::Which::kRepaired});
    EXPECT_EQ(alone.certain.count() + repaired.certain.count(), all.certain.count());
    EXPECT_DOUBLE_EQ(alone.expected_count() + repaired.expected_count(), all.expected_count());
    all.certain.for_each([&](const CellAddress& cell, FaultKind fault) {
      const CellFaults& where = line.contains(cell) ? alone : repaired;
      EXPECT_EQ(where.certain.at(cell), fault) << to_string(cell);
    });
  }
}

TEST(CellLine, TakesIntermittentCellsToo) {
  const CellLine row = line_of({0, 3, 0}, LineKind::kRow);
  const CellFaults alone = only(some_faults(), {row, LineFaults::Which::kAlone});
  ASSERT_EQ(alone.intermittent.size(), 1U);
  EXPECT_EQ(alone.intermittent.front().cell, (CellAddress{0, 3, 5}));
  EXPECT_EQ(alone.certain.count(), 1U);
}

}  // namespace
}  // namespace brownout::memory
