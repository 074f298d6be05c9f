// Counts and dispersions of a small map that can be worked out by hand.
#include "sim/cli/map_statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace brownout::cli {
namespace {

using memory::FaultKind;
using memory::Voltage;
using testing::ElementsAre;

Voltage volts(const char* text) { return Voltage::parse(text); }

// 2 banks x 2 rows x 4 columns: row 1 of bank 0 is weak.
memory::SparseFaultMap weak_row(std::optional<Voltage> lowest = volts("0.7")) {
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
  const FaultsAtVoltage faults = faults_at(weak_row(), volts("0.8"));
  // Rows have 3, 1, 0, 0 faults: mean 1, variance (9 + 1) / 4 - 1.
  EXPECT_DOUBLE_EQ(*faults.row_dispersion, 1.5);
  // Four of eight columns have one: mean 1/2, variance 1/2 - 1/4.
  EXPECT_DOUBLE_EQ(*faults.column_dispersion, 0.5);
}

TEST(MapStatistics, NoFaultsNoDispersion) {
  const memory::SparseFaultMap map(
      {.geometry = {1, 1, 1}, .unit = "V", .lowest_measured = {}, .source = "none"}, {});
  EXPECT_EQ(faults_at(map, volts("0.8")).row_dispersion, std::nullopt);
  EXPECT_TRUE(telling_voltages(map).empty());
}

TEST(MapStatistics, TellingVoltagesAreDistinctAndReachTheLowest) {
  EXPECT_THAT(telling_voltages(weak_row()), ElementsAre(volts("0.9"), volts("0.8"), volts("0.7")));
  EXPECT_THAT(telling_voltages(weak_row({})), ElementsAre(volts("0.9"), volts("0.8")));
  EXPECT_THAT(telling_voltages(weak_row(volts("0.85"))), ElementsAre(volts("0.9"), volts("0.85")));
}

TEST(MapStatistics, BelowTheLowestMeasuredIsAnError) {
  EXPECT_THROW(faults_at(weak_row(), volts("0.65")), std::runtime_error);
}

}  // namespace
}  // namespace brownout::cli
