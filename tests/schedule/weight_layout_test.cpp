#include "sim/schedule/weight_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "sim/schedule/program_builder.hpp"
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

TEST(WeightLayout, ResidentTilesFollowEachOtherWithoutGaps) {
  const TileProgram program = program_of(hardware::Placement::kResident, 16);
  const WeightLayout layout = lay_out(program);
  std::uint64_t next = 0;
  for (const TileIndex i : program.tiles.indices()) {
    EXPECT_EQ(layout.first_word[i], next);
    next += program.tiles[i].words();
  }
  EXPECT_EQ(program.weight_words, next);
}

TEST(WeightLayout, ResidentTilesThatDoNotFitAreRefusedWithTheNumbers) {
  try {
    lay_out(program_of(hardware::Placement::kResident, 1));
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr("placement: resident"),
                                               ::testing::HasSubstr("has 1 KiB")));
  }
}

TEST(WeightLayout, ARingStartsAtZeroWhenATileDoesNotFitBeforeTheEnd) {
  const TileProgram program = program_of(hardware::Placement::kStreaming, 1);
  const WeightLayout layout = lay_out(program);
  std::uint64_t next = 0;
  int wraps = 0;
  for (const TileIndex i : program.tiles.indices()) {
    if (next + program.tiles[i].words() > 256) {
      next = 0;
      ++wraps;
    }
    EXPECT_EQ(layout.first_word[i], next);
    next += program.tiles[i].words();
  }
  EXPECT_GT(wraps, 3);
}

TEST(WeightLayout, ARingCanRestartAtEveryLayer) {
  const TileProgram program = program_of(hardware::Placement::kRestartPerLayer, 1);
  const WeightLayout layout = lay_out(program);
  for (const Layer& layer : program.layers) {
    if (!layer.matrix) continue;
    EXPECT_EQ(layout.first_word[program.folds_of(layer).front().tile], 0U);
  }
}

TEST(WeightLayout, ATileLargerThanTheRingIsRefused) {
  hardware::AcceleratorSpec spec = spec_of(hardware::Placement::kStreaming, 1);
  spec.array = {128, 128};
  spec.activation_sram.banks = 16;
  const TileProgram program = make_program(testing::random_residual_network(2), spec);
  EXPECT_THROW(lay_out(program), InputError);
}

// A transfer may start only when no fold that is still to be loaded needs the words it overwrites.
TEST(WeightLayout, NoTransferOverwritesWordsThatAreStillNeeded) {
  for (const hardware::ArraySpec array : {hardware::ArraySpec{8, 8}, {8, 16}, {48, 32}}) {
    hardware::AcceleratorSpec spec = spec_of(hardware::Placement::kStreaming, 1);
    spec.array = array;
    spec.accumulator.depth = 40;  // tiles are fetched again for every block of M
    const TileProgram program = make_program(testing::random_residual_network(2), spec);
    const WeightLayout layout = lay_out(program);
    const auto begin = [&](const Fold& fold) { return layout.first_word[fold.tile]; };
    const auto end = [&](const Fold& fold) { return begin(fold) + program.tile_of(fold).words(); };
    int waits_for_the_fold_before = 0;
    for (const FoldIndex i : program.folds.indices()) {
      const Fold& fold = program.folds[i];
      const auto after = layout.transfer_after[i];
      waits_for_the_fold_before += after && *after + 1 == i ? 1 : 0;
      // When fold `after` has been loaded, the folds between it and this one are still to come.
      for (FoldIndex pending = after ? *after + 1 : FoldIndex{}; pending < i; ++pending) {
        const Fold& needed = program.folds[pending];
        EXPECT_TRUE(end(fold) <= begin(needed) || end(needed) <= begin(fold))
            << "fold " << i.value << " overwrites fold " << pending.value;
      }
    }
    // Tiles of more than half the ring overwrite the one before.
    EXPECT_EQ(waits_for_the_fold_before > 0, array.rows == 48) << array.rows;
  }
}

}  // namespace
}  // namespace brownout::schedule
