// The bit planes of failing cells.
#include <gtest/gtest.h>

#include <map>

#include "memory/cell_masks.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

constexpr FaultKind kKinds[] = {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip};
// A row of one word and a bit more, so that the end of a row falls inside a word.
constexpr SramGeometry kGeometry{3, 5, 70};

CellAddress random_cell(std::uint64_t i) {
  return {static_cast<std::uint32_t>(keyed_hash(1, i, 0) % kGeometry.banks),
          static_cast<std::uint32_t>(keyed_hash(1, i, 1) % kGeometry.rows),
          static_cast<std::uint32_t>(keyed_hash(1, i, 2) % kGeometry.columns)};
}

TEST(CellMasks, HoldTheLastFaultThatEachCellWasGiven) {
  CellMasks masks(kGeometry);
  std::map<CellAddress, FaultKind> expected;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const FaultKind kind = kKinds[keyed_hash(2, i) % 3];
    masks.set(random_cell(i), kind);
    expected[random_cell(i)] = kind;
  }
  ASSERT_LT(expected.size(), 600u);  // some cells were given several
  EXPECT_EQ(masks.count(), expected.size());
  for (std::uint32_t bank = 0; bank < kGeometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < kGeometry.rows; ++row) {
      for (std::uint32_t column = 0; column < kGeometry.columns; ++column) {
        const CellAddress cell{bank, row, column};
        const auto found = expected.find(cell);
        EXPECT_EQ(masks.at(cell),
                  found == expected.end() ? std::nullopt : std::optional(found->second));
      }
    }
  }
}

TEST(CellMasks, VisitFailingCellsInOrder) {
  CellMasks masks(kGeometry);
  std::map<CellAddress, FaultKind> expected;
  for (std::uint64_t i = 0; i < 300; ++i) {
    masks.set(random_cell(i), kKinds[i % 3]);
    expected[random_cell(i)] = kKinds[i % 3];
  }
  std::vector<std::pair<CellAddress, FaultKind>> visited;
  masks.for_each(
      [&](const CellAddress& cell, FaultKind kind) { visited.emplace_back(cell, kind); });
  EXPECT_EQ(visited,
            (std::vector<std::pair<CellAddress, FaultKind>>(expected.begin(), expected.end())));
}

TEST(CellMasks, RowsOfAPlaneAreWhatSetAndAtSee) {
  CellMasks masks(kGeometry);
  masks.set({2, 4, 69}, FaultKind::kStuckAt1);
  const CellMasks& read_only = masks;
  ASSERT_EQ(read_only.row(FaultKind::kStuckAt1, {.bank = 2, .row = 4}).size(), 2u);
  EXPECT_EQ(read_only.row(FaultKind::kStuckAt1, {.bank = 2, .row = 4})[1], std::uint64_t{1} << 5);
  EXPECT_EQ(read_only.row(FaultKind::kFlip, {.bank = 2, .row = 4})[1], 0u);
  masks.row(FaultKind::kFlip, {.bank = 1, .row = 0})[0] = 0b1000;
  EXPECT_EQ(masks.at({1, 0, 3}), FaultKind::kFlip);
  EXPECT_EQ(masks.count(), 2u);
}

TEST(CellMasks, CellsOutsideTheGeometryAreOurBugs) {
  CellMasks masks(kGeometry);
  for (const CellAddress& cell :
       {CellAddress{3, 0, 0}, CellAddress{0, 5, 0}, CellAddress{0, 0, 70}}) {
    EXPECT_THROW(masks.set(cell, FaultKind::kFlip), std::logic_error);
    EXPECT_THROW((void)masks.at(cell), std::logic_error);
  }
}

TEST(CellMasks, NamesAreThoseOfTheFiles) {
  EXPECT_EQ(to_string(FaultKind::kStuckAt0), "stuck_at_0");
  EXPECT_EQ(to_string(FaultKind::kStuckAt1), "stuck_at_1");
  EXPECT_EQ(to_string(FaultKind::kFlip), "flip");
  EXPECT_EQ(to_string(SramGeometry{8, 1024, 128}), "8 banks x 1024 rows x 128 columns");
}

}  // namespace
}  // namespace brownout::memory
