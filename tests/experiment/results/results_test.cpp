#include "sim/experiment/results/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

MemoryResult memory_at(hardware::OnChipMemory memory, const char* voltage, double ber) {
  return {.memory = memory,
          .voltage = memory::Voltage::parse(voltage),
          .unit = "Vmin",
          .ber = ber,
          .cells = 1000};
}

/// Of the weight SRAM alone.
PointResult point_at(const char* voltage = "1", double ber = 0) {
  PointResult point;
  point.supply = {.name = "weight_sram", .memories = {hardware::OnChipMemory::kWeightSram}};
  point.memories = {memory_at(hardware::OnChipMemory::kWeightSram, voltage, ber)};
  return point;
}

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
  PointResult point = point_at("0.833333", 1.0 / 3);
  point.chip = 17;
  point.effective_ber = 1e-17;
  point.weights_changed = 0.1;
  point.images = 1000;
  point.score[Metric::kTop1] = {0.987, {0.9, 0.99}};
  point.score[Metric::kAuc] = {1.0 / 7, {0.1, 0.2}};
  point.energy = {{.values = {1e-6, 2e-6, 3e-7, 4e-9}}};
  point.energy_rel = 0.9;
  point.weight_sram_energy_rel = 0.7;
  point.latency_s = 1.25e-4;
  point.ber_asked = 1e-7;
  point.reference = 0.99;
  point.paired = {5, 2};
  const PointSummary summary = parse_point_row(point_row(point));
  EXPECT_EQ(summary.voltage, point.voltage());
  EXPECT_EQ(summary.chip, 17U);
  EXPECT_EQ(summary.ber, 1.0 / 3);
  EXPECT_EQ(summary.effective_ber, point.effective_ber);
  EXPECT_EQ(summary.weights_changed, 0.1);
  EXPECT_EQ(summary.score[Metric::kTop1], 0.987);
  EXPECT_EQ(summary.score[Metric::kAuc], 1.0 / 7);
  EXPECT_FALSE(summary.score[Metric::kTop5] || summary.score[Metric::kReconstructionMse]);
  EXPECT_EQ(summary.energy_j, point.energy.total());
  EXPECT_EQ(summary.energy_rel, 0.9);
  EXPECT_EQ(summary.weight_sram_energy_rel, 0.7);
  EXPECT_EQ(summary.weight_sram_share, point.energy.weight_sram() / point.energy.total());
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
  const PointSummary summary = parse_point_row(point_row(point_at()));
  EXPECT_FALSE(summary.ber_asked || summary.paired);
  EXPECT_TRUE(summary.unharmed);
}

TEST(Results, APointIsUnharmedWhereNoWeightChangesAndNoOtherMemoryFails) {
  PointResult point = point_at();
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0));
  EXPECT_TRUE(parse_point_row(point_row(point)).unharmed);
  point.memories.back().ber = 0.25;
  EXPECT_FALSE(parse_point_row(point_row(point)).unharmed);
  point = point_at("1", 0.25);  // in cells that hold no weight
  EXPECT_TRUE(parse_point_row(point_row(point)).unharmed);
  point.weights_changed = 1e-9;
  EXPECT_FALSE(parse_point_row(point_row(point)).unharmed);
}

TEST(Results, ARowAndALayerRowHaveAsManyFieldsAsTheirHeaders) {
  const auto fields = [](const std::string& row) {
    return std::count(row.begin(), row.end(), ',');
  };
  PointResult point = point_at();
  point.layers.resize(1);
  point.layers[0].name = "plain";
  point.layers[0].kind = "conv";
  EXPECT_EQ(fields(point_row(point)), fields(points_header()));
  EXPECT_EQ(fields(layer_rows(point)), fields(layers_header()));
}

TEST(Results, OtherMemoriesAddTheirColumnsBeforeTheLaterMetrics) {
  const std::string later = points_header().substr(points_header().find(",top5"));
  const std::string plain_header = points_header().substr(0, points_header().find(",top5"));
  EXPECT_EQ(points_header({.memories = true}),
            plain_header +
                ",rail,weight_sram_voltage,weight_sram_ber,activation_sram_voltage,"
                "activation_sram_ber,accumulator_voltage,accumulator_ber" +
                later);
  PointResult point = point_at("0.9", 0.25);
  const std::string plain = point_row(point);
  const std::string end = ",,,,,,,,,,,0,,";  // nine metrics, rate, reference, lost and gained
  ASSERT_TRUE(plain.ends_with(",0" + end));
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0.5));
  EXPECT_EQ(point_row(point),
            plain.substr(0, plain.size() - end.size()) + ",weight_sram,0.9,0.25,,,0.8,0.5" + end);
  point.supply = {.name = "accumulator", .memories = {hardware::OnChipMemory::kAccumulator}};
  point.score[Metric::kTop5] = {0.5, {0.25, 0.75}};
  EXPECT_EQ(parse_point_row(point_row(point)).voltage, memory::Voltage::parse("0.8"));
  EXPECT_EQ(parse_point_row(point_row(point)).ber, 0.5);
  EXPECT_EQ(parse_point_row(point_row(point)).score[Metric::kTop5], 0.5);
  point.supply = {.name = "none", .memories = {hardware::OnChipMemory::kActivationSram}};
  EXPECT_THROW(point_row(point), std::logic_error);
}

TEST(Results, AJoinedSupplyHasTheShareOfAllItsCellsAndItsEnergyInTheLastColumns) {
  PointResult point = point_at("0.9", 0.25);
  point.memories.push_back(memory_at(hardware::OnChipMemory::kActivationSram, "0.9", 0.5));
  point.memories.back().cells = 3000;
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 1));
  point.supply = {
      .name = "vddm",
      .memories = {hardware::OnChipMemory::kWeightSram, hardware::OnChipMemory::kActivationSram}};
  point.supply_energy = {.joules = 1e-9, .relative = 0.75};
  EXPECT_EQ(point.ber(), (0.25 * 1000 + 0.5 * 3000) / 4000);
  EXPECT_EQ(points_header(point.columns()),
            points_header({.memories = true}) + ",supply_energy_j,supply_energy_rel");
  EXPECT_TRUE(point_row(point).ends_with(",1e-09,0.75"));
  const PointSummary summary = parse_point_row(point_row(point));
  EXPECT_EQ(summary.ber, point.ber());
  EXPECT_EQ(summary.voltage, memory::Voltage::parse("0.9"));
  EXPECT_FALSE(summary.unharmed);
}

TEST(Results, ALayerNameWithACommaIsQuoted) {
  PointResult point = point_at();
  point.layers.resize(1);
  point.layers[0].name = "a,\"b\"";
  EXPECT_NE(layer_rows(point).find("\"a,\"\"b\"\"\""), std::string::npos);
}

TEST(Results, ARowOfAnotherFormatIsRefused) {
  EXPECT_THROW(parse_point_row("0.9,Vmin,1"), InputError);
}

}  // namespace
}  // namespace brownout::experiment
