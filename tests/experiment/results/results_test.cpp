#include "sim/experiment/results/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace brownout::experiment {
namespace {

TEST(Results, PointsHeaderIsThatOfTheContract) {
  EXPECT_EQ(points_header(),
            "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,"
            "top1_ci_high,energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,"
            "weight_sram_share,latency_s,cycles,stall_cycles,cosim_images,"
            "top5,top5_ci_low,top5_ci_high,reconstruction_mse,reconstruction_mse_ci_low,"
            "reconstruction_mse_ci_high,auc,auc_ci_low,auc_ci_high,"
            "ber_asked,reference,images_lost,images_gained");
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
  point.score[Metric::kTop1] = {0.987, {0.9, 0.99}};
  point.score[Metric::kAuc] = {1.0 / 7, {0.1, 0.2}};
  point.energy = {1e-6, 2e-6, 3e-7, 4e-9};
  point.energy_rel = 0.9;
  point.weight_sram_energy_rel = 0.7;
  point.latency_s = 1.25e-4;
  point.ber_asked = 1e-7;
  point.reference = 0.99;
  point.paired = {5, 2};
  const PointSummary summary = parse_point_row(point_row(point));
  EXPECT_EQ(summary.voltage, point.voltage);
  EXPECT_EQ(summary.chip, 17U);
  EXPECT_EQ(summary.ber, point.ber);
  EXPECT_EQ(summary.effective_ber, point.effective_ber);
  EXPECT_EQ(summary.weights_changed, 0.1);
  EXPECT_EQ(summary.score[Metric::kTop1], 0.987);
  EXPECT_EQ(summary.score[Metric::kAuc], 1.0 / 7);
  EXPECT_FALSE(summary.score[Metric::kTop5] || summary.score[Metric::kReconstructionMse]);
  EXPECT_EQ(summary.energy_j, point.energy.total());
  EXPECT_EQ(summary.energy_rel, 0.9);
  EXPECT_EQ(summary.weight_sram_energy_rel, 0.7);
  EXPECT_EQ(summary.weight_sram_share, point.energy.weight_sram / point.energy.total());
  EXPECT_EQ(summary.latency_s, 1.25e-4);
  EXPECT_EQ(summary.images, 1000);
  EXPECT_EQ(summary.interval[Metric::kTop1]->low, 0.9);
  EXPECT_EQ(summary.interval[Metric::kAuc]->high, 0.2);
  EXPECT_EQ(summary.ber_asked, 1e-7);
  EXPECT_EQ(summary.reference, 0.99);
  EXPECT_EQ(summary.paired->lost, 5);
  EXPECT_EQ(summary.paired->gained, 2);
  EXPECT_FALSE(summary.unharmed);
}

TEST(Results, WhatWasNotAskedForOrCountedIsEmpty) {
  const PointSummary summary = parse_point_row(point_row(PointResult()));
  EXPECT_FALSE(summary.ber_asked || summary.paired);
  EXPECT_TRUE(summary.unharmed);
}

TEST(Results, APointIsUnharmedWhereNoWeightChangesAndNoOtherMemoryFails) {
  PointResult point;
  const auto volts = [](const char* text) { return memory::Voltage::parse(text); };
  point.rails = {{hardware::OnChipMemory::kWeightSram, volts("1"), "V", 0},
                 {hardware::OnChipMemory::kAccumulator, volts("0.8"), "V", 0}};
  EXPECT_TRUE(parse_point_row(point_row(point)).unharmed);
  point.rails.back().ber = 0.25;
  EXPECT_FALSE(parse_point_row(point_row(point)).unharmed);
  point.rails.pop_back();
  point.ber = 0.25;  // in cells that hold no weight
  EXPECT_TRUE(parse_point_row(point_row(point)).unharmed);
  point.weights_changed = 1e-9;
  EXPECT_FALSE(parse_point_row(point_row(point)).unharmed);
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

TEST(Results, OtherRailsAddTheirColumnsBeforeTheLaterMetrics) {
  const std::string later = points_header().substr(points_header().find(",top5"));
  const std::string plain_header = points_header().substr(0, points_header().find(",top5"));
  EXPECT_EQ(points_header(true),
            plain_header +
                ",rail,weight_sram_voltage,weight_sram_ber,activation_sram_voltage,"
                "activation_sram_ber,accumulator_voltage,accumulator_ber" +
                later);
  PointResult point;
  const auto volts = [](const char* text) { return memory::Voltage::parse(text); };
  point.rails = {{hardware::OnChipMemory::kWeightSram, volts("0.9"), "V", 0.25}};
  EXPECT_THROW(point.set_rail(hardware::OnChipMemory::kAccumulator), std::logic_error);
  point.set_rail(hardware::OnChipMemory::kWeightSram);
  const std::string plain = point_row(point);
  const std::string end = ",,,,,,,,,,,0,,";  // nine metrics, rate, reference, lost and gained
  ASSERT_TRUE(plain.ends_with(",0" + end));
  point.rails.push_back({hardware::OnChipMemory::kAccumulator, volts("0.8"), "V", 0.5});
  EXPECT_EQ(point_row(point),
            plain.substr(0, plain.size() - end.size()) + ",weight_sram,0.9,0.25,,,0.8,0.5" + end);
  point.set_rail(hardware::OnChipMemory::kAccumulator);
  point.score[Metric::kTop5] = {0.5, {0.25, 0.75}};
  EXPECT_EQ(parse_point_row(point_row(point)).voltage, volts("0.8"));
  EXPECT_EQ(parse_point_row(point_row(point)).ber, 0.5);
  EXPECT_EQ(parse_point_row(point_row(point)).score[Metric::kTop5], 0.5);
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

}  // namespace
}  // namespace brownout::experiment
