// The machine against the integer engine (values), the closed form (cycles, counts) and the weight
// read-back (fetched bits), on random networks and fault maps.
#include "sim/accelerator/simulator.hpp"

#include <gtest/gtest.h>

#include "models/engine/integer_engine.hpp"
#include "sim/hardware/on_chip_memory.hpp"
#include "sim/storage/accumulator_readback.hpp"
#include "sim/storage/activation_readback.hpp"
#include "sim/timing/program_cycles.hpp"
#include "sim/timing/static_counts.hpp"
#include "tests/support/parity_code.hpp"
#include "tests/support/random_cells.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::accelerator {
namespace {

struct Case {
  std::string name;
  hardware::AcceleratorSpec spec;
  memory::FaultKind kind = memory::FaultKind::kFlip;
  double ber = 0.02;
  memory::StorageScheme scheme = {};
  std::vector<int> weight_bits = {};  ///< of the layers, in turn
  storage::FaultFilter filter = {};
  double activation_ber = 0;   ///< of cells of `kind` in the activation SRAM
  double accumulator_ber = 0;  ///< likewise
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

hardware::AcceleratorSpec small_spec(int rows, int columns, hardware::Placement placement) {
  hardware::AcceleratorSpec spec;
  spec.array = {rows, columns};
  spec.weight_sram = {.capacity_kib = 16, .banks = 2, .word_bits = 32, .column_mux = 4};
  spec.activation_sram = {.capacity_kib = 64, .banks = 8, .word_bits = 64, .column_mux = 4};
  spec.placement = placement;
  spec.vector_lanes = 8;
  if (placement != hardware::Placement::kResident) spec.weight_sram.capacity_kib = 1;
  return spec;
}

class MachineAgrees : public ::testing::TestWithParam<Case> {};

void compare_executors(Case the, models::QuantizedNetwork network) {
  if (!the.filter.layers.empty()) the.filter.layers.resize(network.nodes.size());
  if (!the.weight_bits.empty()) network = testing::with_weight_bits(network, the.weight_bits);
  const testing::StoredNetwork net(network, the.spec, the.scheme);
  const schedule::TileProgram& program = net.program;
  const memory::SramOrganisation organisation = net.organisation();
  const memory::CellMasks cells =
      testing::random_cells(organisation.geometry(), the.ber, the.kind, 11);
  const storage::ByReadVoltage masks(memory::word_masks(organisation, cells));
  const std::vector<std::uint8_t> image = testing::random_images(network, 5, 1);

  Simulator simulator;
  const memory::SramOrganisation activation_sram = the.spec.activation_sram.organisation();
  const memory::CellMasks activation_cells =
      testing::random_cells(activation_sram.geometry(), the.activation_ber, the.kind, 12);
  const memory::WordMasks activation_masks = memory::word_masks(activation_sram, activation_cells);
  const memory::SramOrganisation accumulators =
      hardware::organisation(the.spec, hardware::OnChipMemory::kAccumulator);
  const memory::CellMasks accumulator_cells =
      testing::random_cells(accumulators.geometry(), the.accumulator_ber, the.kind, 13);
  const memory::WordMasks accumulator_masks = memory::word_masks(accumulators, accumulator_cells);
  const storage::WordPath path = net.path(the.filter);
  const MachineRun run = simulator.run({.network = network,
                                        .stored = net.stored(),
                                        .path = path,
                                        .masks = masks,
                                        .input = image,
                                        .activation_masks = &activation_masks,
                                        .accumulator_masks = &accumulator_masks});

  const storage::WeightReadback readback = net.read(cells, the.filter);
  models::IntegerEngine engine(network, {.accumulator_bits = the.spec.accumulator.bits,
                                         .overflow = the.spec.accumulator.overflow,
                                         .k_part = the.spec.array.rows});
  engine.set_weights(readback.weights);
  engine.set_tensor_masks(storage::read_back_activations(program, network, activation_cells));
  engine.set_sum_masks(storage::read_back_accumulators(program, network, accumulator_cells));
  const models::EngineResult expected = engine.run(image, true);
  for (const models::NodeIndex node : network.nodes.indices()) {
    EXPECT_EQ(run.layer_outputs[node], expected.layer_outputs[node]) << "node " << node.value;
  }
  EXPECT_EQ(run.logits, expected.logits);
  EXPECT_EQ(run.other_outputs, expected.other_outputs);

  const hardware::ProgramTimes times = timing::program_times(program, net.layout);
  ASSERT_EQ(run.times.folds.size(), times.folds.size());
  for (const hardware::FoldIndex i : times.folds.indices()) {
    const hardware::FoldTimes& a = run.times.folds[i];
    const hardware::FoldTimes& b = times.folds[i];
    ASSERT_TRUE(a == b) << "fold " << i.value << ": machine " << a.weights_ready << " "
                        << a.load_start << " " << a.load_end << " " << a.stream_start << " "
                        << a.end << ", closed form " << b.weights_ready << " " << b.load_start
                        << " " << b.load_end << " " << b.stream_start << " " << b.end;
  }
  EXPECT_TRUE(run.times == times);

  const timing::ProgramCounts counts = timing::static_counts(program, network, times);
  EXPECT_TRUE(run.transfer_counts == counts.transfers);
  for (const models::NodeIndex node : network.nodes.indices()) {
    for (std::size_t e = 0; e < hardware::kEventCount; ++e) {
      if (hardware::is_data_dependent(static_cast<hardware::Event>(e))) continue;
      EXPECT_EQ(run.counts[node].counts[e], counts.layers[node].counts[e])
          << "node " << node.value << " " << hardware::kEventNames[e];
    }
    EXPECT_EQ(run.counts[node][hardware::Event::kMacGated], expected.gated_macs[node]);
    EXPECT_EQ(run.counts[node][hardware::Event::kMacActive] +
                  run.counts[node][hardware::Event::kMacGated],
              static_cast<std::uint64_t>(program.layers[node].gemm.macs()));
    const storage::WeightDamage& damage = readback.layers[node];
    EXPECT_EQ(run.weight_fetches[node],
              (WeightFetches{damage.bits_fetched, damage.bits_wrong(), damage.codewords}));
  }
  EXPECT_GT(readback.effective_ber(), 0);
}

TEST_P(MachineAgrees, OnResidualNetworks) {
  compare_executors(GetParam(), testing::random_residual_network(3));
}

TEST_P(MachineAgrees, OnBranchingNetworks) {
  compare_executors(GetParam(), testing::random_branching_network(4));
}

TEST_P(MachineAgrees, OnNormalizedNetworks) {
  compare_executors(GetParam(), testing::random_normalized_network(7));
}

TEST_P(MachineAgrees, OnNetworksOfSeveralOutputs) {
  const models::QuantizedNetwork network = testing::random_branching_network(6);
  compare_executors(GetParam(),
                    testing::with_outputs(network, {{0}, {network.nodes.size() - 3}, {5}}));
}

TEST_P(MachineAgrees, OnLiteRtNetworks) {
  compare_executors(GetParam(), testing::random_litert_network(3));
}

TEST_P(MachineAgrees, OnBranchingLiteRtNetworks) {
  compare_executors(GetParam(), testing::random_litert_branching_network(5));
}

std::vector<Case> cases() {
  using enum hardware::Placement;
  std::vector<Case> all;
  all.push_back({"Resident8x8", small_spec(8, 8, kResident)});
  all.push_back({"Resident16x4", small_spec(16, 4, kResident)});
  all.push_back({"Resident5x32", small_spec(5, 32, kResident)});
  all.push_back({"Streaming8x8", small_spec(8, 8, kStreaming)});
  all.push_back({"Streaming32x32", small_spec(32, 32, kStreaming)});
  all.push_back({"RestartPerLayer16x16", small_spec(16, 16, kRestartPerLayer)});
  all.push_back({"OneByOne", small_spec(1, 1, kResident)});
  all.back().spec.weight_sram.capacity_kib = 64;  // a word holds one weight
  const std::size_t plain = all.size();
  for (std::size_t i = 0; i < plain; ++i) {
    Case prefetch = all[i];
    prefetch.name += "Prefetch";
    prefetch.spec.weight_prefetch = true;
    all.push_back(prefetch);
  }
  Case shallow{"ShallowAccumulators", small_spec(8, 8, kStreaming)};
  shallow.spec.accumulator.depth = 13;
  shallow.spec.vector_lanes = 1;
  all.push_back(shallow);
  shallow.name += "Prefetch";
  shallow.spec.weight_prefetch = true;
  all.push_back(shallow);
  // Blocks so short that the third could start before the sums of the first have left the array.
  Case overtaking{"BlocksShorterThanTheDrainPrefetch", small_spec(32, 64, kResident)};
  overtaking.spec.accumulator.depth = 40;
  overtaking.spec.weight_prefetch = true;
  all.push_back(overtaking);
  Case narrow{"Accumulators16Bit", small_spec(8, 8, kResident)};
  narrow.spec.accumulator.bits = 16;
  all.push_back(narrow);
  Case slow{"SlowDram", small_spec(8, 8, kStreaming)};
  slow.spec.dram = {.bytes_per_cycle = 3, .latency_cycles = 500, .burst_bytes = 32};
  all.push_back(slow);
  all.push_back({"StuckAt0", small_spec(8, 8, kStreaming), memory::FaultKind::kStuckAt0, 0.1});
  all.push_back({"StuckAt1", small_spec(8, 8, kResident), memory::FaultKind::kStuckAt1, 0.1});
  all.push_back({"OffsetBinary",
                 small_spec(8, 8, kStreaming),
                 memory::FaultKind::kStuckAt1,
                 0.1,
                 {.encoding = memory::Encoding::kOffsetBinary}});
  all.push_back({"Gray",
                 small_spec(8, 8, kStreaming),
                 memory::FaultKind::kFlip,
                 0.1,
                 {.encoding = memory::Encoding::kGray}});
  all.push_back({"Bits4", small_spec(8, 8, kResident)});
  all.back().weight_bits = {4};
  all.push_back({"Bits2SignMagnitude",
                 small_spec(16, 40, kStreaming),
                 memory::FaultKind::kStuckAt1,
                 0.1,
                 {.encoding = memory::Encoding::kSignMagnitude}});
  all.back().weight_bits = {2};
  all.push_back({"Bits1", small_spec(16, 40, kStreaming), memory::FaultKind::kStuckAt1, 0.1});
  all.back().weight_bits = {1};
  // 40 bits hold 13, 8, 5 or 6 weights of these widths and leave 1, 0, 5 and 4 bits unused.
  all.push_back({"MixedBits",
                 small_spec(8, 24, kStreaming),
                 memory::FaultKind::kFlip,
                 0.1,
                 {.encoding = memory::Encoding::kGray}});
  all.back().spec.weight_sram = {.capacity_kib = 5, .banks = 2, .word_bits = 40, .column_mux = 4};
  all.back().weight_bits = {3, 5, 7, 6, 8};
  for (const int word_bits : {96, 128, 256}) {
    for (const auto placement : {kResident, kStreaming}) {
      Case wide{
          "Words" + std::to_string(word_bits) + (placement == kResident ? "Resident" : "Streaming"),
          small_spec(8, 40, placement), memory::FaultKind::kFlip, 0.05};
      const int capacity = placement == kResident ? word_bits / 2 : word_bits / 32;
      wide.spec.weight_sram = {
          .capacity_kib = capacity, .banks = 2, .word_bits = word_bits, .column_mux = 4};
      all.push_back(wide);
      // Weights of these widths lie across the 64 bits of a part.
      wide.name += "MixedBits";
      wide.weight_bits = {3, 5, 1, 7, 6, 8};
      wide.kind = memory::FaultKind::kStuckAt1;
      wide.scheme.encoding = memory::Encoding::kGray;
      wide.filter = {.layers = {}, .bits = 0b11010101};
      wide.spec.activation_sram = {
          .capacity_kib = 96, .banks = 8, .word_bits = word_bits, .column_mux = 2};
      wide.activation_ber = 0.01;
      all.push_back(wide);
    }
  }
  // Nodes 1, 4 and 7 of the residual network are a grouped convolution, a plain one and the fully
  // connected layer; of each network one has weights.
  const storage::FaultFilter layers{
      .layers = {false, true, false, false, true, false, false, true}};
  const storage::FaultFilter bits{.layers = {}, .bits = 0b10010001};
  const storage::FaultFilter rising{
      .layers = layers.layers, .bits = 0xF0, .polarity = storage::FaultPolarity::kZeroToOne};
  const storage::FaultFilter falling{.layers = {}, .polarity = storage::FaultPolarity::kOneToZero};
  for (const auto placement : {kResident, kStreaming}) {
    const std::string suffix = placement == kResident ? "Resident" : "Streaming";
    for (const auto& [name, filter] : {std::pair("OnlyLayers", layers),
                                       {"OnlyBits", bits},
                                       {"OnlyRisingHighBitsOfLayers", rising},
                                       {"OnlyFalling", falling}}) {
      all.push_back({name + suffix, small_spec(8, 6, placement), memory::FaultKind::kFlip, 0.05});
      all.back().filter = filter;
    }
  }
  all.push_back({"OnlyBitsOfMixedWidths", small_spec(8, 24, kStreaming)});
  all.back().ber = 0.05;
  all.back().weight_bits = {3, 5, 7, 6, 8};
  all.back().filter.bits = 0b01010100;
  // A test's word code: the seam through which real ones come.
  for (const auto placement : {kResident, kStreaming}) {
    Case parity{placement == kResident ? "ParityResident" : "ParityStreaming",
                small_spec(8, 6, placement)};
    parity.scheme = testing::with_parity(memory::Encoding::kTwosComplement);
    all.push_back(parity);
    parity.name += "WideMixedBits";
    parity.spec.array.columns = 40;
    parity.spec.weight_sram.word_bits = 128;
    parity.spec.weight_sram.capacity_kib *= 4;
    parity.weight_bits = {3, 5, 7, 6, 8};
    parity.kind = memory::FaultKind::kStuckAt1;
    parity.scheme.encoding = memory::Encoding::kGray;
    all.push_back(parity);
  }
  const auto with_activation_faults = [&](const std::string& name, Case base) {
    base.name = "ActivationSram" + name;
    base.activation_ber = base.ber;
    all.push_back(base);
  };
  using enum memory::FaultKind;
  with_activation_faults("Flip", {"", small_spec(8, 8, kResident), kFlip, 0.01});
  with_activation_faults("StuckAt0", {"", small_spec(5, 32, kStreaming), kStuckAt0, 0.05});
  with_activation_faults("StuckAt1", {"", small_spec(16, 4, kResident), kStuckAt1, 0.05});
  Case odd{"", small_spec(8, 8, kRestartPerLayer), kFlip, 0.02};
  odd.spec.activation_sram = {.capacity_kib = 24, .banks = 4, .word_bits = 24, .column_mux = 2};
  with_activation_faults("OddWords", odd);
  odd.spec.activation_sram = {.capacity_kib = 64, .banks = 16, .word_bits = 8, .column_mux = 1};
  with_activation_faults("OneByteWords", odd);
  shallow.ber = 0.01;
  with_activation_faults("ShallowAccumulators", shallow);

  const auto with_accumulator_faults = [&](const std::string& name, Case base, double ber) {
    base.name = "Accumulators" + name;
    base.spec.accumulator.depth = std::min(base.spec.accumulator.depth, 128);
    base.accumulator_ber = ber;
    all.push_back(base);
  };
  with_accumulator_faults("Flip", {"", small_spec(8, 8, kResident), kFlip}, 0.003);
  with_accumulator_faults("StuckAt0", {"", small_spec(5, 32, kStreaming), kStuckAt0}, 0.02);
  with_accumulator_faults("StuckAt1", {"", small_spec(16, 4, kResident), kStuckAt1}, 0.003);
  with_accumulator_faults("OneByOne", {"", small_spec(1, 1, kResident), kFlip}, 0.001);
  all.back().spec.weight_sram.capacity_kib = 64;
  with_accumulator_faults("ShallowPrefetch", shallow, 0.01);
  with_accumulator_faults("Narrow", narrow, 0.01);
  Case everything = shallow;
  everything.activation_ber = 0.002;
  everything.spec.accumulator.bits = 20;
  with_accumulator_faults("OfEveryMemory", everything, 0.003);
  for (const int width : {12, 16, 32}) {
    for (const double ber : {0.0, 0.005}) {
      Case saturating{"", small_spec(8, 8, kStreaming), kFlip};
      saturating.spec.accumulator.bits = width;
      saturating.spec.accumulator.overflow = models::Overflow::kSaturate;
      with_accumulator_faults("Saturating" + std::to_string(width) + (ber > 0 ? "Faulty" : ""),
                              saturating, ber);
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Specs, MachineAgrees, ::testing::ValuesIn(cases()),
                         [](const auto& param) { return param.param.name; });

TEST(Simulator, RunsManyJobsOneAfterAnotherWithTheSameResult) {
  const models::QuantizedNetwork network = testing::random_residual_network(9);
  const testing::StoredNetwork resident(network, small_spec(8, 8, hardware::Placement::kResident));
  const testing::StoredNetwork streaming(network,
                                         small_spec(16, 4, hardware::Placement::kStreaming));
  const std::vector<std::uint8_t> image = testing::random_images(network, 1, 1);
  const storage::ByReadVoltage good_resident(memory::WordMasks(resident.organisation()));
  const storage::ByReadVoltage good_streaming(memory::WordMasks(streaming.organisation()));
  const storage::WordPath resident_path = resident.path();
  const storage::WordPath streaming_path = streaming.path();
  Simulator simulator;
  const Job one{network, resident.stored(), resident_path, good_resident, image};
  const Job other{network, streaming.stored(), streaming_path, good_streaming, image};
  const MachineRun first = simulator.run(one);
  for (int i = 0; i < 3; ++i) {
    const MachineRun between = simulator.run(other);
    EXPECT_EQ(between.logits, first.logits);
    const MachineRun again = simulator.run(one);
    EXPECT_EQ(again.logits, first.logits);
    EXPECT_TRUE(again.times == first.times);
  }
}

TEST(Simulator, IsRefusedASecondTimeInAProcess) {
  const Simulator first;
  EXPECT_THROW(Simulator second, std::logic_error);
}

}  // namespace
}  // namespace brownout::accelerator
