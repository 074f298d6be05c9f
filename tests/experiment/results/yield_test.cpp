// Pass and fail of dies, and the yield with its interval.
#include "sim/experiment/results/yield.hpp"

#include <gtest/gtest.h>

#include "memory/base/text_number.hpp"
#include "sim/experiment/results/yield_columns.hpp"

namespace brownout::experiment {
namespace {

PointSummary point(const char* voltage, std::uint64_t chip, double top1) {
  PointSummary result;
  result.voltage = memory::Voltage::parse(voltage);
  result.chip = chip;
  result.images = 100;
  result.score[Metric::kTop1] = top1;
  result.reference = 0.98;
  return result;
}

PassMark at_least(double minimum, Metric metric = Metric::kTop1) {
  return mark_of({.minimum = minimum}, metric, 0.98);
}

constexpr char kHeader[] =
    "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc,drop,"
    "drop_ci_low,drop_ci_high,settled\n";

// The end of a row of dies.csv whose images were not counted.
std::string lost(double score) { return "," + format_double(0.98 - score) + ",,,\n"; }

const std::vector<PointSummary> kPoints = {point("0.9", 0, 0.98), point("0.9", 1, 0.97),
                                           point("0.85", 0, 0.9), point("0.85", 1, 0.95),
                                           point("0.8", 0, 0.96), point("0.8", 1, 0.2)};

TEST(Yield, IsTheShareOfPassingChipsOfEachVoltage) {
  const std::vector<VoltageYield> found = yields(kPoints, at_least(0.95));
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

// A die that passes below a voltage at which it fails is not shipped for the lower one.
TEST(Yield, DiesAreListedWithTheVoltageDownToWhichTheyPass) {
  EXPECT_EQ(dies_csv(kPoints, {"a/one.csv", "a/two, b.csv"}, "Vmin", at_least(0.95)),
            std::string(kHeader) + "0,one.csv,0.9,Vmin,0.98,0.95,1,0.9,," + lost(0.98) +
                "0,one.csv,0.85,Vmin,0.9,0.95,0,0.9,," + lost(0.9) +
                "0,one.csv,0.8,Vmin,0.96,0.95,1,0.9,," + lost(0.96) +
                "1,\"two, b.csv\",0.9,Vmin,0.97,0.95,1,0.85,," + lost(0.97) +
                "1,\"two, b.csv\",0.85,Vmin,0.95,0.95,1,0.85,," + lost(0.95) +
                "1,\"two, b.csv\",0.8,Vmin,0.2,0.95,0,0.85,," + lost(0.2));
}

TEST(Yield, LowestVoltagesBeginWithTheBestChip) {
  std::vector<PointSummary> points = kPoints;
  points.push_back(point("0.9", 2, 0.1));
  points.push_back(point("0.85", 2, 0.99));
  const auto lowest = lowest_passing_voltages(points, at_least(0.95));
  ASSERT_EQ(lowest.size(), 3u);
  EXPECT_EQ(lowest[0], memory::Voltage::parse("0.85"));
  EXPECT_EQ(lowest[1], memory::Voltage::parse("0.9"));
  EXPECT_FALSE(lowest[2]);
}

// 200 images: a drop of one point is two images.
PointSummary counted(std::uint64_t chip, std::int64_t lost, std::int64_t gained) {
  PointSummary result;
  result.voltage = memory::Voltage::parse("0.9");
  result.chip = chip;
  result.images = 200;
  result.reference = 0.95;
  result.paired = {lost, gained};
  result.score[Metric::kTop1] = (190.0 - static_cast<double>(lost - gained)) / 200;
  return result;
}

TEST(Yield, CountsTheChipsThatTheImagesDoNotSettle) {
  const PassMark mark = mark_of({.max_drop = 1}, Metric::kTop1, 0.95);
  const auto found = yields({counted(0, 0, 0), counted(1, 2, 0), counted(2, 40, 0)}, mark);
  EXPECT_EQ(found.front().passing, 2u);
  EXPECT_EQ(found.front().unsettled, 1u);  // two images lost may be one or four of others
  EXPECT_FALSE(yields({point("0.9", 0, 0.9)}, at_least(0.5)).front().unsettled);
  const Interval wilson = wilson_interval(2, 3);
  EXPECT_EQ(yields_csv(found, "V"),
            "voltage,unit,chips,passing,yield,yield_ci_low,yield_ci_high,unsettled\n"
            "0.9,V,3,2," +
                format_double(2.0 / 3) + ',' + format_double(wilson.low) + ',' +
                format_double(wilson.high) + ",1\n");
}

TEST(Yield, DiesAreListedWithTheIntervalOfTheirDrop) {
  const PassMark mark = mark_of({.max_drop = 1}, Metric::kTop1, 0.95);
  const Interval drop = paired_interval(2, 0, 200);
  EXPECT_EQ(dies_csv({counted(0, 2, 0)}, {}, "V", mark),
            std::string(kHeader) + "0,,0.9,V,0.94,0.94,1,0.9,,,0.01," + format_double(drop.low) +
                ',' + format_double(drop.high) + ",0\n");
}

TEST(Yield, ADieThatFailsAtTheHighestVoltageHasNone) {
  EXPECT_EQ(dies_csv({point("0.9", 0, 0.1), point("0.8", 0, 0.9)}, {}, "V", at_least(0.5)),
            std::string(kHeader) + "0,,0.9,V,0.1,0.5,0,,," + lost(0.1) + "0,,0.8,V,0.9,0.5,1,,," +
                lost(0.9));
}

TEST(Yield, OfAnotherMetricHasItsColumnsAtTheEnd) {
  PointSummary found;
  found.voltage = memory::Voltage::parse("0.9");
  found.score[Metric::kAuc] = 0.75;
  found.reference = 0.98;
  EXPECT_EQ(yields({found}, at_least(0.7, Metric::kAuc)).front().passing, 1u);
  EXPECT_EQ(yields({found}, at_least(0.8, Metric::kAuc)).front().passing, 0u);
  EXPECT_EQ(dies_csv({found}, {}, "V", at_least(0.7, Metric::kAuc)),
            std::string(kHeader) + "0,,0.9,V,,,1,0.9,0.75,0.7" + lost(0.75));
}

}  // namespace
}  // namespace brownout::experiment
