// Words that are written anew for known cells: those that hold codes only have a short way of their
// own, which must lead where WordPath::written does.
#include "sim/storage/weight_image.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "memory/numbers/keyed_random.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::storage {
namespace {

using memory::Encoding;

/// One layer, all its weights storable; tiles at its edges are not full, nor are words.
models::QuantizedNetwork network_of(Encoding encoding, int weight_bits) {
  testing::NetworkBuilder builder(7, {11, 1, 1});
  models::QuantizedNetwork network = builder.convolution(0, 13, {}).build();
  auto& layer = std::get<models::Convolution>(network.nodes.front());
  layer.weight_bits = weight_bits;
  const memory::CodeTable table(encoding, weight_bits);
  for (std::int8_t& weight : layer.weights) {
    weight = table.value(static_cast<std::uint8_t>(weight) &
                         memory::WideBits::low_bits(static_cast<std::uint32_t>(weight_bits)));
  }
  return network;
}

/// One cell in eight stuck.
memory::CellMasks stuck_cells(const memory::SramGeometry& geometry) {
  memory::CellMasks cells(geometry);
  geometry.for_each_row([&](const memory::RowAddress& row) {
    for (std::uint32_t column = 0; column < geometry.columns; ++column) {
      const std::uint64_t any = memory::keyed_hash(row.bank, row.row, column) % 16;
      if (any == 0) cells.set(row.cell(column), memory::FaultKind::kStuckAt0);
      if (any == 1) cells.set(row.cell(column), memory::FaultKind::kStuckAt1);
    }
  });
  return cells;
}

schedule::WeightLayout with_rows_backward(const schedule::TileProgram& program,
                                          schedule::WeightLayout layout) {
  for (const schedule::Tile& tile : program.tiles) {
    std::vector<std::uint32_t> slots(static_cast<std::size_t>(tile.rows));
    std::iota(slots.rbegin(), slots.rend(), 0U);
    layout.slots.push_back(slots);
  }
  return layout;
}

/// Every word and weight of a rewritten image, found by row and column.
void expect_rewritten(const testing::StoredNetwork& net, const schedule::WeightLayout& layout) {
  const WordPath path = net.path();
  const memory::WordMasks known =
      memory::word_masks(net.organisation(), stuck_cells(net.organisation().geometry()));
  WeightImage image = net.image;
  image.rewrite(net.program, layout, path, ByReadVoltage(known));
  int changed = 0;
  for (const schedule::TileIndex t : net.program.tiles.indices()) {
    const schedule::Tile& tile = net.program.tiles[t];
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const auto w = static_cast<std::uint32_t>(column / tile.lanes);
        const std::uint64_t index =
            static_cast<unsigned>(row) * std::uint64_t{tile.words_per_row} + w;
        const TileWord word = tile_word(net.program, tile, w);
        const memory::WordBits stored =
            path.written(word, path.read(word, net.image.word(t, index)).codes,
                         known.word(layout.address_of(tile, t, index)));
        ASSERT_EQ(image.word(t, index), stored);
        const std::size_t weight = net.program.weight_at(tile, {row, column});
        const int value = path.table(word.weight_bits)
                              .value(word.code(path.read(word, stored).codes, column % tile.lanes));
        ASSERT_EQ(image.weights()[tile.node][weight], value);
        if (value != net.written[tile.node][weight]) ++changed;
      }
    }
  }
  EXPECT_GT(changed, 0);
}

TEST(WeightImage, IsRewrittenToTheWordsThatThePathWrites) {
  for (const Encoding encoding : {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                  Encoding::kSignMagnitude, Encoding::kGray}) {
    memory::StorageScheme scheme;
    scheme.encoding = encoding;
    scheme.policy = memory::make_write_policy("faq", encoding);
    for (int weight_bits = 1; weight_bits <= 8; ++weight_bits) {
      for (const int word_bits : {8, 16, 32, 64, 128, 256}) {
        SCOPED_TRACE(memory::to_string(encoding) + ", weights of " + std::to_string(weight_bits) +
                     " bits in words of " + std::to_string(word_bits));
        hardware::AcceleratorSpec spec = small_spec(hardware::Placement::kResident);
        spec.weight_sram.word_bits = word_bits;
        const testing::StoredNetwork net(network_of(encoding, weight_bits), spec, scheme);
        expect_rewritten(net, net.layout);
        expect_rewritten(net, with_rows_backward(net.program, net.layout));
      }
    }
  }
}

}  // namespace
}  // namespace brownout::storage
