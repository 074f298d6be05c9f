#include "sim/experiment/results/point_summary.hpp"

#include <gmock/gmock.h>

#include "memory/base/input_error.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "tests/experiment/results/points.hpp"

namespace brownout::experiment {
namespace {

PointSummary read_back(const PointResult& point) {
  return parse_point_row(points_header(point.columns), point_row(point));
}

TEST(PointSummary, ARowRoundTripsItsNumbers) {
  PointResult point = point_at("0.833333", 1.0 / 3);
  point.chip = 17;
  point.effective_ber = 1e-17;
  point.weights_changed = 0.1;
  point.images = 1000;
  point.score[Metric::kTop1] = {0.987, {0.9, 0.99}};
  point.score[Metric::kAuc] = {1.0 / 7, {0.1, 0.2}};
  point.energy = {{.values = {1e-6, 2e-6, 3e-7, 5e-8, 4e-9}}};
  point.error_free_energy = {{.values = {1e-6, 4e-6, 0, 5e-8, 1e-9}}};
  point.energy_rel = 0.9;
  point.weight_sram_energy_rel = 0.7;
  point.latency_s = 1.25e-4;
  point.ber_asked = 1e-7;
  point.reference = 0.99;
  point.paired = {5, 2};
  const PointSummary summary = read_back(point);
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
  for (const energy::Rail rail : energy::kRails) {
    EXPECT_EQ(summary.rail_energy_j[rail], point.energy[rail]);
  }
  EXPECT_EQ(summary.rail_energy_rel[energy::Rail::kDram], 4);
  EXPECT_FALSE(summary.rail_energy_rel[energy::Rail::kActivationSram]);
  EXPECT_FALSE(summary.supply_energy_j);
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

TEST(PointSummary, WhatWasNotAskedForOrCountedIsEmpty) {
  const PointSummary summary = read_back(point_at());
  EXPECT_FALSE(summary.ber_asked || summary.paired);
  EXPECT_TRUE(summary.unharmed);
}

TEST(PointSummary, APointIsUnharmedWhereNoWeightChangesAndNoOtherMemoryFails) {
  PointResult point = point_at();
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0));
  point.columns.memories = true;
  EXPECT_TRUE(read_back(point).unharmed);
  point.memories.back().ber = 0.25;
  EXPECT_FALSE(read_back(point).unharmed);
  point = point_at("1", 0.25);  // in cells that hold no weight
  EXPECT_TRUE(read_back(point).unharmed);
  point.weights_changed = 1e-9;
  EXPECT_FALSE(read_back(point).unharmed);
}

TEST(PointSummary, AColumnGoesByItsNameAndNotByItsPlace) {
  PointResult point = point_at("0.9", 0.25);
  point.chip = 3;
  const PointSummary summary =
      parse_point_row("of_later," + points_header(), "7," + point_row(point));
  EXPECT_EQ(summary.voltage, memory::Voltage::parse("0.9"));
  EXPECT_EQ(summary.chip, 3U);
  EXPECT_EQ(summary.ber, 0.25);
}

TEST(PointSummary, AColumnThatIsMissingIsNamed) {
  std::string header = points_header();
  header.replace(header.find("latency_s"), std::string("latency_s").size(), "other");
  try {
    parse_point_row(header, point_row(point_at()));
    ADD_FAILURE() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no column latency_s"));
  }
}

TEST(PointSummary, ARowOfAnotherFormatIsRefused) {
  EXPECT_THROW(parse_point_row(points_header(), "0.9,Vmin,1"), InputError);
  EXPECT_THROW(parse_point_row(points_header(), point_row(point_at()) + ",1"), InputError);
}

}  // namespace
}  // namespace brownout::experiment
