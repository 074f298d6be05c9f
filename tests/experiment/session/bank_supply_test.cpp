// Banks on a supply of their own: chosen layers lie in them, read at their voltage and wait for
// their fewer ports, in all executors; reads and leakage are paid for at that voltage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "sim/experiment/session/point_costs.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/storage/weight_locator.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWorkload = "cifar10_resnet8_w4";
const memory::Voltage kLow = memory::Voltage::parse("0.84");
const std::string kBanks = "bank_supply: {banks: 3, voltage: 0.88, layers: [conv1, block2.conv1]}";

bool is_apart(const std::string& layer) { return layer == "conv1" || layer == "block2.conv1"; }

TEST(BankSupply, HoldsTheWordsOfItsLayersAndNoOthers) {
  const Session session = mitigated_session(kBanks, {}, kWorkload);
  const Plan& plan = session.plan();
  const memory::SramOrganisation organisation = plan.program.spec.weight_sram.organisation();
  const storage::TileFinder finder(plan.program, plan.layout);
  std::vector<bool> taken(organisation.words);
  for (const schedule::TileIndex t : plan.program.tiles.indices()) {
    const schedule::Tile& tile = plan.program.tiles[t];
    const bool apart = is_apart(models::node_name(plan.network.nodes[tile.node]));
    for (std::uint64_t w = 0; w < tile.words(); ++w) {
      const std::uint64_t address = plan.layout.address_of(tile, t, w);
      ASSERT_LT(address, organisation.words);
      EXPECT_FALSE(taken[address]);
      taken[address] = true;
      const std::uint32_t bank = organisation.locate({address, 0}).bank;
      EXPECT_EQ(bank >= organisation.banks - 3, apart) << bank;
      std::vector<std::pair<schedule::TileIndex, std::uint64_t>> found;
      finder.for_each_at(address, [&](schedule::TileIndex tile_at, std::uint64_t index) {
        found.emplace_back(tile_at, index);
      });
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found.front(), std::pair(t, w));
    }
  }
}

TEST(BankSupply, LayersReadAsAtTheVoltageOfTheirBanks) {
  const Session session = mitigated_session(kBanks, {}, kWorkload);
  // The same banks at the voltages of the others: the same words on the same cells.
  const auto with_banks_at = [](const char* voltage) {
    return mitigated_session("bank_supply: {banks: 3, voltage: " + std::string(voltage) +
                                 ", layers: [conv1, block2.conv1]}",
                             {}, kWorkload);
  };
  const Session low = with_banks_at("0.84"), high = with_banks_at("0.88");
  const auto weights = [](const Session& of, const memory::Voltage& supply) {
    return read_weights(of.plan(), {supply, 1, 0}, 0).readback.weights;
  };
  const models::WeightSet read = weights(session, kLow), at_low = weights(low, kLow),
                          at_high = weights(high, memory::Voltage::parse("0.88"));
  const models::WeightSet& clean = session.plan().weights;
  for (const models::NodeIndex node : clean.indices()) {
    if (clean[node].empty()) continue;
    const bool apart = is_apart(models::node_name(session.plan().network.nodes[node]));
    EXPECT_EQ(read[node], (apart ? at_high : at_low)[node]) << node.value;
  }
  EXPECT_NE(at_high, at_low);
}

struct Setting {
  const char* name;
  std::string mitigations;  ///< beside the supply
  std::vector<std::string> set;
};

class BankSupplyWith : public ::testing::TestWithParam<Setting> {};

TEST_P(BankSupplyWith, ExecutorsAgree) {
  const auto& [name, others, set] = GetParam();
  Session session =
      mitigated_session(kBanks + (others.empty() ? "" : ", " + others), set, kWorkload);
  const PointResult point = session.run({kLow, 1, 1});
  EXPECT_EQ(point.cosim_images, 1);
  EXPECT_GT(point.memories.front().ber, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BankSupplyWith,
    ::testing::Values(
        Setting{"nothing", "", {}},
        Setting{"few_ports",
                "",
                {"accelerator.weight_sram.banks=4", "accelerator.weight_sram.capacity_kib=256"}},
        Setting{"prefetch", "", {"accelerator.weight_prefetch=true"}},
        Setting{"intermittent_cells",
                "",
                {"memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552, sigma_read: "
                 "0.01}"}},
        Setting{"boost", "boost: {layers: {conv1: 0.95, fc: 0.9}}", {}},
        Setting{"placement_and_faq",
                "faq, fault_aware_placement: {spare_rows: 2}",
                {"memory.chip.kind=stuck"}},
        Setting{"refetch", "secded: {on_uncorrectable: refetch}", {}},
        Setting{"spares", "spare_rows: {program_at: 0.84}, rotate: {program_at: 0.84}", {}}),
    [](const auto& param) { return param.param.name; });

// A row takes a cycle for each of its words that shares a bank with another one.
TEST(BankSupply, RowsWaitForTheFewerBanks) {
  const auto fetch_cycles = [](const std::string& mitigations) {
    Session session =
        mitigated_session(mitigations, {"accelerator.weight_sram.banks=4"}, kWorkload);
    std::map<std::string, hardware::Cycle> cycles;
    for (const LayerResult& layer : session.run({kLow, 0, 0}).layers) {
      cycles[layer.name] = layer.cycles.weight_fetch;
    }
    return cycles;
  };
  auto usual = fetch_cycles("");
  auto apart = fetch_cycles("bank_supply: {banks: 1, voltage: 0.88, layers: [block1.conv1]}");
  const Session plain = mitigated_session("", {"accelerator.weight_sram.banks=4"}, kWorkload);
  const schedule::TileProgram& program = plain.plan().program;
  for (const models::NodeIndex node : program.layers.indices()) {
    const std::string& name = models::node_name(plain.plan().network.nodes[node]);
    hardware::Cycle expected_usual = 0, expected_apart = 0;
    for (const schedule::Fold& fold : program.folds_of(program.layers[node])) {
      const schedule::Tile& tile = program.tile_of(fold);
      const int words = static_cast<int>(tile.words_per_row);
      const int banks = name == "block1.conv1" ? 1 : 3;
      expected_usual += tile.rows * ((words + 3) / 4 - 1);
      expected_apart += tile.rows * ((words + banks - 1) / banks - 1);
    }
    EXPECT_EQ(usual[name], expected_usual) << name;
    EXPECT_EQ(apart[name], expected_apart) << name;
  }
  EXPECT_GT(apart["block1.conv1"], usual["block1.conv1"]);
}

TEST(BankSupply, PaysForReadsAndLeakageAtItsVoltage) {
  Session session = mitigated_session(kBanks, {}, kWorkload);
  const PointResult point = session.run({kLow, 0, 0});
  const Plan& plan = session.plan();
  const memory::VoltageProfile& profile = *plan.config.memory.weight_sram().profile;
  const auto high = energy::memory_factor(profile, memory::Voltage::parse("0.88"));
  const auto low = energy::memory_factor(profile, kLow);
  const energy::EnergyTable& table = plan.config.energy_table;
  const hardware::AcceleratorSpec& spec = plan.program.spec;
  const double bit_read = table.joules(hardware::Event::kWeightSramRead, spec);
  const double watts = table.watts(energy::Leaker::kWeightSram, spec);
  const double share = 3.0 / spec.weight_sram.banks;
  double total = 0;
  for (const LayerResult& layer : point.layers) {
    const bool apart = is_apart(layer.name);
    const double reads = static_cast<double>(layer.counts[hardware::Event::kWeightSramRead]) /
                         static_cast<double>(point.images);
    const double seconds = static_cast<double>(layer.cycles.total()) / spec.clock_hz;
    const double expected = reads * bit_read * (apart ? high : low).dynamic +
                            seconds * watts * (share * high.leakage + (1 - share) * low.leakage);
    EXPECT_NEAR(layer.energy.weight_sram(), expected, 1e-12 * expected) << layer.name;
    total += layer.energy.total();
  }
  config::OperatingPoint voltages = plan.config.operating_point;
  voltages.set(plan.supply().name, kLow);
  double terms = 0;
  for (const energy::EnergyTerm& term : energy_terms(plan, voltages, point)) {
    terms += term.joules();
  }
  EXPECT_NEAR(terms, total, 1e-12 * total);
}

TEST(BankSupply, SaysWhatIsWrong) {
  const auto error_of = [](const std::string& mitigations,
                           std::vector<std::string> set = {}) -> std::string {
    try {
      mitigated_session(mitigations, std::move(set), kWorkload);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_THAT(
      error_of("bank_supply: {voltage: 1.0, layers: [conv1], banks: 8}"),
      HasSubstr("memory.mitigations.bank_supply: 8 of the weight SRAM's 8 banks leave none"));
  EXPECT_THAT(error_of("bank_supply: {voltage: 1.0, layers: [conv7]}"),
              HasSubstr("the network has no layer with weights \"conv7\""));
  EXPECT_THAT(error_of("bank_supply: {voltage: 1.0, layers: []}"), HasSubstr("names no layer"));
  EXPECT_THAT(error_of("bank_supply: {layers: [conv1]}"), HasSubstr("the key voltage is missing"));
  EXPECT_THAT(error_of(kBanks, {"accelerator.placement=streaming"}),
              HasSubstr("weights that have banks of their own must be resident"));
  EXPECT_THAT(error_of("bank_supply: {banks: 1, voltage: 1.0, layers: [block3.conv2]}"),
              HasSubstr("in 1 of its 8 banks"));
}

}  // namespace
}  // namespace brownout::experiment
