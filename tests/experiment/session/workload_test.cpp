// The shipped workloads through the whole flow: points.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/workload_session.hpp"

namespace brownout::experiment {
namespace {

struct Variant {
  std::string name;
  std::string workload;
  std::vector<std::string> set;
};
void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

class Executors : public ::testing::TestWithParam<Variant> {};

// Machine = engine = closed form on two images, at two faulty voltages.
TEST_P(Executors, AgreeOnShippedWorkloads) {
  std::vector<std::string> set = GetParam().set;
  set.push_back("run.images=4");
  Session session = session_of(GetParam().workload, set);
  for (const char* voltage : {"0.85", "0.8"}) {
    const PointResult point = session.run({memory::Voltage::parse(voltage), 1, 2});
    EXPECT_EQ(point.cosim_images, 2);
    EXPECT_GT(point.weights_changed, 0);
  }
}

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const std::string workload : {"mnist_cnn", "cifar10_resnet8"}) {
    for (const std::string accelerator : {"edge_32x32", "tiny_8x8"}) {
      for (const std::string placement : {"resident", "streaming"}) {
        for (const std::string kind : {"flip", "stuck"}) {
          Variant variant;
          variant.name = workload + "_" + accelerator + "_" + placement + "_" + kind;
          variant.workload = workload + ".yaml";
          variant.set = {
              "accelerator=" +
                  (kRoot / "configs" / "accelerators" / (accelerator + ".yaml")).string(),
              "accelerator.placement=" + placement, "memory.chip.kind=" + kind};
          // Small enough that a ring wraps, large enough that residents fit.
          variant.set.push_back(std::string("accelerator.weight_sram.capacity_kib=") +
                                (placement == "streaming" ? "16" : "128"));
          all.push_back(variant);
        }
      }
    }
  }
  for (const std::string encoding : {"offset_binary", "sign_magnitude", "gray"}) {
    all.push_back({"encoding_" + encoding, "mnist_cnn.yaml", {"memory.encoding=" + encoding}});
  }
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  for (const std::string kind : {"flip", "stuck"}) {
    for (const std::string placement : {"resident", "streaming"}) {
      all.push_back(
          {"activation_sram_" + kind + "_" + placement,
           kind == "flip" ? "mnist_cnn.yaml" : "cifar10_resnet8.yaml",
           {"memory.activation_sram.profile=" + profile,
            "memory.activation_sram.chip={generator: iid, kind: " + kind + "}",
            "operating_point.activation_sram=0.84", "accelerator.placement=" + placement}});
    }
  }
  for (const std::string overflow : {"wrap", "saturate"}) {
    all.push_back({"accumulator_" + overflow,
                   "mnist_cnn.yaml",
                   {"memory.accumulator.profile=" + profile,
                    "memory.accumulator.chip={generator: iid, kind: flip}",
                    "operating_point.accumulator=0.86", "accelerator.accumulator.bits=20",
                    "accelerator.accumulator.overflow=" + overflow}});
  }
  const std::string bitlines =
      "memory.chip={generator: bitline_vmin, mu: 0.7, sigma_bitline: 0.06, sigma_cell: 0.03, "
      "cells_per_bitline: 256, interleaved_bitlines: 2, sigma_die: 0.01, sigma_row: 0.01, "
      "sigma_cluster: 0.01, kind: stuck}";
  all.push_back({"bitline_vmin", "cifar10_resnet8.yaml", {bitlines}});
  all.push_back({"read_noise_and_defects",
                 "cifar10_resnet8.yaml",
                 {"memory.chip={kind: stuck, sigma_read: 0.004, defects: {rate: 0.001}}"}});
  all.push_back(
      {"polar_bitlines",
       "cifar10_resnet8.yaml",
       {"memory.profile=" + (kRoot / "configs/memories").string() + "/sram_14nm_weak_bitlines.yaml",
        "memory.chip.defects={rate: 0.001, polarity: bitline}"}});
  all.push_back({"gaussian_vmin",
                 "mnist_cnn.yaml",
                 {"memory.chip={generator: gaussian_vmin, mu: 0.72, sigma: 0.05}"}});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Workloads, Executors, ::testing::ValuesIn(variants()),
                         [](const auto& param) { return param.param.name; });

TEST(Point, IsCleanAtTheErrorFreeVoltage) {
  Session session = session_of("mnist_cnn.yaml", {"run.images=200"});
  const PointResult point = session.run({session.plan().error_free_voltage(), 0, 1});
  EXPECT_EQ(point.ber(), 0);
  EXPECT_EQ(point.weights_changed, 0);
  EXPECT_EQ(point.energy_rel, 1);
  EXPECT_EQ(point.weight_sram_energy_rel, 1);
  EXPECT_GT(point.score[Metric::kTop1]->value, 0.97);
}

TEST(Point, EnergyOfAWeightReadFollowsTheSquareOfTheVoltage) {
  // With no leakage the rail's energy is that of its accesses.
  Session session =
      session_of("mnist_cnn.yaml", {"run.images=10", "energy.leakage.weight_sram.watts_per_kib=0"});
  for (const char* voltage : {"0.9", "0.8", "0.75"}) {
    const PointResult point = session.run({memory::Voltage::parse(voltage), 3, 0});
    const double v = point.voltage().value();
    EXPECT_NEAR(point.weight_sram_energy_rel, v * v, 1e-12);
  }
}

TEST(Point, LayersAddUpToThePoint) {
  Session session = session_of("cifar10_resnet8.yaml", {"run.images=2"});
  const PointResult point = session.run({memory::Voltage::parse("0.85"), 0, 0});
  RailJoules energy;
  hardware::Cycle cycles = 0;
  for (const LayerResult& layer : point.layers) {
    energy += layer.energy;
    cycles += layer.cycles.total();
  }
  EXPECT_EQ(energy.total(), point.energy.total());
  EXPECT_EQ(cycles, point.cycles);
}

TEST(Point, DoesNotDependOnTheBatchSize) {
  std::vector<std::string> rows;
  for (const char* batch : {"run.batch=1", "run.batch=7", "run.batch=64"}) {
    Session session = session_of("mnist_cnn.yaml", {"run.images=50", batch});
    const PointResult point = session.run({memory::Voltage::parse("0.82"), 2, 0});
    rows.push_back(point_row(point) + layer_rows(point));
  }
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_EQ(rows[0], rows[2]);
}

TEST(Point, EnergyOfAnotherMemoryFollowsItsOwnVoltage) {
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  Session session = session_of("mnist_cnn.yaml", {"run.images=10", "operating_point.weight_sram=1",
                                                  "memory.activation_sram.profile=" + profile,
                                                  "memory.accumulator.profile=" + profile});
  const auto at = [&](hardware::OnChipMemory rail, const char* voltage) {
    return session.run({.voltage = memory::Voltage::parse(voltage),
                        .chip = 0,
                        .cosim_images = 0,
                        .supply = to_string(rail)});
  };
  const PointResult clean = at(hardware::OnChipMemory::kActivationSram, "1");
  EXPECT_EQ(clean.energy_rel, 1);
  using energy::Rail;
  const std::pair<hardware::OnChipMemory, Rail> memories[] = {
      {hardware::OnChipMemory::kActivationSram, Rail::kActivationSram},
      {hardware::OnChipMemory::kAccumulator, Rail::kAccumulator}};
  for (const auto& [memory, own] : memories) {
    const PointResult low = at(memory, "0.9");
    EXPECT_GT(low.ber(), 0);
    for (const Rail rail : energy::kRails) {
      if (rail == Rail::kLogic) continue;  // other activations gate other multiplications
      EXPECT_EQ(low.energy[rail] < clean.energy[rail], rail == own) << to_string(rail);
      EXPECT_LE(low.energy[rail], clean.energy[rail]) << to_string(rail);
    }
  }
}

}  // namespace
}  // namespace brownout::experiment
