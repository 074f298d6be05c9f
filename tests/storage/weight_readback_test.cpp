// The way back from a cell, against the way forward: encode all words, read them through their
// masks, decode.
#include "sim/storage/weight_readback.hpp"

#include <gtest/gtest.h>

#include "memory/numbers/keyed_random.hpp"
#include "memory/sram_macro.hpp"
#include "sim/storage/weight_locator.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/parity_code.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

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
models::WeightSet read_forward(const testing::StoredNetwork& net, const memory::CellMasks& cells) {
  const schedule::TileProgram& program = net.program;
  const memory::Encoding encoding = net.scheme.encoding;
  memory::SramMacro sram(net.organisation());
  const memory::WordMasks masks = memory::word_masks(net.organisation(), cells);
  sram.set_masks(masks);
  models::WeightSet result = net.written;
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const models::NodeIndex node = tile.node;
    const schedule::Gemm& gemm = program.layers[node].gemm;
    const int bits = program.layers[node].weight_bits;
    const int lanes = program.spec.weight_sram.word_bits / bits;
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const std::size_t word = static_cast<std::size_t>(row) * tile.words_per_row +
                                 static_cast<std::size_t>(column / lanes);
        sram.write(net.layout.first_word[t] + word, net.image.word(t, word));
        const memory::WideBits read = sram.read(net.layout.first_word[t] + word).data;
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
  memory::SramGeometry geometry() const { return spec_.weight_sram.organisation().geometry(); }

  models::QuantizedNetwork network_ = testing::random_residual_network(12);
  hardware::AcceleratorSpec spec_ = small_spec(GetParam());
};

TEST_P(ReadBack, EqualsReadingEveryWordForward) {
  models::WeightSet written = models::clean_weights(network_);
  for (std::vector<std::int8_t>& weights : written) {
    // Sign-magnitude cannot hold -128, and small weights often read as one of its two zeros.
    for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(weight / 24);
  }
  for (const memory::Encoding encoding :
       {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
        memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
    const memory::CellMasks cells = mixed_cells(geometry(), 4);
    const testing::StoredNetwork net(network_, spec_, {.encoding = encoding}, written);
    const WeightReadback back = net.read(cells);
    EXPECT_EQ(back.weights, read_forward(net, cells));
    EXPECT_GT(back.weights_changed(), 0.1);
  }
}

TEST_P(ReadBack, EqualsReadingEveryWordForwardForEveryWidthAndWord) {
  hardware::AcceleratorSpec spec = spec_;
  const bool resident = GetParam() == hardware::Placement::kResident;
  for (int bits = 1; bits <= 8; ++bits) {
    // The second layer has another width than the first, the third that of the first, and so on.
    const auto network = testing::with_weight_bits(network_, {bits, 9 - bits});
    for (const int word_bits : {8, 16, 24, 40, 64, 96, 128, 200, 256}) {
      spec.weight_sram.word_bits = word_bits;
      spec.weight_sram.capacity_kib = (resident ? 8 : 1) * word_bits / 8;
      const memory::CellMasks cells =
          mixed_cells(spec.weight_sram.organisation().geometry(), static_cast<unsigned>(bits));
      for (const memory::Encoding encoding :
           {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
            memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
        const testing::StoredNetwork net(network, spec, {.encoding = encoding});
        const WeightReadback back = net.read(cells);
        EXPECT_EQ(back.weights, read_forward(net, cells))
            << bits << " bits in words of " << word_bits << ", " << memory::to_string(encoding);
        EXPECT_GT(back.weights_changed(), 0.03);
      }
    }
  }
}

TEST_P(ReadBack, CountsTheWrongBitsOfEveryFetch) {
  const testing::StoredNetwork net(network_, spec_);
  const WeightReadback back = net.read(mixed_cells(geometry(), 4));
  std::uint64_t fetched = 0;
  std::uint64_t wrong = 0;
  for (const schedule::Fold& fold : net.program.folds) {
    const schedule::Tile& tile = net.program.tile_of(fold);
    const models::NodeIndex node = tile.node;
    const schedule::Gemm& gemm = net.program.layers[node].gemm;
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const auto index = static_cast<std::size_t>(
            (tile.group * gemm.n + tile.n0 + column) * gemm.k + tile.k0 + row);
        fetched += 8;
        wrong += static_cast<std::uint64_t>(__builtin_popcount(
            static_cast<std::uint8_t>(back.weights[node][index] ^ net.written[node][index])));
      }
    }
  }
  EXPECT_EQ(back.effective_ber(), static_cast<double>(wrong) / static_cast<double>(fetched));
}

// A word whose parity fails reads as zeros: every weight of it, in every tile that stands on it.
TEST_P(ReadBack, ReadsWordsThroughTheirCode) {
  const testing::StoredNetwork net(network_, spec_,
                                   testing::with_parity(memory::Encoding::kTwosComplement));
  EXPECT_EQ(net.organisation().geometry().columns, 33U * 4);
  const memory::CellMasks cells = mixed_cells(net.organisation().geometry(), 4);
  memory::SramMacro sram(net.organisation());
  const memory::WordMasks masks = memory::word_masks(net.organisation(), cells);
  sram.set_masks(masks);
  models::WeightSet expected = net.written;
  models::ByNode<std::uint64_t> zeroed(network_.nodes.size(), 0);
  const auto fetches = fetches_per_tile(net.program);
  for (const schedule::TileIndex t : net.program.tiles.indices()) {
    const schedule::Tile& tile = net.program.tiles[t];
    const models::NodeIndex node = tile.node;
    for (std::uint64_t w = 0; w < tile.words(); ++w) {
      const std::uint64_t address = net.layout.first_word[t] + w;
      sram.write(address, net.image.word(t, w));
      const memory::WordBits read = sram.read(address);
      const bool fails = (read.data.count() + read.check.count()) % 2 != 0;
      zeroed[node] += fails ? fetches[t] : 0;
      for (int column = 0; column < 4; ++column) {
        const int n = static_cast<int>(w % tile.words_per_row) * 4 + column;
        if (n >= tile.columns) continue;
        const std::size_t weight = net.program.weight_at(
            tile, {.row = static_cast<int>(w / tile.words_per_row), .column = n});
        const auto code = static_cast<std::uint8_t>(
            fails ? 0 : read.data.field(static_cast<std::uint32_t>(8 * column), 8));
        expected[node][weight] = static_cast<std::int8_t>(code);
      }
    }
  }
  const WeightReadback back = net.read(cells);
  EXPECT_EQ(back.weights, expected);
  for (const models::NodeIndex node : zeroed.indices()) {
    EXPECT_EQ(back.layers[node].codewords.uncorrectable, zeroed[node]);
    EXPECT_EQ(back.layers[node].codewords.corrected, 0U);
  }
  EXPECT_GT(zeroed[{4}], 10U);
}

TEST_P(ReadBack, WithoutFaultsNothingChanges) {
  const testing::StoredNetwork net(network_, spec_);
  const WeightReadback back = net.read(memory::CellMasks(geometry()));
  EXPECT_EQ(back.weights, net.written);
  EXPECT_EQ(back.effective_ber(), 0);
  EXPECT_EQ(back.weights_changed(), 0);
}

TEST_P(ReadBack, RefusesMasksOfAnotherSram) {
  const memory::CellMasks other({1, 2, 3});
  EXPECT_THROW(testing::StoredNetwork(network_, spec_).read(other), std::logic_error);
}

INSTANTIATE_TEST_SUITE_P(Placements, ReadBack,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming,
                                           hardware::Placement::kRestartPerLayer),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
