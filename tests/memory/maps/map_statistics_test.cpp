// Counts and dispersions of a small map that can be worked out by hand.
#include "memory/maps/map_statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;

// 2 banks x 2 rows x 4 columns: row 1 of bank 0 is weak.
SparseFaultMap weak_row(std::optional<Voltage> lowest = volts("0.7")) {
  return {{.geometry = {2, 2, 4}, .unit = "V", .lowest_measured = lowest, .source = "test"},
          {{{0, 1, 0}, volts("0.9"), FaultKind::kFlip},
           {{0, 1, 1}, volts("0.8"), FaultKind::kStuckAt0},
           {{0, 1, 2}, volts("0.8"), FaultKind::kStuckAt1},
           {{1, 0, 3}, Voltage::infinite(), FaultKind::kStuckAt1}}};
}

TEST(MapStatistics, CountsByKindAndVoltage) {
  const FaultsAtVoltage all = faults_at(weak_row(), volts("0.8"));
  EXPECT_EQ(all.flips, 1);
  EXPECT_EQ(all.stuck_at_0, 1);
  EXPECT_EQ(all.stuck_at_1, 2);
  EXPECT_DOUBLE_EQ(all.ber, 4.0 / 16);
  EXPECT_EQ(faults_at(weak_row(), volts("0.85")).total(), 2);
  EXPECT_EQ(faults_at(weak_row(), volts("2")).total(), 1);
  EXPECT_EQ(defect_count(weak_row()), 1);
}

TEST(MapStatistics, DispersionIsVarianceOverMean) {
  const auto counts = [](CellGroup group) { return group_counts(weak_row(), volts("0.8"), group); };
  // Rows have 3, 1, 0, 0 faults: mean 1, variance (9 + 1) / 4 - 1.
  EXPECT_THAT(counts(CellGroup::kRow).faults, ElementsAre(3, 1));
  EXPECT_EQ(counts(CellGroup::kRow).groups, 4);
  EXPECT_DOUBLE_EQ(*counts(CellGroup::kRow).dispersion(), 1.5);
  // Four of eight columns have one: mean 1/2, variance 1/2 - 1/4.
  EXPECT_DOUBLE_EQ(*counts(CellGroup::kColumn).dispersion(), 0.5);
  // Banks have 3 and 1: mean 2, variance 1.
  EXPECT_DOUBLE_EQ(*counts(CellGroup::kBank).dispersion(), 0.5);
  EXPECT_DOUBLE_EQ(*counts(CellGroup::kBank).share_in_groups_of(2), 0.75);
  EXPECT_DOUBLE_EQ(*counts(CellGroup::kBank).share_in_groups_of(4), 0);
}

TEST(MapStatistics, BitlinesArePartsOfColumns) {
  // One column of 8 rows: faults in rows 0, 2, 4 and 5.
  std::vector<Fault> faults;
  for (const std::uint32_t row : {0U, 2U, 4U, 5U}) {
    faults.push_back({{0, row, 0}, volts("0.8"), FaultKind::kFlip});
  }
  const SparseFaultMap map({{1, 8, 1}, "V", {}, "test"}, faults);
  const auto counts = [&](const BitlineShape& shape) {
    return group_counts(map, volts("0.8"), CellGroup::kBitline, shape);
  };
  EXPECT_THAT(counts({}).faults, ElementsAre(4));
  EXPECT_THAT(counts({.interleaved = 2}).faults, ElementsAre(3, 1));  // even, odd
  EXPECT_THAT(counts({.cells = 4}).faults, ElementsAre(2, 2));
  EXPECT_THAT(counts({.interleaved = 2, .cells = 2}).faults, ElementsAre(2, 1, 1));
  EXPECT_EQ(counts({.interleaved = 2, .cells = 2}).groups, 4);
  EXPECT_EQ(counts({.interleaved = 2, .cells = 3}).groups, 4);
  EXPECT_THROW(counts({.interleaved = 9}), InputError);
  EXPECT_THROW(counts({.interleaved = 0}), InputError);
}

TEST(MapStatistics, NoFaultsNoDispersion) {
  const SparseFaultMap map(
      {.geometry = {1, 1, 1}, .unit = "V", .lowest_measured = {}, .source = "none"}, {});
  const GroupCounts rows = group_counts(map, volts("0.8"), CellGroup::kRow);
  EXPECT_EQ(rows.dispersion(), std::nullopt);
  EXPECT_EQ(rows.share_in_groups_of(1), std::nullopt);
  EXPECT_TRUE(telling_voltages(map).empty());
}

TEST(MapStatistics, TellingVoltagesAreDistinctAndReachTheLowest) {
  EXPECT_THAT(telling_voltages(weak_row()), ElementsAre(volts("0.9"), volts("0.8"), volts("0.7")));
  EXPECT_THAT(telling_voltages(weak_row({})), ElementsAre(volts("0.9"), volts("0.8")));
  EXPECT_THAT(telling_voltages(weak_row(volts("0.85"))), ElementsAre(volts("0.9"), volts("0.85")));
}

TEST(MapStatistics, FewVoltagesAreAllTold) {
  // Nearly all cells fail at the lowest voltage, so quantiles would skip most of the others.
  const auto map_of = [](int voltages) {
    std::vector<Fault> faults;
    for (int i = 0; i < 1000; ++i) {
      faults.push_back({{0, static_cast<std::uint32_t>(i), 0},
                        Voltage::from_micro(500'000 + (i < voltages ? i : 0)),
                        FaultKind::kFlip});
    }
    return SparseFaultMap({{1, 1000, 1}, "V", {}, "steps"}, std::move(faults));
  };
  EXPECT_EQ(telling_voltages(map_of(24)).size(), 24u);
  EXPECT_LT(telling_voltages(map_of(25)).size(), 8u);
}

TEST(MapStatistics, BelowTheLowestMeasuredIsAnError) {
  EXPECT_THROW(faults_at(weak_row(), volts("0.65")), InputError);
}

}  // namespace
}  // namespace brownout::memory
