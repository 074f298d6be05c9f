// Layers whose reads are boosted: each reads its weights as at its own voltage, in all executors,
// and pays for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "sim/experiment/session/point_costs.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWorkload = "cifar10_resnet8_w4";
const memory::Voltage kLow = memory::Voltage::parse("0.84");

/// The voltages at which the layers of kBoost read; the others at kLow.
memory::Voltage voltage_of(const std::string& layer) {
  if (layer == "conv1") return memory::Voltage::parse("0.9");
  if (layer == "fc" || layer == "block2.conv1") return memory::Voltage::parse("0.87");
  return kLow;
}
const std::string kBoost = "boost: {layers: {conv1: 0.9, fc: 0.87, block2.conv1: 0.87}}";

struct Setting {
  const char* name;
  std::string mitigations;  ///< beside the boost
  std::vector<std::string> set;
};

class BoostIn : public ::testing::TestWithParam<Setting> {};

TEST_P(BoostIn, EachLayerReadsAsAtItsOwnVoltage) {
  const auto& [name, others, set] = GetParam();
  const Session boosted =
      mitigated_session(kBoost + (others.empty() ? "" : ", " + others), set, kWorkload);
  const Session plain = mitigated_session(others, set, kWorkload);
  constexpr std::uint64_t kInference = 3;
  const ReadWeights read = read_weights(boosted.plan(), {kLow, 1, 0}, kInference);
  std::size_t layers = 0;
  for (const models::NodeIndex node : plain.plan().network.nodes.indices()) {
    if (plain.plan().weights[node].empty()) continue;
    const memory::Voltage voltage = voltage_of(models::node_name(plain.plan().network.nodes[node]));
    const ReadWeights alone = read_weights(plain.plan(), {voltage, 1, 0}, kInference);
    EXPECT_EQ(read.readback.weights[node], alone.readback.weights[node]) << node.value;
    EXPECT_EQ(read.readback.layers[node], alone.readback.layers[node]) << node.value;
    layers += voltage != kLow ? 1 : 0;
  }
  EXPECT_EQ(layers, 3U);
}

TEST_P(BoostIn, ExecutorsAgree) {
  const auto& [name, others, set] = GetParam();
  Session session =
      mitigated_session(kBoost + (others.empty() ? "" : ", " + others), set, kWorkload);
  EXPECT_EQ(session.run({kLow, 1, 1}).cosim_images, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BoostIn,
    ::testing::Values(
        Setting{"alone", "", {}}, Setting{"streaming", "", {"accelerator.placement=streaming"}},
        Setting{"prefetching",
                "",
                {"accelerator.placement=restart_per_layer", "accelerator.weight_prefetch=true"}},
        Setting{"intermittent_cells",
                "",
                {"memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552, sigma_read: "
                 "0.01}"}},
        Setting{"secded", "secded", {}}, Setting{"bit_mask", "bit_mask", {}},
        Setting{"known_elsewhere", "bit_mask: {program_at: 0.86}", {}},
        Setting{"faq", "faq, sign_flip", {"memory.chip.kind=stuck"}},
        Setting{"placement", "fault_aware_placement", {}},
        Setting{"spares", "spare_columns: {program_at: 0.84}", {}}),
    [](const auto& param) { return param.param.name; });

TEST(Boost, CostsItsReadsAtTheHigherVoltage) {
  Session session = mitigated_session(
      "boost: {layers: {conv1: 0.9, fc: 0.87, block2.conv1: 0.87}, efficiency: 0.8}", {},
      kWorkload);
  Session plain = mitigated_session("", {}, kWorkload);
  const PointResult dear = session.run({kLow, 0, 0}), cheap = plain.run({kLow, 0, 0});
  const Plan& plan = session.plan();
  const memory::VoltageProfile& profile = *plan.config.memory.weight_sram().profile;
  const auto factor = [&](memory::Voltage v) { return profile.access_energy_factor(v); };
  const double price =
      plan.config.energy_table.joules(hardware::Event::kWeightSramRead, plan.program.spec);
  double more = 0;
  for (std::size_t i = 0; i < dear.layers.size(); ++i) {
    const LayerResult& layer = dear.layers[i];
    const double reads = static_cast<double>(layer.counts[hardware::Event::kWeightSramRead]) /
                         static_cast<double>(dear.images);
    const memory::Voltage voltage = voltage_of(layer.name);
    const double extra =
        voltage == kLow ? 0 : reads * price * (factor(voltage) / 0.8 - factor(kLow));
    EXPECT_NEAR(layer.energy.weight_sram() - cheap.layers[i].energy.weight_sram(), extra,
                1e-12 * layer.energy.weight_sram())
        << layer.name;
    more += extra;
  }
  EXPECT_GT(more, 0);
  EXPECT_NEAR(dear.mitigation_joules, more, 1e-9 * more);
  config::OperatingPoint voltages = plan.config.operating_point;
  voltages.set(plan.supply().name, kLow);
  const std::vector<energy::EnergyTerm> terms = energy_terms(plan, voltages, dear);
  EXPECT_EQ(terms.back().name, "weight_sram_boost");
  EXPECT_NEAR(terms.back().joules(), more, 1e-9 * more);
  double sum = 0;
  for (const energy::EnergyTerm& term : terms) sum += term.joules();
  EXPECT_NEAR(sum, dear.energy.total(), 1e-12 * sum);
}

TEST(Boost, DoesNothingWhereTheSupplyIsNoLower) {
  Session session = mitigated_session(kBoost, {}, kWorkload);
  Session plain = mitigated_session("", {}, kWorkload);
  const memory::Voltage high = memory::Voltage::parse("0.9");
  const PointResult point = session.run({high, 2, 0}), expected = plain.run({high, 2, 0});
  EXPECT_EQ(point.outputs.logits, expected.outputs.logits);
  EXPECT_EQ(point.energy.total(), expected.energy.total());
  EXPECT_EQ(point.mitigation_joules, 0);
}

TEST(Boost, LeavesItsLayersOutOfTheWorstFaults) {
  const Session session = mitigated_session("boost: {layers: {block3.conv1: 1.0}}", {}, kWorkload);
  const Session plain = mitigated_session("", {}, kWorkload);
  const auto of_layer = [](const Session& of) {
    const Plan& plan = of.plan();
    std::size_t count = 0;
    for (const storage::WeightFault& fault :
         worst_faults(plan, Chip(plan, 0), {kLow, 0, 0}, 1'000'000)) {
      count += models::node_name(plan.network.nodes[fault.node]) == "block3.conv1" ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(of_layer(session), 0U);
  EXPECT_GT(of_layer(plain), 10U);
}

TEST(Boost, SaysWhatIsWrongWithItsKeys) {
  const auto error_of = [](const std::string& mitigations) -> std::string {
    try {
      mitigated_session(mitigations, {}, kWorkload);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_THAT(error_of("boost"), HasSubstr("the key layers is missing"));
  EXPECT_THAT(error_of("boost: {layers: {}}"),
              HasSubstr("boost.layers: is not a map of layers and voltages"));
  EXPECT_THAT(error_of("boost: {layers: {conv9: 1.0}}"),
              HasSubstr("boost.layers.conv9: the network has no layer with weights \"conv9\", did "
                        "you mean"));
  EXPECT_THAT(error_of("boost: {layers: {conv1: 9.5}}"), HasSubstr("boost.layers.conv1: "));
  EXPECT_THAT(error_of("boost: {layers: {conv1: 1.0}, efficiency: 0}"),
              HasSubstr("boost.efficiency: is not above 0 and at most 1"));
  EXPECT_THAT(error_of("spare_rows, boost: {layers: {conv1: 1.0}}"),
              HasSubstr("spare lines need program_at beside boost"));
}

}  // namespace
}  // namespace brownout::experiment
