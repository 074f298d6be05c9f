// Pass and fail of dies, and the yield with its interval.
#include "sim/experiment/results/yield.hpp"

#include <gtest/gtest.h>

namespace brownout::experiment {
namespace {

PointSummary point(const char* voltage, std::uint64_t chip, double top1) {
  PointSummary result;
  result.voltage = memory::Voltage::parse(voltage);
  result.chip = chip;
  result.score[Metric::kTop1] = top1;
  return result;
}

const std::vector<PointSummary> kPoints = {point("0.9", 0, 0.98), point("0.9", 1, 0.97),
                                           point("0.85", 0, 0.9), point("0.85", 1, 0.95),
                                           point("0.8", 0, 0.96), point("0.8", 1, 0.2)};

TEST(Yield, IsTheShareOfPassingChipsOfEachVoltage) {
  const std::vector<VoltageYield> found = yields(kPoints, {Metric::kTop1, 0.95});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].voltage, memory::Voltage::parse("0.9"));
  EXPECT_EQ(found[0].yield(), 1);
  EXPECT_EQ(found[1].yield(), 0.5);  // 0.95 itself passes
  EXPECT_EQ(found[2].yield(), 0.5);
  EXPECT_EQ(found[2].chips, 2u);
  EXPECT_EQ(found[0].interval.high, 1);
  EXPECT_EQ(found[0].interval.low, wilson_interval(2, 2).low);
  EXPECT_EQ(found[1].interval.low, wilson_interval(1, 2).low);
}

TEST(Yield, ATargetOfRoundedPercentagePointsIsMetExactly) {
  EXPECT_TRUE(passes(0.97, 0.98 - 1.0 / 100));
  EXPECT_TRUE(passes(0.58, 0.59 - 1.0 / 100));
  EXPECT_FALSE(passes(0.9699, 0.97));
}

// A die that passes below a voltage at which it fails is not shipped for the lower one.
TEST(Yield, DiesAreListedWithTheVoltageDownToWhichTheyPass) {
  EXPECT_EQ(dies_csv(kPoints, {"a/one.csv", "a/two, b.csv"}, "Vmin", {Metric::kTop1, 0.95}),
            "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc\n"
            "0,one.csv,0.9,Vmin,0.98,0.95,1,0.9,,\n"
            "0,one.csv,0.85,Vmin,0.9,0.95,0,0.9,,\n"
            "0,one.csv,0.8,Vmin,0.96,0.95,1,0.9,,\n"
            "1,\"two, b.csv\",0.9,Vmin,0.97,0.95,1,0.85,,\n"
            "1,\"two, b.csv\",0.85,Vmin,0.95,0.95,1,0.85,,\n"
            "1,\"two, b.csv\",0.8,Vmin,0.2,0.95,0,0.85,,\n");
}

TEST(Yield, LowestVoltagesBeginWithTheBestChip) {
  std::vector<PointSummary> points = kPoints;
  points.push_back(point("0.9", 2, 0.1));
  points.push_back(point("0.85", 2, 0.99));
  const auto lowest = lowest_passing_voltages(points, {Metric::kTop1, 0.95});
  ASSERT_EQ(lowest.size(), 3u);
  EXPECT_EQ(lowest[0], memory::Voltage::parse("0.85"));
  EXPECT_EQ(lowest[1], memory::Voltage::parse("0.9"));
  EXPECT_FALSE(lowest[2]);
}

TEST(Yield, ADieThatFailsAtTheHighestVoltageHasNone) {
  EXPECT_EQ(dies_csv({point("0.9", 0, 0.1), point("0.8", 0, 0.9)}, {}, "V", {Metric::kTop1, 0.5}),
            "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc\n"
            "0,,0.9,V,0.1,0.5,0,,,\n"
            "0,,0.8,V,0.9,0.5,1,,,\n");
}

TEST(Yield, OfAnotherMetricHasItsColumnsAtTheEnd) {
  PointSummary found;
  found.voltage = memory::Voltage::parse("0.9");
  found.score[Metric::kAuc] = 0.75;
  EXPECT_EQ(yields({found}, {Metric::kAuc, 0.7}).front().passing, 1u);
  EXPECT_EQ(yields({found}, {Metric::kAuc, 0.8}).front().passing, 0u);
  EXPECT_EQ(dies_csv({found}, {}, "V", {Metric::kAuc, 0.7}),
            "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc\n"
            "0,,0.9,V,,,1,0.9,0.75,0.7\n");
}

}  // namespace
}  // namespace brownout::experiment
