// The way back from cells to sums, against a walk forward from every output of every layer.
#include "sim/storage/accumulator_readback.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "sim/hardware/on_chip_memory.hpp"
#include "sim/schedule/program_builder.hpp"
#include "tests/support/random_cells.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::storage {
namespace {

hardware::AcceleratorSpec spec_of(int columns, int bits, int depth) {
  hardware::AcceleratorSpec spec;
  spec.array = {4, columns};
  spec.accumulator.bits = bits;
  spec.accumulator.depth = depth;
  return spec;
}

std::uint32_t bit_of(const std::vector<std::uint32_t>& mask, std::size_t element, unsigned bit) {
  return mask.empty() ? 0 : mask[element] >> bit & 1;
}

TEST(AccumulatorReadback, GivesEveryOutputTheFaultsOfTheEntryThatSumsIt) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  for (const auto& spec : {spec_of(8, 32, 4096), spec_of(3, 20, 7), spec_of(1, 9, 64)}) {
    const schedule::TileProgram program = schedule::make_program(network, spec);
    const auto organisation = hardware::organisation(spec, hardware::OnChipMemory::kAccumulator);
    memory::CellMasks cells =
        testing::random_cells(organisation.geometry(), 0.05, memory::FaultKind::kFlip, 1);
    testing::add_random_cells(cells, 0.05, memory::FaultKind::kStuckAt0, 2);
    testing::add_random_cells(cells, 0.05, memory::FaultKind::kStuckAt1, 3);
    const models::SumMasks masks = read_back_accumulators(program, network, cells);
    ASSERT_EQ(masks.size(), network.nodes.size());
    for (const schedule::Fold& fold : program.folds) {
      const schedule::Tile& tile = program.tile_of(fold);
      const schedule::Layer& layer = program.layer_of(tile);
      const models::Shape& output =
          network.tensor(models::node_output(network.nodes[tile.node])).shape;
      const auto& found = masks[tile.node];
      for (std::int64_t m = 0; m < fold.m_count; ++m) {
        for (int c = 0; c < tile.columns; ++c) {
          const std::uint64_t word =
              hardware::accumulator_word({fold.half(), c, m}, spec.array.columns);
          const auto element = static_cast<std::size_t>((fold.m0 + m) * output.channels +
                                                        tile.group * layer.gemm.n + tile.n0 + c);
          for (unsigned bit = 0; bit < organisation.word_bits; ++bit) {
            const auto fault = cells.at(organisation.locate({word, bit}));
            ASSERT_EQ(bit_of(found.flip, element, bit) != 0, fault == memory::FaultKind::kFlip);
            ASSERT_EQ(bit_of(found.stuck_at_0, element, bit) != 0,
                      fault == memory::FaultKind::kStuckAt0);
            ASSERT_EQ(bit_of(found.stuck_at_1, element, bit) != 0,
                      fault == memory::FaultKind::kStuckAt1);
          }
        }
      }
    }
  }
}

TEST(AccumulatorReadback, LeavesLayersWithoutFaultsAlone) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  const schedule::TileProgram program = schedule::make_program(network, spec_of(8, 32, 4096));
  const auto organisation =
      hardware::organisation(program.spec, hardware::OnChipMemory::kAccumulator);
  memory::CellMasks cells(organisation.geometry());
  cells.set({0, 4000, 3}, memory::FaultKind::kFlip);  // no layer has so many pixels
  for (const auto& masks : read_back_accumulators(program, network, cells)) {
    EXPECT_TRUE(masks.empty());
  }
}

TEST(AccumulatorReadback, RefusesMasksOfAnotherGeometry) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  const schedule::TileProgram program = schedule::make_program(network, spec_of(8, 32, 64));
  const memory::CellMasks cells(program.spec.weight_sram.organisation().geometry());
  EXPECT_THROW(read_back_accumulators(program, network, cells), std::logic_error);
}

TEST(AccumulatorOrganisation, IsABankPerColumnAndARowPerEntryOfBothHalves) {
  const hardware::AcceleratorSpec spec = spec_of(3, 20, 7);
  const auto organisation = hardware::organisation(spec, hardware::OnChipMemory::kAccumulator);
  EXPECT_EQ(organisation.geometry(), (memory::SramGeometry{3, 7, 40}));
  const memory::CellAddress cell = organisation.locate(
      {hardware::accumulator_word({.half = 1, .column = 2, .entry = 5}, 3), 11});
  EXPECT_EQ(cell, (memory::CellAddress{2, 5, 23}));
}

}  // namespace
}  // namespace brownout::storage
