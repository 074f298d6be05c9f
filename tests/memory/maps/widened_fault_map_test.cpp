// A map within a larger one: every cell is of the one or of the other.
#include "memory/maps/widened_fault_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "memory/generators/iid_generator.hpp"
#include "memory/generators/noisy_fault_map.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

std::unique_ptr<FaultMap> cells(const SramGeometry& geometry, std::uint64_t seed) {
  return std::make_unique<NoisyFaultMap>(
      std::make_unique<IidFaultMap>(geometry, profile_14nm(), FaultMixture{}, seed), 0.01);
}

TEST(WidenedFaultMap, HasTheMeasuredCellsAndTheOthersAroundThem) {
  const SramGeometry inside{2, 64, 130}, whole{2, 70, 200};
  const WidenedFaultMap widened(cells(inside, 1), cells(whole, 2));
  EXPECT_EQ(widened.geometry(), whole);
  const CellFaults faults = widened.faults_at(volts("0.85"));
  const CellFaults measured = cells(inside, 1)->faults_at(volts("0.85"));
  const CellFaults others = cells(whole, 2)->faults_at(volts("0.85"));
  whole.for_each_row([&](const RowAddress& row) {
    for (std::uint32_t column = 0; column < whole.columns; ++column) {
      const bool is_measured = row.row < 64 && column < 130;
      EXPECT_EQ(faults.certain.at(row.cell(column)),
                (is_measured ? measured : others).certain.at(row.cell(column)));
    }
  });
  std::vector<IntermittentCell> expected = measured.intermittent;
  for (const IntermittentCell& cell : others.intermittent) {
    if (cell.cell.row >= 64 || cell.cell.column >= 130) expected.push_back(cell);
  }
  std::sort(expected.begin(), expected.end(),
            [](const auto& a, const auto& b) { return a.cell < b.cell; });
  EXPECT_EQ(faults.intermittent, expected);
  EXPECT_GT(expected.size(), measured.intermittent.size());
}

TEST(WidenedFaultMap, NeedsASramAroundTheMap) {
  EXPECT_TRUE(widens({2, 64, 130}, {2, 64, 131}));
  EXPECT_FALSE(widens({2, 64, 130}, {2, 64, 130}));
  EXPECT_FALSE(widens({2, 64, 130}, {3, 64, 131}));
  EXPECT_FALSE(widens({2, 65, 130}, {2, 64, 131}));
  EXPECT_THROW(WidenedFaultMap(cells({2, 64, 130}, 1), cells({2, 64, 130}, 1)), std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
