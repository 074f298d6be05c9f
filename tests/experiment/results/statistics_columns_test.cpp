// The chips of a voltage put together, row by row.
#include "sim/experiment/results/statistics_columns.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace brownout::experiment {
namespace {

PointSummary chip_with(const char* voltage, std::uint64_t chip, double top1, PairedCounts paired) {
  PointSummary point;
  point.voltage = memory::Voltage::parse(voltage);
  point.chip = chip;
  point.images = 100;
  point.score[Metric::kTop1] = top1;
  point.interval[Metric::kTop1] = {top1 - 0.05, top1 + 0.03};
  point.reference = 0.9;
  point.paired = paired;
  point.rerr = robust_error(point.reference, paired, point.images);
  point.energy_j = 2e-6;
  return point;
}

StatisticsRow row_of(const std::vector<StatisticsRow>& rows, const std::string& quantity) {
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const StatisticsRow& row) { return row.quantity == quantity; });
}

std::vector<StatisticsRow> of_five_chips() {
  std::vector<PointSummary> points;
  const std::vector<double> top1 = {0.80, 0.84, 0.70, 0.90, 0.86};
  for (std::size_t chip = 0; chip < top1.size(); ++chip) {
    points.push_back(chip_with("0.8", chip, top1[chip], {10, 0}));
  }
  return statistics_of(points, "Vmin");
}

TEST(Statistics, QuantilesLieLinearlyBetweenTheChips) {
  const StatisticsRow row = row_of(of_five_chips(), "top1");
  EXPECT_EQ(row.chips, 5);
  EXPECT_DOUBLE_EQ(row.spread.mean, 0.82);
  EXPECT_EQ(row.spread.median, 0.84);
  EXPECT_DOUBLE_EQ(row.spread.p5, 0.70 + 0.2 * 0.10);   // a fifth of the way from the first
  EXPECT_DOUBLE_EQ(row.spread.p95, 0.86 + 0.8 * 0.04);  // to the last
  EXPECT_EQ(row.spread.min, 0.70);
  EXPECT_EQ(row.spread.max, 0.90);
}

TEST(Statistics, IntervalsOverImagesAndOverChipsAreKeptApart) {
  const StatisticsRow row = row_of(of_five_chips(), "top1");
  EXPECT_DOUBLE_EQ(row.over_images->low, 0.77);
  EXPECT_DOUBLE_EQ(row.over_images->high, 0.85);
  EXPECT_NEAR(row.spread.over_chips->low + row.spread.over_chips->high, 2 * 0.82, 1e-12);
  EXPECT_FALSE(row_of(of_five_chips(), "energy_j").over_images);
  EXPECT_DOUBLE_EQ(row_of(of_five_chips(), "rerr").spread.mean, 0.2);  // 10 wrong, 10 lost
}

TEST(Statistics, IntervalsOfSharesEndAtOne) {
  std::vector<PointSummary> points = {chip_with("1", 0, 0.99, {}), chip_with("1", 1, 0.90, {})};
  points[0].energy_rel = 1;
  points[1].energy_rel = 1.1;
  const auto rows = statistics_of(points, "V");
  EXPECT_EQ(row_of(rows, "top1").spread.over_chips->high, 1);
  EXPECT_GT(row_of(rows, "energy_rel").spread.over_chips->high, 1.1);
}

TEST(Statistics, HaveNoRowsOfMetricsThatTheTaskHasNot) {
  for (const StatisticsRow& row : of_five_chips()) {
    EXPECT_NE(row.quantity, "auc");
    EXPECT_NE(row.quantity, "top5");
    EXPECT_EQ(row.unit, "Vmin");
  }
}

TEST(Statistics, GoVoltageByVoltageDownwards) {
  const auto rows =
      statistics_of({chip_with("0.8", 0, 0.7, {}), chip_with("1", 0, 0.9, {})}, "Vmin");
  EXPECT_EQ(rows.front().voltage, memory::Voltage::parse("1"));
  EXPECT_EQ(rows.back().voltage, memory::Voltage::parse("0.8"));
  EXPECT_FALSE(rows.front().spread.std_dev);
  EXPECT_FALSE(rows.front().spread.over_chips);
}

}  // namespace
}  // namespace brownout::experiment
