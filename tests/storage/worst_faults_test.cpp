// The list against one made the other way: from every failing cell back to its weights.
#include "sim/storage/worst_faults.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

#include "sim/storage/weight_locator.hpp"
#include "tests/storage/damaged_network.hpp"

namespace brownout::storage {
namespace {

class WorstFaults : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  WorstFaults() : net_(GetParam()) {}

  std::vector<WeightFault> worst(std::size_t count, const FaultFilter& filter = {}) const {
    return worst_faults(net_.network, net_.stored(), net_.path(filter),
                        ByReadVoltage(memory::CellFaults{net_.cells}), count);
  }
  const models::Convolution& layer(models::NodeIndex node) const {
    return std::get<models::Convolution>(net_.network.nodes[node]);
  }
  double scale(models::NodeIndex index, std::size_t channel) const {
    return layer(index).weight_scales[channel];
  }
  double range(models::NodeIndex index) const {
    double most = 0;
    const auto k = static_cast<std::size_t>(layer(index).k_size());
    for (std::size_t w = 0; w < layer(index).weights.size(); ++w) {
      most = std::max(most, std::abs(layer(index).weights[w] * scale(index, w / k)));
    }
    return most;
  }

  DamagedNetwork net_;
};

/// Cell, layer, weight, bit.
using Place = std::tuple<memory::CellAddress, models::NodeIndex, std::size_t, int>;

// Two's complement: bit b of a code is worth 2^b steps, the top one -2^7.
TEST_P(WorstFaults, AreTheWorstOfAllBitsThatReadWrong) {
  const memory::SramOrganisation organisation = net_.organisation();
  const TileFinder finder(net_.program, net_.layout);
  const auto fetches = fetches_per_tile(net_.program);
  struct Found {
    double relative_error;
    std::uint64_t fetches;
  };
  std::map<Place, Found> all;
  net_.cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    const memory::BitAddress address = organisation.address_of(cell);
    finder.for_each_at(address.word, [&](schedule::TileIndex tile, std::uint64_t index) {
      const schedule::Tile& of = net_.program.tiles[tile];
      const WeightsOfWord held = weights_of(net_.program, tile, index);
      if (address.bit >= held.word.bits()) return;
      const std::size_t weight = held.first + address.bit / 8 * held.stride;
      const int bit = static_cast<int>(address.bit % 8);
      const int stored = layer(of.node).weights[weight] >> bit & 1;
      const int read = kind == memory::FaultKind::kFlip       ? 1 - stored
                       : kind == memory::FaultKind::kStuckAt1 ? 1
                                                              : 0;
      if (read == stored) return;
      const std::size_t channel = weight / static_cast<std::size_t>(layer(of.node).k_size());
      const double error = std::ldexp(1, bit) * scale(of.node, channel);
      all[{cell, of.node, weight, bit}] = {error / range(of.node), fetches[tile]};
    });
  });
  ASSERT_GT(all.size(), 100U);

  const std::vector<WeightFault> everything = worst(1'000'000);
  ASSERT_EQ(everything.size(), all.size());
  for (const WeightFault& fault : everything) {
    const auto found = all.find({fault.cell, fault.node, fault.weight, fault.bit});
    ASSERT_NE(found, all.end());
    EXPECT_DOUBLE_EQ(fault.relative_error, found->second.relative_error);
    EXPECT_EQ(fault.fetches, found->second.fetches);
    EXPECT_EQ(std::abs(fault.alone - fault.written), 1 << fault.bit);
    EXPECT_EQ(fault.kind, net_.cells.at(fault.cell));
  }
  EXPECT_TRUE(std::is_sorted(everything.begin(), everything.end(),
                             [](const WeightFault& left, const WeightFault& right) {
                               return left.relative_error > right.relative_error;
                             }));
  const std::vector<WeightFault> ten = worst(10);
  ASSERT_EQ(ten.size(), 10U);
  for (std::size_t i = 0; i < ten.size(); ++i) {
    EXPECT_EQ(ten[i].cell, everything[i].cell);
    EXPECT_EQ(ten[i].weight, everything[i].weight);
  }
}

TEST_P(WorstFaults, NameThePlaceOfTheWeight) {
  const WeightReadback back = net_.read();
  for (const WeightFault& fault : worst(300)) {
    const models::Convolution& of = layer(fault.node);
    const models::NodeIndex node = fault.node;
    EXPECT_EQ(of.weights[fault.weight], fault.written);
    EXPECT_EQ(back.weights[node][fault.weight], fault.read);
    EXPECT_EQ(static_cast<std::size_t>(fault.n * of.k_size() + fault.k), fault.weight);
    EXPECT_EQ((fault.c * of.window.kernel_height + fault.kh) * of.window.kernel_width + fault.kw,
              fault.k);
    EXPECT_LT(fault.kh, of.window.kernel_height);
    EXPECT_LT(fault.kw, of.window.kernel_width);
    // Forward: the tile of that number holds the weight, and the cell is that of its bit.
    const auto first =
        std::find_if(net_.program.tiles.begin(), net_.program.tiles.end(),
                     [&](const schedule::Tile& tile) { return tile.node == fault.node; });
    const schedule::Tile& tile = *(first + fault.tile);
    const int row = fault.k - tile.k0;
    const int column = fault.n - tile.group * net_.program.layers[node].gemm.n - tile.n0;
    ASSERT_TRUE(row >= 0 && row < tile.rows && column >= 0 && column < tile.columns);
    EXPECT_EQ(fault.group, tile.group);
    const std::uint64_t word = net_.layout.first_word[{static_cast<std::size_t>(
                                   first - net_.program.tiles.begin() + fault.tile)}] +
                               static_cast<std::uint64_t>(row) * tile.words_per_row +
                               static_cast<std::uint64_t>(column / 4);
    EXPECT_EQ(
        net_.organisation().locate({word, static_cast<std::uint32_t>(column % 4 * 8 + fault.bit)}),
        fault.cell);
  }
}

TEST_P(WorstFaults, AreOfThoseThatAct) {
  FaultFilter filter;
  filter.layers.assign(net_.network.nodes.size(), false);
  filter.layers[{2}] = true;
  filter.bits = 0b00110000;
  const std::vector<WeightFault> some = worst(1'000'000, filter);
  EXPECT_GT(some.size(), 5U);
  for (const WeightFault& fault : some) {
    EXPECT_EQ(fault.node.value, 2U);
    EXPECT_TRUE(fault.bit == 4 || fault.bit == 5);
  }
}

TEST_P(WorstFaults, OfIntermittentCellsTellHowOftenTheyFail) {
  memory::CellFaults faults{memory::CellMasks(net_.cells.geometry())};
  net_.cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    faults.intermittent.push_back({cell, kind, 0.25});
  });
  const std::vector<WeightFault> certain = worst(20);
  const std::vector<WeightFault> maybe =
      worst_faults(net_.network, net_.stored(), net_.path(), ByReadVoltage(faults), 20);
  ASSERT_EQ(maybe.size(), certain.size());
  for (std::size_t i = 0; i < maybe.size(); ++i) {
    EXPECT_EQ(maybe[i].cell, certain[i].cell);
    EXPECT_EQ(maybe[i].probability, 0.25);
    EXPECT_EQ(certain[i].probability, 1);
  }
}

TEST_P(WorstFaults, OfAGoodChipAreNone) {
  EXPECT_TRUE(
      worst_faults(net_.network, net_.stored(), net_.path(),
                   ByReadVoltage(memory::CellFaults{memory::CellMasks(net_.cells.geometry())}), 5)
          .empty());
}

INSTANTIATE_TEST_SUITE_P(Placements, WorstFaults,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
