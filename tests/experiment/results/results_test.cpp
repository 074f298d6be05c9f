#include "sim/experiment/results/results.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/experiment/results/points.hpp"

namespace brownout::experiment {
namespace {

TEST(Results, ThePointIsThatOfTheMemoriesOnItsSupply) {
  PointResult point = point_at("0.9", 0.25);
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0.5));
  EXPECT_EQ(point.voltage(), memory::Voltage::parse("0.9"));
  EXPECT_EQ(point.ber(), 0.25);
  point.supply = {.name = "accumulator", .memories = {hardware::OnChipMemory::kAccumulator}};
  EXPECT_EQ(point.voltage(), memory::Voltage::parse("0.8"));
  EXPECT_EQ(point.ber(), 0.5);
  point.supply = {.name = "none", .memories = {hardware::OnChipMemory::kActivationSram}};
  EXPECT_THROW(point.voltage(), std::logic_error);
  EXPECT_THROW(point.ber(), std::logic_error);
}

TEST(Results, AJoinedSupplyHasTheShareOfAllItsCells) {
  PointResult point = point_at("0.9", 0.25);
  point.memories.push_back(memory_at(hardware::OnChipMemory::kActivationSram, "0.9", 0.5));
  point.memories.back().cells = 3000;
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 1));
  point.supply = {
      .name = "vddm",
      .memories = {hardware::OnChipMemory::kWeightSram, hardware::OnChipMemory::kActivationSram}};
  EXPECT_EQ(point.ber(), (0.25 * 1000 + 0.5 * 3000) / 4000);
}

TEST(Results, WithoutEnergyTheWeightSramHasNoShareOfIt) {
  RailJoules energy;
  EXPECT_EQ(energy.weight_sram_share(), 0);
  energy[energy::Rail::kWeightSram] = 1;
  energy[energy::Rail::kDram] = 3;
  EXPECT_EQ(energy.weight_sram_share(), 0.25);
}

}  // namespace
}  // namespace brownout::experiment
