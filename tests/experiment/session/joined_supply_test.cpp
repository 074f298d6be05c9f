// Memories that share a supply: the same as each of them at that voltage by itself.
#include <gtest/gtest.h>

#include <filesystem>

#include "sim/experiment/session/evaluate_point.hpp"

namespace brownout::experiment {
namespace {

using energy::Rail;
using hardware::OnChipMemory;

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;
constexpr const char* kJoined =
    "accelerator.supplies={vddm: [weight_sram, activation_sram, accumulator]}";

Workbench bench_of(std::vector<std::string> set) {
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  set.insert(set.end(), {"run.images=20", "memory.activation_sram.profile=" + profile,
                         "memory.accumulator.profile=" + profile});
  config::Overrides overrides;
  overrides.set = std::move(set);
  return make_workbench(config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides));
}

class JoinedSupply : public ::testing::TestWithParam<const char*> {};

TEST_P(JoinedSupply, IsTheSameAsItsMemoriesAtThatVoltageEachByItself) {
  const std::string voltage = GetParam();
  const Workbench together = bench_of({kJoined});
  const Workbench apart = bench_of(
      {"operating_point.activation_sram=" + voltage, "operating_point.accumulator=" + voltage});
  Evaluator one(together), other(apart);
  const Point point{
      .voltage = memory::Voltage::parse(voltage), .chip = 2, .cosim_images = 1, .supply = {}};
  const PointResult joined = one.evaluate(point);
  const PointResult separate = other.evaluate(point);

  EXPECT_EQ(one.logits(), other.logits());
  EXPECT_EQ(layer_rows(joined), layer_rows(separate));
  EXPECT_EQ(joined.energy_rel, separate.energy_rel);
  ASSERT_EQ(joined.memories.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(joined.memories[i].voltage, point.voltage);
    EXPECT_EQ(joined.memories[i].ber, separate.memories[i].ber);
    EXPECT_GT(joined.memories[i].ber, 0);
  }
  EXPECT_EQ(joined.cosim_images, 1);
  EXPECT_EQ(joined.supply.name, "vddm");
  EXPECT_EQ(separate.supply.name, "weight_sram");
  EXPECT_FALSE(separate.supply_energy);
}

INSTANTIATE_TEST_SUITE_P(Voltages, JoinedSupply, ::testing::Values("0.9", "0.84"));

TEST(JoinedSupplyEnergy, IsThatOfItsMemoriesAndFollowsTheirProfile) {
  // Nothing leaks: accesses alone, which follow the square of the voltage.
  const Workbench bench = bench_of({kJoined, "energy.leakage.weight_sram.watts_per_kib=0",
                                    "energy.leakage.activation_sram.watts_per_kib=0",
                                    "energy.leakage.accumulator.watts_per_kib=0",
                                    "energy.events.parameter_read.joules_per_bit=0"});
  Evaluator evaluator(bench);
  const PointResult point = evaluator.evaluate({memory::Voltage::parse("0.9"), 0, 0});
  ASSERT_TRUE(point.supply_energy);
  EXPECT_NEAR(point.supply_energy->relative, 0.9 * 0.9, 1e-12);
  // Without parameters the table's rail activation_sram feeds two memories, and nothing else.
  EXPECT_NEAR(point.supply_energy->joules,
              point.energy[Rail::kWeightSram] + point.energy[Rail::kActivationSram],
              1e-12 * point.energy.total());
}

TEST(JoinedSupplyEnergy, OfAnotherSupplyOfTheSameChipIsItsOwn) {
  const Workbench bench = bench_of({"accelerator.supplies={pair: [activation_sram, accumulator]}"});
  Evaluator evaluator(bench);
  const PointResult point = evaluator.evaluate({memory::Voltage::parse("0.9"), 0, 0});
  EXPECT_EQ(point.supply.name, "weight_sram");
  EXPECT_EQ(point.memories[1].ber, 0);  // the pair is error-free
  ASSERT_TRUE(point.supply_energy);
  EXPECT_NEAR(point.supply_energy->joules, point.energy.weight_sram(),
              1e-12 * point.energy.total());
  EXPECT_NEAR(point.supply_energy->relative, point.weight_sram_energy_rel, 1e-12);
}

}  // namespace
}  // namespace brownout::experiment
