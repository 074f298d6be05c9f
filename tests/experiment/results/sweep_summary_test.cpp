// Means over chips, by falling voltage.
#include "sim/experiment/results/sweep_summary.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace brownout::experiment {
namespace {

PointSummary point(const char* voltage, std::uint64_t chip, double top1, double ber) {
  PointSummary result;
  result.voltage = memory::Voltage::parse(voltage);
  result.chip = chip;
  result.score[Metric::kTop1] = top1;
  result.ber = ber;
  result.energy_j = 1e-7 * static_cast<double>(chip + 1);
  result.latency_s = 2e-5;
  return result;
}

TEST(SweepSummary, MeansAndExtremes) {
  const auto rows = summarize({point("0.8", 0, 0.7, 0.01), point("1", 0, 0.99, 0),
                               point("0.8", 1, 0.9, 0.03), point("1", 1, 0.99, 0)});
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0].voltage, memory::Voltage::parse("1"));
  EXPECT_EQ(rows[1].chips, 2);
  EXPECT_DOUBLE_EQ(rows[1].score[Metric::kTop1]->mean, 0.8);
  EXPECT_EQ(rows[1].score[Metric::kTop1]->min, 0.7);
  EXPECT_EQ(rows[1].score[Metric::kTop1]->max, 0.9);
  EXPECT_NEAR(rows[1].score[Metric::kTop1]->std_dev.value(), 0.2 / std::sqrt(2), 1e-15);
  EXPECT_FALSE(rows[1].score[Metric::kAuc]);
  EXPECT_DOUBLE_EQ(rows[1].ber, 0.02);
  EXPECT_DOUBLE_EQ(rows[1].energy_j, 1.5e-7);
  EXPECT_DOUBLE_EQ(rows[1].latency_s, 2e-5);
}

TEST(SweepSummary, EnergiesOfRailsAndOfTheirPartsAreMeansToo) {
  std::vector<PointSummary> chips = {point("1", 0, 0.9, 0), point("1", 1, 0.9, 0)};
  chips[0].rail_energy_j[energy::Rail::kDram] = 1;
  chips[1].rail_energy_j[energy::Rail::kDram] = 2;
  for (PointSummary& chip : chips) chip.mitigation_energy_j = 1 + static_cast<double>(chip.chip);
  const VoltageSummary mean = summarize(chips).front();
  EXPECT_EQ(mean.rail_energy_j[energy::Rail::kDram], 1.5);
  EXPECT_EQ(mean.rail_energy_j[energy::Rail::kLogic], 0);
  EXPECT_EQ(mean.mitigation_energy_j, 1.5);
  EXPECT_FALSE(mean.supply_energy_j);
}

TEST(SweepSummary, NoPointsNoRows) { EXPECT_TRUE(summarize({}).empty()); }

}  // namespace
}  // namespace brownout::experiment
