#include "sim/schedule/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_network.hpp"

namespace brownout::schedule {
namespace {

hardware::AcceleratorSpec spec_of(hardware::Placement placement, int capacity_kib) {
  hardware::AcceleratorSpec spec;
  spec.array = {8, 8};
  spec.weight_sram = {.capacity_kib = capacity_kib, .banks = 2, .word_bits = 32, .column_mux = 4};
  spec.placement = placement;
  return spec;
}

TileProgram program_of(hardware::Placement placement, int capacity_kib) {
  return make_program(testing::random_residual_network(2), spec_of(placement, capacity_kib));
}

TEST(Placement, ResidentTilesFollowEachOtherWithoutGaps) {
  const TileProgram program = program_of(hardware::Placement::kResident, 16);
  std::uint64_t next = 0;
  for (const Tile& tile : program.tiles) {
    EXPECT_EQ(tile.address, next);
    next = tile.end();
  }
  EXPECT_EQ(program.weight_words, next);
}

TEST(Placement, ResidentTilesThatDoNotFitAreRefusedWithTheNumbers) {
  try {
    program_of(hardware::Placement::kResident, 1);
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr("placement: resident"),
                                               ::testing::HasSubstr("has 1 KiB")));
  }
}

TEST(Placement, ARingStartsAtZeroWhenATileDoesNotFitBeforeTheEnd) {
  const TileProgram program = program_of(hardware::Placement::kStreaming, 1);
  std::uint64_t next = 0;
  int wraps = 0;
  for (const Tile& tile : program.tiles) {
    if (next + tile.words() > 256) {
      next = 0;
      ++wraps;
    }
    EXPECT_EQ(tile.address, next);
    next = tile.end();
  }
  EXPECT_GT(wraps, 3);
}

TEST(Placement, ARingCanRestartAtEveryLayer) {
  const TileProgram program = program_of(hardware::Placement::kRestartPerLayer, 1);
  for (const Layer& layer : program.layers) {
    if (!layer.matrix) continue;
    EXPECT_EQ(program.tile_of(program.folds_of(layer).front()).address, 0U);
  }
}

TEST(Placement, ATileLargerThanTheRingIsRefused) {
  hardware::AcceleratorSpec spec = spec_of(hardware::Placement::kStreaming, 1);
  spec.array = {128, 128};
  spec.activation_sram.banks = 16;
  EXPECT_THROW(make_program(testing::random_residual_network(2), spec), std::runtime_error);
}

// A transfer may start only when no fold that is still to be loaded needs the words it overwrites.
TEST(Placement, NoTransferOverwritesWordsThatAreStillNeeded) {
  for (const int columns : {8, 16, 32}) {
    hardware::AcceleratorSpec spec = spec_of(hardware::Placement::kStreaming, 1);
    spec.array.columns = columns;
    spec.accumulator.depth = 40;  // tiles are fetched again for every block of M
    const TileProgram program = make_program(testing::random_residual_network(2), spec);
    int waits_for_the_fold_before = 0;
    for (std::size_t i = 0; i < program.folds.size(); ++i) {
      const Tile& tile = program.tile_of(program.folds[i]);
      const int after = program.folds[i].transfer_after;
      waits_for_the_fold_before += after == static_cast<int>(i) - 1 ? 1 : 0;
      // When fold `after` has been loaded, folds after+1 .. i-1 are still to come.
      for (int pending = after + 1; pending < static_cast<int>(i); ++pending) {
        const Tile& needed = program.tile_of(program.folds[static_cast<std::size_t>(pending)]);
        EXPECT_TRUE(tile.end() <= needed.address || needed.end() <= tile.address)
            << "fold " << i << " overwrites fold " << pending;
      }
    }
    if (columns == 32) {
      EXPECT_GT(waits_for_the_fold_before, 0);
    }
  }
}

}  // namespace
}  // namespace brownout::schedule
