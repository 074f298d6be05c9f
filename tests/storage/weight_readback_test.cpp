// The way back from a cell, against the way forward: encode all words, read them through their
// masks, decode.
#include "sim/storage/weight_readback.hpp"

#include <gtest/gtest.h>

#include "memory/numbers/keyed_random.hpp"
#include "sim/storage/weight_image.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::storage {
namespace {

memory::CellMasks mixed_cells(const memory::SramGeometry& geometry, std::uint64_t seed) {
  memory::CellMasks cells(geometry);
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t hash = memory::keyed_hash(seed, bank, row, column);
        if (hash % 20 == 0) {
          cells.set({bank, row, column}, static_cast<memory::FaultKind>(hash / 20 % 3));
        }
      }
    }
  }
  return cells;
}

/// Forward: every tile's words, through the masks, back to weights.
models::WeightSet read_forward(const schedule::TileProgram& program,
                               const models::WeightSet& written, const memory::CellMasks& cells,
                               memory::Encoding encoding) {
  const memory::SramOrganisation organisation = program.spec.weight_sram.organisation();
  memory::SramMacro sram(organisation);
  sram.set_masks(memory::word_masks(organisation, cells));
  models::WeightSet result = written;
  for (const schedule::Tile& tile : program.tiles) {
    const std::vector<memory::WordBits> words = tile_words(program, tile, written, encoding);
    const auto node = static_cast<std::size_t>(tile.layer);
    const schedule::Gemm& gemm = program.layers[node].gemm;
    const int bits = program.layers[node].weight_bits;
    const int lanes = program.spec.weight_sram.word_bits / bits;
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const std::size_t word = static_cast<std::size_t>(row) * tile.words_per_row +
                                 static_cast<std::size_t>(column / lanes);
        sram.write(tile.address + word, words[word]);
        const memory::WordBits read = sram.read(tile.address + word);
        const std::size_t channel =
            static_cast<std::size_t>(tile.group * gemm.n + tile.n0 + column);
        result[node][channel * static_cast<std::size_t>(gemm.k) +
                     static_cast<std::size_t>(tile.k0 + row)] =
            static_cast<std::int8_t>(
                memory::decode(encoding,
                               static_cast<std::uint32_t>(
                                   read.field(static_cast<std::uint32_t>(column % lanes * bits),
                                              static_cast<std::uint32_t>(bits))),
                               bits));
      }
    }
  }
  return result;
}

class ReadBack : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  ReadBack() : network_(testing::random_residual_network(12)) {
    hardware::AcceleratorSpec spec;
    spec.array = {8, 6};  // rows that do not fill their last word
    spec.accumulator.depth = 30;
    spec.placement = GetParam();
    const int capacity = GetParam() == hardware::Placement::kResident ? 16 : 1;
    spec.weight_sram = {.capacity_kib = capacity, .banks = 2, .word_bits = 32, .column_mux = 4};
    program_ = schedule::make_program(network_, spec);
  }

  models::QuantizedNetwork network_;
  schedule::TileProgram program_;
};

TEST_P(ReadBack, EqualsReadingEveryWordForward) {
  models::WeightSet written = models::clean_weights(network_);
  for (std::vector<std::int8_t>& weights : written) {
    // Sign-magnitude cannot hold -128, and small weights often read as one of its two zeros.
    for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(weight / 24);
  }
  const auto geometry = program_.spec.weight_sram.organisation().geometry();
  for (const memory::Encoding encoding :
       {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
        memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
    const memory::CellMasks cells = mixed_cells(geometry, 4);
    const WeightReadback back = read_back(program_, written, cells, encoding);
    EXPECT_EQ(back.weights, read_forward(program_, written, cells, encoding));
    EXPECT_GT(back.weights_changed(), 0.1);
  }
}

TEST_P(ReadBack, EqualsReadingEveryWordForwardForEveryWidthAndWord) {
  hardware::AcceleratorSpec spec = program_.spec;
  const bool resident = GetParam() == hardware::Placement::kResident;
  for (int bits = 2; bits <= 8; ++bits) {
    // The second layer has another width than the first, the third that of the first, and so on.
    const auto network = testing::with_weight_bits(network_, {bits, 10 - bits});
    const models::WeightSet written = models::clean_weights(network);
    for (const int word_bits : {8, 16, 24, 40, 64, 96, 128, 200, 256}) {
      spec.weight_sram.word_bits = word_bits;
      spec.weight_sram.capacity_kib = (resident ? 8 : 1) * word_bits / 8;
      const schedule::TileProgram program = schedule::make_program(network, spec);
      const memory::CellMasks cells =
          mixed_cells(spec.weight_sram.organisation().geometry(), static_cast<unsigned>(bits));
      for (const memory::Encoding encoding :
           {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
            memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
        const WeightReadback back = read_back(program, written, cells, encoding);
        EXPECT_EQ(back.weights, read_forward(program, written, cells, encoding))
            << bits << " bits in words of " << word_bits << ", " << memory::to_string(encoding);
        EXPECT_GT(back.weights_changed(), 0.03);
      }
    }
  }
}

TEST_P(ReadBack, CountsTheWrongBitsOfEveryFetch) {
  const models::WeightSet written = models::clean_weights(network_);
  const auto geometry = program_.spec.weight_sram.organisation().geometry();
  const WeightReadback back =
      read_back(program_, written, mixed_cells(geometry, 4), memory::Encoding::kTwosComplement);
  std::uint64_t fetched = 0;
  std::uint64_t wrong = 0;
  for (const schedule::Fold& fold : program_.folds) {
    const schedule::Tile& tile = program_.tile_of(fold);
    const auto node = static_cast<std::size_t>(tile.layer);
    const schedule::Gemm& gemm = program_.layers[node].gemm;
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const auto index = static_cast<std::size_t>(
            (tile.group * gemm.n + tile.n0 + column) * gemm.k + tile.k0 + row);
        fetched += 8;
        wrong += static_cast<std::uint64_t>(__builtin_popcount(
            static_cast<std::uint8_t>(back.weights[node][index] ^ written[node][index])));
      }
    }
  }
  EXPECT_EQ(back.effective_ber(), static_cast<double>(wrong) / static_cast<double>(fetched));
}

TEST_P(ReadBack, WithoutFaultsNothingChanges) {
  const models::WeightSet written = models::clean_weights(network_);
  const memory::CellMasks good(program_.spec.weight_sram.organisation().geometry());
  const WeightReadback back = read_back(program_, written, good, memory::Encoding::kTwosComplement);
  EXPECT_EQ(back.weights, written);
  EXPECT_EQ(back.effective_ber(), 0);
  EXPECT_EQ(back.weights_changed(), 0);
}

TEST_P(ReadBack, RefusesMasksOfAnotherSram) {
  const memory::CellMasks other({1, 2, 3});
  EXPECT_THROW(read_back(program_, models::clean_weights(network_), other,
                         memory::Encoding::kTwosComplement),
               std::logic_error);
}

INSTANTIATE_TEST_SUITE_P(Placements, ReadBack,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming,
                                           hardware::Placement::kRestartPerLayer),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
