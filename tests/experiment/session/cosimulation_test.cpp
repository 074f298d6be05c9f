// The comparer itself: agreement passes, and every planted defect is reported at its place.
#include "sim/experiment/session/cosimulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/engine/integer_engine.hpp"
#include "sim/hardware/on_chip_memory.hpp"
#include "sim/storage/accumulator_readback.hpp"
#include "sim/storage/activation_readback.hpp"
#include "sim/timing/program_cycles.hpp"
#include "tests/support/random_cells.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// One more cycle in one transfer.
class LateDram final : public accelerator::DramModel {
 public:
  LateDram(const hardware::DramSpec& spec, int late) : dram_(spec), late_(late) {}
  hardware::Cycle transfer_cycles(std::uint64_t bytes) override {
    return dram_.transfer_cycles(bytes) + (transfer_++ == late_ ? 1 : 0);
  }

 private:
  accelerator::BurstDram dram_;
  int late_;
  int transfer_ = 0;
};

hardware::AcceleratorSpec spec_of(hardware::Placement placement) {
  hardware::AcceleratorSpec spec;
  spec.array = {8, 8};
  spec.weight_sram = {.capacity_kib = 16, .banks = 2, .word_bits = 32, .column_mux = 4};
  spec.dram = {.bytes_per_cycle = 1, .latency_cycles = 200, .burst_bytes = 16};  // the bottleneck
  spec.placement = placement;
  if (placement != hardware::Placement::kResident) spec.weight_sram.capacity_kib = 1;
  return spec;
}

class Cosimulation : public ::testing::Test {
 protected:
  explicit Cosimulation(hardware::Placement placement = hardware::Placement::kResident)
      : network_(testing::random_residual_network(21)),
        net_(network_, spec_of(placement)),
        cells_(program_.spec.weight_sram.organisation().geometry()),
        image_(testing::random_images(network_, 2, 1)),
        times_(timing::program_times(program_, net_.layout)),
        counts_(timing::static_counts(program_, network_, times_)) {
    for (std::uint32_t row = 0; row < cells_.geometry().rows; row += 3) {
      cells_.set({0, row, row % cells_.geometry().columns}, memory::FaultKind::kStuckAt1);
    }
    readback_ = net_.read(cells_);
    masks_ = memory::word_masks(program_.spec.weight_sram.organisation(), cells_);
    const memory::SramOrganisation activations = program_.spec.activation_sram.organisation();
    const memory::CellMasks activation_cells =
        testing::random_cells(activations.geometry(), 0.01, memory::FaultKind::kStuckAt0, 3);
    tensor_masks_ = storage::read_back_activations(program_, network_, activation_cells);
    activation_masks_ = memory::word_masks(activations, activation_cells);
    const memory::SramOrganisation accumulators =
        hardware::organisation(program_.spec, hardware::OnChipMemory::kAccumulator);
    const memory::CellMasks accumulator_cells =
        testing::random_cells(accumulators.geometry(), 0.003, memory::FaultKind::kFlip, 4);
    accumulator_masks_ = memory::word_masks(accumulators, accumulator_cells);
    models::IntegerEngine engine(network_, {.k_part = program_.spec.array.rows});
    engine.set_weights(readback_.weights);
    engine.set_sum_masks(storage::read_back_accumulators(program_, network_, accumulator_cells));
    engine.set_tensor_masks(tensor_masks_);
    expected_ = engine.run(image_, true);
  }

  /// The comparer's message, or "agreed".
  std::string outcome(accelerator::DramModel* dram = nullptr) {
    const storage::ByReadVoltage masks(masks_);
    try {
      cosimulate(process_simulator(),
                 {.network = network_,
                  .stored = {program_, layout_, net_.image, net_.written, net_.known},
                  .path = path_,
                  .masks = masks,
                  .input = image_,
                  .dram = dram,
                  .activation_masks = &activation_masks_,
                  .accumulator_masks = &accumulator_masks_},
                 {.network = network_,
                  .program = program_,
                  .readback = readback_,
                  .times = times_,
                  .counts = counts_,
                  .layer_outputs = expected_.layer_outputs,
                  .gated_macs = expected_.gated_macs,
                  .tensor_masks = tensor_masks_});
    } catch (const Disagreement& error) {
      return error.what();
    }
    return "agreed";
  }

  models::QuantizedNetwork network_;
  testing::StoredNetwork net_;
  const schedule::TileProgram& program_ = net_.program;
  schedule::WeightLayout layout_ = net_.layout;  // the machine's
  storage::WordPath path_ = net_.path();         // likewise
  memory::CellMasks cells_;
  std::vector<std::uint8_t> image_;
  hardware::ProgramTimes times_;
  timing::ProgramCounts counts_;
  storage::WeightReadback readback_;
  memory::WordMasks masks_;
  models::TensorMasks tensor_masks_;
  memory::WordMasks activation_masks_, accumulator_masks_;
  models::EngineResult expected_;
};

class StreamingCosimulation : public Cosimulation {
 protected:
  StreamingCosimulation() : Cosimulation(hardware::Placement::kStreaming) {}
};

TEST_F(Cosimulation, AgreesOnAFaultyMemory) {
  EXPECT_GT(readback_.weights_changed(), 0);
  EXPECT_EQ(outcome(), "agreed");
}

TEST_F(StreamingCosimulation, AgreesOnAFaultyMemory) { EXPECT_EQ(outcome(), "agreed"); }

TEST_F(Cosimulation, NamesLayerTileRowAndColumnOfAPlantedMaskBit) {
  const auto layer = std::get<models::Convolution>(network_.nodes[{2}]).name;  // conv2
  const std::span<const schedule::Fold> folds = program_.folds_of(program_.layers[{2}]);
  const schedule::TileIndex index = folds[3].tile;
  const schedule::Tile& tile = program_.tiles[index];
  const int row = 5;
  const int column = 2;
  const int lanes = 4;
  const std::uint64_t word = net_.layout.first_word[index] +
                             static_cast<std::uint64_t>(row) * tile.words_per_row +
                             static_cast<std::uint64_t>(column / lanes);
  masks_.part(word, 0).flip ^= std::uint64_t{1} << (column % lanes * 8 + 6);
  EXPECT_THAT(outcome(),
              AllOf(HasSubstr("layer " + layer),
                    HasSubstr("tile " + std::to_string(index.value - folds[0].tile.value)),
                    HasSubstr("row 5, column 2: weight expected")));
}

/// Inverts one bit of an element in the machine's masks alone.
void spoil_element(memory::WordMasks& masks, const schedule::TileProgram& program,
                   models::TensorId id, std::int64_t element) {
  const std::uint64_t byte =
      program.tensor_address[static_cast<std::size_t>(id)] + static_cast<std::uint64_t>(element);
  masks.part(byte / 8, 0).flip ^= std::uint64_t{1} << (byte % 8 * 8 + 4);
}

TEST_F(Cosimulation, NamesTheElementOfAPlantedMaskBitBehindTheInput) {
  const models::Shape shape = network_.tensor(network_.input).shape;
  spoil_element(activation_masks_, program_, network_.input, shape.index(2, 5, 7));
  EXPECT_THAT(outcome(), HasSubstr("input, row 5, column 7, channel 2: expected"));
}

TEST_F(Cosimulation, NamesLayerElementAndByteOfAPlantedMaskBitBehindAnActivation) {
  const models::TensorId output = models::node_output(network_.nodes[{2}]);
  const std::int64_t element = network_.tensor(output).shape.index(3, 2, 1);
  // Its bytes may have held the input before; then the input would differ, too.
  ASSERT_GE(program_.tensor_address[static_cast<std::size_t>(output)], program_.input_bytes);
  const std::uint64_t byte = program_.tensor_address[static_cast<std::size_t>(output)] +
                             static_cast<std::uint64_t>(element);
  spoil_element(activation_masks_, program_, output, element);
  const std::string message = outcome();
  EXPECT_THAT(message, HasSubstr("written as expected, read otherwise: byte " +
                                 std::to_string(byte) + " of the activation SRAM"));
}

TEST_F(Cosimulation, NamesOutputAndEntryOfAPlantedMaskBitInTheAccumulators) {
  // A huge sum shows where the output is not at the upper end. (Flips may cancel: k-tiles read,
  // too.)
  const models::Shape shape = network_.tensor(models::node_output(network_.nodes[{0}])).shape;
  int column = 0;
  int pixel = 0;
  const auto output = [&] {
    return expected_.layer_outputs[{0}][static_cast<std::size_t>(pixel * shape.channels + column)];
  };
  while (output() == 255) {
    if (++column == 8) ++pixel, column = 0;
  }
  const std::uint64_t word =
      hardware::accumulator_word({.half = 0, .column = column, .entry = pixel}, 8);
  accumulator_masks_.part(word, 0) = {
      .stuck_at_0 = std::uint64_t{1} << 31, .stuck_at_1 = std::uint64_t{1} << 30, .flip = 0};
  EXPECT_THAT(outcome(),
              AllOf(HasSubstr("layer conv0, output row " + std::to_string(pixel / shape.width) +
                              ", column " + std::to_string(pixel % shape.width) + ", channel " +
                              std::to_string(column)),
                    HasSubstr("half 0, column " + std::to_string(column) + ", entry " +
                              std::to_string(pixel) + " of the accumulators")));
}

TEST_F(StreamingCosimulation, FindsAPlantedMaskBitInASharedWord) {
  // The second tile of conv0, and others later.
  masks_.part(net_.layout.first_word[{1}], 0).flip ^= 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv0, tile 1"), HasSubstr("row 0, column 0")));
}

TEST_F(StreamingCosimulation, NamesTheTileOfAPlantedDramCycle) {
  // Transfer 0 is the input; transfer 1 + f belongs to fold f.
  const hardware::FoldIndex fold = program_.layers[{2}].first_fold + 2;
  LateDram late(program_.spec.dram, 1 + static_cast<int>(fold.value));
  const hardware::Cycle ready = times_.folds[fold].weights_ready;
  EXPECT_THAT(outcome(&late),
              AllOf(HasSubstr("layer conv2, tile 2"),
                    HasSubstr("cycle of weights ready: expected " + std::to_string(ready) +
                              ", got " + std::to_string(ready + 1))));
}

TEST_F(Cosimulation, NamesTheTileOfAPlantedCycleInTheClosedForm) {
  times_.folds[program_.layers[{1}].first_fold + 4].load_end += 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv1, tile 4"), HasSubstr("cycle of load end")));
}

TEST_F(Cosimulation, NamesThePlaceOfAWrongOutput) {
  const models::Shape shape = network_.tensor(models::node_output(network_.nodes[{3}])).shape;
  expected_.layer_outputs[{3}][static_cast<std::size_t>(shape.index(7, 2, 5))] ^= 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer add3"), HasSubstr("row 2, column 5, channel 7")));
}

TEST_F(Cosimulation, NamesTheLayerAndEventOfAWrongCount) {
  counts_.layers[{4}][hardware::Event::kPsumShift] += 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv4"), HasSubstr("psum_shift")));
}

TEST_F(Cosimulation, NamesTheLayerOfWrongGatedMacs) {
  expected_.gated_macs[{0}] -= 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv0"), HasSubstr("mac_")));
}

TEST_F(Cosimulation, NamesThePlaceOfAPlantedAddress) {
  layout_.first_word[program_.folds_of(program_.layers[{2}]).front().tile + 1] += 1;
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv2, tile 1"), HasSubstr(": weight expected")));
}

TEST_F(Cosimulation, NamesThePlaceOfAPlantedDecode) {
  path_ = storage::WordPath({.encoding = memory::Encoding::kOffsetBinary}, net_.organisation());
  EXPECT_THAT(outcome(), AllOf(HasSubstr("layer conv0, tile 0"),
                               HasSubstr("row 0, column 0: weight expected")));
}

TEST_F(Cosimulation, NoticesAWrongBitThatChangesNoOutput) {
  readback_.layers[{1}].zero_to_one += 1;
  EXPECT_THAT(outcome(), HasSubstr("layer conv1: wrong bits among those fetched"));
}

}  // namespace
}  // namespace brownout::experiment
