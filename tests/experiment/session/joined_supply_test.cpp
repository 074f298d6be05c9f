// Memories that share a supply: the same as each of them at that voltage by itself.
#include <gtest/gtest.h>

#include <filesystem>

#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {
namespace {

using energy::Rail;
using hardware::OnChipMemory;

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;
constexpr const char* kJoined =
    "accelerator.supplies={vddm: [weight_sram, activation_sram, accumulator]}";

Session session_of(std::vector<std::string> set) {
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  set.insert(set.end(), {"run.images=20", "memory.activation_sram.profile=" + profile,
                         "memory.accumulator.profile=" + profile});
  config::Overrides overrides;
  overrides.set = std::move(set);
  return Session(config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides));
}

class JoinedSupply : public ::testing::TestWithParam<const char*> {};

TEST_P(JoinedSupply, IsTheSameAsItsMemoriesAtThatVoltageEachByItself) {
  const std::string voltage = GetParam();
  Session together = session_of({kJoined});
  Session apart = session_of(
      {"operating_point.activation_sram=" + voltage, "operating_point.accumulator=" + voltage});
  const Point point{
      .voltage = memory::Voltage::parse(voltage), .chip = 2, .cosim_images = 1, .supply = {}};
  const PointResult joined = together.run(point);
  const PointResult separate = apart.run(point);

  EXPECT_EQ(joined.outputs.logits, separate.outputs.logits);
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
  Session session = session_of({kJoined, "energy.leakage.weight_sram.watts_per_kib=0",
                                "energy.leakage.activation_sram.watts_per_kib=0",
                                "energy.leakage.accumulator.watts_per_kib=0"});
  const PointResult point = session.run({memory::Voltage::parse("0.9"), 0, 0});
  ASSERT_TRUE(point.supply_energy);
  EXPECT_NEAR(point.supply_energy->relative, 0.9 * 0.9, 1e-12);
  EXPECT_NEAR(point.supply_energy->joules,
              point.energy[Rail::kWeightSram] + point.energy[Rail::kActivationSram] +
                  point.energy[Rail::kAccumulator],
              1e-12 * point.energy.total());
}

TEST(JoinedSupplyEnergy, OfAnotherSupplyOfTheSameChipIsItsOwn) {
  Session session = session_of({"accelerator.supplies={pair: [activation_sram, accumulator]}"});
  const PointResult point = session.run({memory::Voltage::parse("0.9"), 0, 0});
  EXPECT_EQ(point.supply.name, "weight_sram");
  EXPECT_EQ(point.memories[1].ber, 0);  // the pair is error-free
  ASSERT_TRUE(point.supply_energy);
  EXPECT_NEAR(point.supply_energy->joules, point.energy.weight_sram(),
              1e-12 * point.energy.total());
  EXPECT_NEAR(point.supply_energy->relative, point.weight_sram_energy_rel, 1e-12);
}

}  // namespace
}  // namespace brownout::experiment
