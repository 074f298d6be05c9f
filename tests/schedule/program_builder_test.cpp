#include "sim/schedule/program_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "memory/base/input_error.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::schedule {
namespace {

hardware::AcceleratorSpec spec_of(int rows, int columns, int depth) {
  hardware::AcceleratorSpec spec;
  spec.array = {rows, columns};
  spec.accumulator.depth = depth;
  return spec;
}

TEST(TileProgram, EveryProductIsComputedExactlyOnce) {
  const models::QuantizedNetwork network = testing::random_residual_network(6);
  const TileProgram program = make_program(network, spec_of(7, 5, 25));
  for (const Layer& layer : program.layers) {
    if (!layer.matrix) continue;
    std::int64_t macs = 0;
    std::set<std::tuple<int, int, int, std::int64_t>> seen;
    for (const Fold& fold : program.folds_of(layer)) {
      const Tile& tile = program.tile_of(fold);
      EXPECT_TRUE(seen.insert({tile.group, tile.k0, tile.n0, fold.m0}).second);
      EXPECT_LE(fold.m_count, 25);
      macs += fold.m_count * tile.rows * tile.columns;
    }
    EXPECT_EQ(macs, layer.gemm.macs());
  }
}

TEST(TileProgram, EveryWeightStandsInOnePlaceOfOneTile) {
  const models::QuantizedNetwork network = testing::random_residual_network(6);
  const TileProgram program = make_program(network, spec_of(7, 5, 25));
  std::map<models::NodeIndex, std::set<std::size_t>> seen;
  for (const Tile& tile : program.tiles) {
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const std::size_t weight = program.weight_at(tile, {.row = row, .column = column});
        EXPECT_TRUE(seen[tile.node].insert(weight).second);
      }
    }
  }
  for (const auto& [node, weights] : seen) {
    const auto& convolution = std::get<models::Convolution>(network.nodes[node]);
    EXPECT_EQ(weights.size(), convolution.weights.size());
    EXPECT_LT(*weights.rbegin(), convolution.weights.size());
  }
}

TEST(TileProgram, EveryOutputIsSummedInOneEntryByAFoldOfEachKTile) {
  const models::QuantizedNetwork network = testing::random_residual_network(6);
  const TileProgram program = make_program(network, spec_of(7, 5, 25));
  for (const Layer& layer : program.layers) {
    std::map<std::pair<int, std::int64_t>, int> sums;  // by channel and pixel
    for (const Fold& fold : program.folds_of(layer)) {
      const ArrayUse use = program.use_of(fold);
      for (int column = 0; column < use.columns; ++column) {
        for (std::int64_t vector = 0; vector < use.vectors; ++vector) {
          const OutputElement output =
              program.output_of(fold, {.half = fold.half(), .column = column, .entry = vector});
          ++sums[{output.channel, output.pixel}];
          const auto back = program.entry_of(fold, output);
          ASSERT_TRUE(back);
          EXPECT_EQ(std::tuple(back->half, back->column, back->entry),
                    std::tuple(fold.half(), column, vector));
        }
      }
    }
    EXPECT_EQ(std::ssize(sums), layer.gemm.m * layer.gemm.n * layer.gemm.groups);
    for (const auto& [output, count] : sums) EXPECT_EQ(count, (layer.gemm.k + 6) / 7);
  }
}

// Rows of 24 columns in words of 40 bits: 13, 10, 8, 6 or 5 weights a word.
TEST(TileProgram, NarrowWeightsFillWordsWithoutStraddlingThem) {
  const std::vector<int> widths = {3, 4, 5, 6, 8};
  const models::QuantizedNetwork network =
      testing::with_weight_bits(testing::random_residual_network(6), widths);
  hardware::AcceleratorSpec spec = spec_of(7, 24, 25);
  spec.weight_sram = {.capacity_kib = 40, .banks = 2, .word_bits = 40, .column_mux = 4};
  const TileProgram program = make_program(network, spec);
  const std::map<int, int> lanes = {{3, 13}, {4, 10}, {5, 8}, {6, 6}, {8, 5}};
  std::set<int> seen;
  std::uint64_t words = 0;
  for (const Tile& tile : program.tiles) {
    const auto& convolution = std::get<models::Convolution>(network.nodes[tile.node]);
    const int expected = lanes.at(convolution.weight_bits);
    seen.insert(expected);
    EXPECT_EQ(program.layer_of(tile).weight_bits, convolution.weight_bits);
    EXPECT_EQ(tile.lanes, expected);
    EXPECT_EQ(tile.words_per_row,
              static_cast<std::uint32_t>((tile.columns + expected - 1) / expected));
    words += tile.words();
  }
  EXPECT_EQ(seen.size(), widths.size());
  EXPECT_EQ(program.weight_words, words);
}

TEST(TileProgram, KTilesRunInsideABlockWhoseSumsAreCompleteBeforeTheNext) {
  const models::QuantizedNetwork network = testing::random_residual_network(6);
  const TileProgram program = make_program(network, spec_of(7, 5, 25));
  for (const Layer& layer : program.layers) {
    std::optional<std::size_t> block;
    int k_done = 0;
    for (const Fold& fold : program.folds_of(layer)) {
      const Tile& tile = program.tile_of(fold);
      if (fold.block != block) {
        EXPECT_EQ(fold.block, block ? *block + 1 : 0);
        block = fold.block;
        EXPECT_TRUE(fold.first_k);
        k_done = 0;
      } else {
        EXPECT_FALSE(fold.first_k);
      }
      EXPECT_EQ(tile.k0, k_done);
      k_done += tile.rows;
      EXPECT_EQ(fold.last_k, k_done == layer.gemm.k);
    }
    EXPECT_EQ(layer.block_count, block ? *block + 1 : 0);
  }
}

TEST(TileProgram, LiveActivationsNeverOverlap) {
  const models::QuantizedNetwork network = testing::random_residual_network(6);
  const TileProgram program = make_program(network, spec_of(8, 8, 4096));
  std::map<models::TensorId, models::NodeIndex> last_use;
  for (const models::NodeIndex i : network.nodes.indices()) {
    for (models::TensorId id : models::node_inputs(network.nodes[i])) last_use[id] = i;
  }
  last_use[network.output] = network.nodes.end_index();
  const auto begin = [&](models::TensorId id) {
    return program.tensor_address[static_cast<std::size_t>(id)];
  };
  const auto end = [&](models::TensorId id) {
    return begin(id) + static_cast<std::uint64_t>(network.tensor(id).shape.size());
  };
  bool reused = false;
  std::vector<models::TensorId> made = {network.input};
  for (const models::NodeIndex i : network.nodes.indices()) {
    const models::TensorId output = models::node_output(network.nodes[i]);
    for (models::TensorId other : made) {
      const bool overlap = begin(output) < end(other) && begin(other) < end(output);
      if (last_use[other] >= i) {
        EXPECT_FALSE(overlap) << "tensor " << output << " over " << other;
      } else {
        reused = reused || overlap;
      }
    }
    EXPECT_LE(end(output), program.activation_bytes);
    made.push_back(output);
  }
  EXPECT_TRUE(reused);  // else the plan would not plan
}

TEST(TileProgram, ActivationsThatDoNotFitAreRefusedNamingTheLayer) {
  testing::NetworkBuilder builder(1, {16, 64, 64});
  builder.convolution(builder.last(), 16, {});
  hardware::AcceleratorSpec spec = spec_of(8, 8, 4096);
  spec.activation_sram.capacity_kib = 100;
  try {
    make_program(builder.build(), spec);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                ::testing::AllOf(::testing::HasSubstr("conv0"), ::testing::HasSubstr("128 KiB")));
  }
}

}  // namespace
}  // namespace brownout::schedule
