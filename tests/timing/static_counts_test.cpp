// Event counts against brute force over the program, and against conservation.
#include "sim/timing/static_counts.hpp"

#include <gtest/gtest.h>

#include "sim/schedule/lower.hpp"
#include "sim/schedule/program_builder.hpp"
#include "sim/timing/program_cycles.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::timing {
namespace {

using hardware::Event;

class StaticCounts : public ::testing::Test {
 protected:
  StaticCounts() : network_(testing::random_residual_network(8)) {
    spec_.array = {8, 8};
    spec_.accumulator.depth = 30;
    spec_.weight_sram = {.capacity_kib = 16, .banks = 2, .word_bits = 32, .column_mux = 4};
  }

  ProgramCounts counts() {
    program_ = schedule::make_program(network_, spec_);
    return static_counts(program_, network_, program_times(program_, schedule::lay_out(program_)));
  }

  models::QuantizedNetwork network_;
  hardware::AcceleratorSpec spec_;
  schedule::TileProgram program_;
};

TEST_F(StaticCounts, ActivationReadsAreTheStreamedElementsInsideTheInput) {
  const ProgramCounts result = counts();
  for (const models::NodeIndex i : network_.nodes.indices()) {
    const auto* convolution = std::get_if<models::Convolution>(&network_.nodes[i]);
    if (convolution == nullptr) continue;
    const schedule::InputIndexer indexer(network_, *convolution);
    std::uint64_t reads = 0;
    for (const schedule::Fold& fold : program_.folds_of(program_.layers[i])) {
      const schedule::Tile& tile = program_.tile_of(fold);
      for (std::int64_t m = fold.m0; m < fold.m0 + fold.m_count; ++m) {
        for (int k = tile.k0; k < tile.k0 + tile.rows; ++k) {
          reads += indexer(tile.group, indexer.origin(m), k) >= 0 ? 1 : 0;
        }
      }
    }
    EXPECT_EQ(result.layers[i][Event::kActivationSramRead], reads) << "node " << i.value;
  }
}

TEST_F(StaticCounts, ResidentWeightsAreReadButNeverWrittenDuringAnInference) {
  const ProgramCounts result = counts();
  for (const hardware::EventCounts& layer : result.layers) {
    EXPECT_EQ(layer[Event::kWeightSramWrite], 0U);
    EXPECT_EQ(layer[Event::kDramRead], 0U);
  }
}

TEST_F(StaticCounts, StreamedWeightsAreWrittenAsOftenAsTheyAreRead) {
  spec_.placement = hardware::Placement::kStreaming;
  spec_.weight_sram.capacity_kib = 1;
  std::uint64_t read = 0;
  for (const hardware::EventCounts& layer : counts().layers) {
    EXPECT_EQ(layer[Event::kWeightSramWrite], layer[Event::kWeightSramRead]);
    read += layer[Event::kDramRead];
  }
  std::uint64_t words = 0;
  for (const schedule::Fold& fold : program_.folds) words += program_.tile_of(fold).words();
  EXPECT_GE(read, words * 4);  // whole bursts
}

// A row of eight weights takes two words of 32 bits at 8 bits a weight, and one at 4 bits; rows of
// four, which the last column tiles have, take one either way.
TEST_F(StaticCounts, NarrowWeightsTakeFewerWordsAndBytes) {
  spec_.placement = hardware::Placement::kStreaming;
  spec_.dram.burst_bytes = 4;
  const ProgramCounts wide = counts();
  network_ = testing::with_weight_bits(network_, {4});
  const ProgramCounts narrow = counts();
  for (const models::NodeIndex i : network_.nodes.indices()) {
    if (!program_.layers[i].matrix) continue;
    std::uint64_t words = 0;
    std::uint64_t full_rows = 0;
    for (const schedule::Fold& fold : program_.folds_of(program_.layers[i])) {
      const schedule::Tile& tile = program_.tile_of(fold);
      words += static_cast<unsigned>(tile.rows);
      full_rows += tile.columns > 4 ? static_cast<unsigned>(tile.rows) : 0;
    }
    EXPECT_EQ(narrow.layers[i][Event::kWeightSramRead], words);
    EXPECT_EQ(narrow.layers[i][Event::kDramRead], 4 * words);
    EXPECT_EQ(wide.layers[i][Event::kWeightSramRead], words + full_rows);
    EXPECT_EQ(wide.layers[i][Event::kDramRead], 4 * (words + full_rows));
  }
}

TEST_F(StaticCounts, EverySumIsWrittenAndDrainedOnce) {
  const ProgramCounts result = counts();
  for (const models::NodeIndex i : network_.nodes.indices()) {
    if (!program_.layers[i].matrix) continue;
    const auto outputs = static_cast<std::uint64_t>(
        network_.tensor(models::node_output(network_.nodes[i])).shape.size());
    EXPECT_EQ(result.layers[i][Event::kVectorOp], outputs);
    EXPECT_EQ(result.layers[i][Event::kActivationSramWrite], outputs);
    // Each write but the first of a sum reads it; the drain reads it once more.
    EXPECT_EQ(result.layers[i][Event::kAccumulatorRead],
              result.layers[i][Event::kAccumulatorWrite]);
  }
}

}  // namespace
}  // namespace brownout::timing
