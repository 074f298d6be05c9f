#include "sim/experiment/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace brownout::experiment {
namespace {

TEST(Results, PointsHeaderIsThatOfTheContract) {
  EXPECT_EQ(points_header(),
            "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,"
            "top1_ci_high,energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,"
            "weight_sram_share,latency_s,cycles,stall_cycles,cosim_images");
}

TEST(Results, ARowRoundTripsItsNumbers) {
  PointResult point;
  point.voltage = memory::Voltage::parse("0.833333");
  point.unit = "Vmin";
  point.chip = 17;
  point.ber = 1.0 / 3;
  point.effective_ber = 1e-17;
  point.weights_changed = 0.1;
  point.images = 1000;
  point.top1 = 0.987;
  point.energy = {1e-6, 2e-6, 3e-7, 4e-9};
  point.energy_rel = 0.9;
  point.weight_sram_energy_rel = 0.7;
  point.latency_s = 1.25e-4;
  const PointSummary summary = parse_point_row(point_row(point));
  EXPECT_EQ(summary.voltage, point.voltage);
  EXPECT_EQ(summary.chip, 17U);
  EXPECT_EQ(summary.ber, point.ber);
  EXPECT_EQ(summary.effective_ber, point.effective_ber);
  EXPECT_EQ(summary.weights_changed, 0.1);
  EXPECT_EQ(summary.top1, 0.987);
  EXPECT_EQ(summary.energy_j, point.energy.total());
  EXPECT_EQ(summary.energy_rel, 0.9);
  EXPECT_EQ(summary.weight_sram_energy_rel, 0.7);
  EXPECT_EQ(summary.weight_sram_share, point.energy.weight_sram / point.energy.total());
  EXPECT_EQ(summary.latency_s, 1.25e-4);
}

TEST(Results, ARowAndALayerRowHaveAsManyFieldsAsTheirHeaders) {
  const auto fields = [](const std::string& row) {
    return std::count(row.begin(), row.end(), ',');
  };
  PointResult point;
  point.layers.resize(1);
  point.layers[0].name = "plain";
  point.layers[0].kind = "conv";
  EXPECT_EQ(fields(point_row(point)), fields(points_header()));
  EXPECT_EQ(fields(layer_rows(point)), fields(layers_header()));
}

TEST(Results, OtherRailsAppendTheirColumns) {
  EXPECT_EQ(points_header(true),
            points_header() +
                ",rail,weight_sram_voltage,weight_sram_ber,activation_sram_voltage,"
                "activation_sram_ber,accumulator_voltage,accumulator_ber");
  PointResult point;
  const auto volts = [](const char* text) { return memory::Voltage::parse(text); };
  point.rails = {{machine::OnChipMemory::kWeightSram, volts("0.9"), "V", 0.25}};
  EXPECT_THROW(point.set_rail(machine::OnChipMemory::kAccumulator), std::logic_error);
  point.set_rail(machine::OnChipMemory::kWeightSram);
  const std::string plain = point_row(point);
  EXPECT_EQ(plain.find("weight_sram"), std::string::npos);
  point.rails.push_back({machine::OnChipMemory::kAccumulator, volts("0.8"), "V", 0.5});
  EXPECT_EQ(point_row(point), plain + ",weight_sram,0.9,0.25,,,0.8,0.5");
  point.set_rail(machine::OnChipMemory::kAccumulator);
  EXPECT_EQ(parse_point_row(point_row(point)).voltage, volts("0.8"));
  EXPECT_EQ(parse_point_row(point_row(point)).ber, 0.5);
}

TEST(Results, ALayerNameWithACommaIsQuoted) {
  PointResult point;
  point.layers.resize(1);
  point.layers[0].name = "a,\"b\"";
  EXPECT_NE(layer_rows(point).find("\"a,\"\"b\"\"\""), std::string::npos);
}

TEST(Results, ARowOfAnotherFormatIsRefused) {
  EXPECT_THROW(parse_point_row("0.9,Vmin,1"), std::runtime_error);
}

// Wilson (1927): the interval's ends solve (share - p)^2 = z^2 p (1 - p) / n.
TEST(Results, WilsonIntervalSolvesItsEquation) {
  constexpr double kZ = 1.959963984540054;
  for (const auto& [hits, trials] : {std::pair{7, 10}, {1, 1000}, {985, 1000}, {50, 100}}) {
    const Interval interval = wilson_interval(hits, trials);
    const double share = static_cast<double>(hits) / trials;
    for (double p : {interval.low, interval.high}) {
      EXPECT_NEAR((share - p) * (share - p), kZ * kZ * p * (1 - p) / trials, 1e-12);
    }
    EXPECT_LT(interval.low, share);
    EXPECT_GT(interval.high, share);
  }
}

TEST(Results, WilsonIntervalEndsAtZeroAndOne) {
  EXPECT_EQ(wilson_interval(0, 10).low, 0);
  EXPECT_GT(wilson_interval(0, 10).high, 0);
  EXPECT_EQ(wilson_interval(10, 10).high, 1);
}

}  // namespace
}  // namespace brownout::experiment
