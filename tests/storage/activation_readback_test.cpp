// The way back from cells to activations, against a walk forward from every bit of every tensor.
#include "sim/storage/activation_readback.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/hardware/on_chip_memory.hpp"
#include "sim/schedule/program_builder.hpp"
#include "tests/support/random_cells.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::storage {
namespace {

hardware::AcceleratorSpec spec_of(int banks, int word_bits, int column_mux) {
  hardware::AcceleratorSpec spec;
  spec.array = {4, 4};
  spec.activation_sram = {
      .capacity_kib = 16, .banks = banks, .word_bits = word_bits, .column_mux = column_mux};
  return spec;
}

/// One bit of a mask, as the fault of the cell that holds it demands.
void expect_bit(const models::ReadMasks<std::uint8_t>& masks, std::size_t element, unsigned bit,
                std::optional<memory::FaultKind> fault) {
  const auto is_set = [&](const std::vector<std::uint8_t>& mask) {
    return !masks.empty() && (mask[element] >> bit & 1) != 0;
  };
  EXPECT_EQ(is_set(masks.stuck_at_0), fault == memory::FaultKind::kStuckAt0);
  EXPECT_EQ(is_set(masks.stuck_at_1), fault == memory::FaultKind::kStuckAt1);
  EXPECT_EQ(is_set(masks.flip), fault == memory::FaultKind::kFlip);
}

TEST(ActivationReadback, GivesEveryElementTheFaultsOfTheCellsThatHoldIt) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  for (const hardware::AcceleratorSpec& spec :
       {spec_of(8, 64, 4), spec_of(3 + 1, 8, 2), spec_of(2, 32, 1)}) {
    const schedule::TileProgram program = schedule::make_program(network, spec);
    const memory::SramOrganisation organisation = spec.activation_sram.organisation();
    memory::CellMasks cells =
        testing::random_cells(organisation.geometry(), 0.05, memory::FaultKind::kFlip, 1);
    testing::add_random_cells(cells, 0.05, memory::FaultKind::kStuckAt0, 2);
    testing::add_random_cells(cells, 0.05, memory::FaultKind::kStuckAt1, 3);
    const models::TensorMasks masks = read_back_activations(program, network, cells);
    ASSERT_EQ(masks.size(), network.tensors.size());
    const unsigned word_bytes = organisation.word_bits / 8;
    for (std::size_t id = 0; id < masks.size(); ++id) {
      const auto size = static_cast<std::size_t>(network.tensors[id].shape.size());
      for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t byte = program.tensor_address[id] + i;
        for (unsigned bit = 0; bit < 8; ++bit) {
          const auto bit_of_word = static_cast<std::uint32_t>(byte % word_bytes * 8 + bit);
          expect_bit(masks[id], i, bit,
                     cells.at(organisation.locate({byte / word_bytes, bit_of_word})));
        }
      }
    }
  }
}

TEST(ActivationReadback, LeavesTensorsWithoutFaultsAlone) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  const hardware::AcceleratorSpec spec = spec_of(8, 64, 4);
  const schedule::TileProgram program = schedule::make_program(network, spec);
  const memory::SramOrganisation organisation = spec.activation_sram.organisation();
  memory::CellMasks cells(organisation.geometry());
  const std::uint64_t behind_all = program.activation_bytes / 8 + 1;
  cells.set(organisation.locate({behind_all, 0}), memory::FaultKind::kFlip);
  for (const auto& masks : read_back_activations(program, network, cells)) {
    EXPECT_TRUE(masks.empty());
  }
}

TEST(ActivationReadback, RefusesMasksOfAnotherGeometry) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  const schedule::TileProgram program = schedule::make_program(network, spec_of(8, 64, 4));
  const memory::CellMasks cells(program.spec.weight_sram.organisation().geometry());
  EXPECT_THROW(read_back_activations(program, network, cells), std::logic_error);
}

}  // namespace
}  // namespace brownout::storage
