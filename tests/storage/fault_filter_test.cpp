// A filtered read-back against the unfiltered one, restricted here by hand.
#include "sim/storage/fault_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "memory/base/input_error.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::storage {
namespace {

using memory::Encoding;

/// Codes of all weights of one layer.
std::vector<std::uint32_t> codes_of(const std::vector<std::int8_t>& weights, Encoding encoding) {
  std::vector<std::uint32_t> codes;
  for (const std::int8_t weight : weights) codes.push_back(memory::encode(encoding, weight, 8));
  return codes;
}

class Filter : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  Filter() : network_(testing::random_residual_network(12)) {
    program_ = schedule::make_program(network_, spec_);
    written_ = models::clean_weights(network_);
  }

  /// 5 % of the cells; every kind, or one.
  memory::CellMasks cells(std::optional<memory::FaultKind> kind = {}) const {
    const auto geometry = program_.spec.weight_sram.organisation().geometry();
    memory::CellMasks cells(geometry);
    for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
      for (std::uint32_t row = 0; row < geometry.rows; ++row) {
        for (std::uint32_t column = 0; column < geometry.columns; ++column) {
          const std::uint64_t hash = memory::keyed_hash(4, bank, row, column);
          if (hash % 20 != 0) continue;
          cells.set({bank, row, column},
                    kind.value_or(static_cast<memory::FaultKind>(hash / 20 % 3)));
        }
      }
    }
    return cells;
  }

  WeightReadback read(const FaultFilter& filter, const memory::CellMasks& cells,
                      Encoding encoding = Encoding::kTwosComplement) const {
    return testing::StoredNetwork(network_, spec_, {.encoding = encoding}).read(cells, filter);
  }
  /// By weight, the bits of the code that a filter lets change.
  models::ByNode<std::vector<std::uint32_t>> changes(const FaultFilter& filter,
                                                     const memory::CellMasks& cells,
                                                     Encoding encoding) const {
    const WeightReadback back = read(filter, cells, encoding);
    models::ByNode<std::vector<std::uint32_t>> result(written_.size());
    for (const models::NodeIndex layer : written_.indices()) {
      result[layer] = codes_of(written_[layer], encoding);
      const std::vector<std::uint32_t> after = codes_of(back.weights[layer], encoding);
      for (std::size_t w = 0; w < after.size(); ++w) result[layer][w] ^= after[w];
    }
    return result;
  }
  FaultFilter only_layer(models::NodeIndex layer) const {
    FaultFilter filter;
    filter.layers.resize(network_.nodes.size(), false);
    filter.layers[layer] = true;
    return filter;
  }

  models::QuantizedNetwork network_;
  hardware::AcceleratorSpec spec_ = small_spec(GetParam());
  schedule::TileProgram program_;
  models::WeightSet written_;
};

TEST_P(Filter, LetsThroughWhatLayerBitAndDirectionAllow) {
  FaultFilter two_layers = only_layer({2});
  two_layers.layers[{4}] = true;
  two_layers.bits = 0b11000001;
  FaultFilter rising = two_layers;
  rising.polarity = FaultPolarity::kZeroToOne;
  const FaultFilter falling{.layers = {}, .bits = 0x80, .polarity = FaultPolarity::kOneToZero};
  const memory::CellMasks faulty = cells();
  // Sign-magnitude has two codes of zero, so its codes cannot be told from the weights.
  for (const Encoding encoding : {Encoding::kTwosComplement, Encoding::kGray}) {
    const auto all = changes({}, faulty, encoding);
    for (const FaultFilter& filter : {two_layers, rising, falling}) {
      const auto some = changes(filter, faulty, encoding);
      std::uint64_t passed = 0;
      for (const models::NodeIndex layer : all.indices()) {
        const bool selected = filter.layers.empty() || layer.value == 2 || layer.value == 4;
        const std::vector<std::uint32_t> stored = codes_of(written_[layer], encoding);
        for (std::size_t w = 0; w < stored.size(); ++w) {
          std::uint32_t expected = selected ? all[layer][w] & filter.bits : 0;
          if (filter.polarity == FaultPolarity::kZeroToOne) expected &= ~stored[w];
          if (filter.polarity == FaultPolarity::kOneToZero) expected &= stored[w];
          ASSERT_EQ(some[layer][w], expected) << "layer " << layer.value << ", weight " << w;
          passed += expected != 0 ? 1 : 0;
        }
      }
      EXPECT_GT(passed, 10U);
    }
  }
}

TEST_P(Filter, CountsOnlyWhatPasses) {
  FaultFilter filter = only_layer({2});
  filter.bits = 0xF0;
  const memory::CellMasks faulty = cells();
  const auto changed = changes(filter, faulty, Encoding::kTwosComplement);
  std::uint64_t wrong = 0;
  for (const schedule::Fold& fold : program_.folds) {
    const schedule::Tile& tile = program_.tile_of(fold);
    const models::NodeIndex layer = tile.node;
    const schedule::Gemm& gemm = program_.layers[layer].gemm;
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        wrong += static_cast<std::uint64_t>(std::popcount(changed[layer][static_cast<std::size_t>(
            (tile.group * gemm.n + tile.n0 + column) * gemm.k + tile.k0 + row)]));
      }
    }
  }
  const WeightReadback back = read(filter, faulty);
  EXPECT_EQ(back.layers[{2}].bits_wrong(), wrong);
  EXPECT_EQ(back.layers[{0}].bits_wrong(), 0U);
  EXPECT_GT(back.layers[{0}].bits_fetched, 0U);  // fetched bits stay the measure's denominator
}

TEST_P(Filter, SingleBitsOfALayerAreDisjointAndMakeUpItsDamage) {
  const memory::CellMasks flips = cells(memory::FaultKind::kFlip);
  constexpr models::NodeIndex kLayer{4};
  const auto whole = changes(only_layer(kLayer), flips, Encoding::kTwosComplement);
  std::vector<std::uint32_t> together(whole[kLayer].size(), 0);
  std::uint64_t wrong = 0;
  for (int bit = 0; bit < 8; ++bit) {
    FaultFilter filter = only_layer(kLayer);
    filter.bits = 1U << bit;
    const auto part = changes(filter, flips, Encoding::kTwosComplement);
    for (std::size_t w = 0; w < together.size(); ++w) {
      EXPECT_EQ(together[w] & part[kLayer][w], 0U);
      together[w] |= part[kLayer][w];
    }
    wrong += read(filter, flips).layers[kLayer].bits_wrong();
  }
  EXPECT_EQ(together, whole[kLayer]);
  EXPECT_EQ(wrong, read(only_layer(kLayer), flips).layers[kLayer].bits_wrong());
  EXPECT_GT(wrong, 0U);
}

TEST_P(Filter, LayersMakeUpTheDamageOfTheNetwork) {
  const memory::CellMasks faulty = cells();
  const auto all = changes({}, faulty, Encoding::kTwosComplement);
  for (const models::NodeIndex layer : all.indices()) {
    const auto one = changes(only_layer(layer), faulty, Encoding::kTwosComplement);
    for (const models::NodeIndex other : all.indices()) {
      const std::vector<std::uint32_t> none(all[other].size(), 0);
      EXPECT_EQ(one[other], other == layer ? all[layer] : none);
    }
  }
}

TEST_P(Filter, PolaritiesAreDisjointAndComplete) {
  const FaultFilter rising{.layers = {}, .polarity = FaultPolarity::kZeroToOne};
  const FaultFilter falling{.layers = {}, .polarity = FaultPolarity::kOneToZero};
  const memory::CellMasks faulty = cells();
  const auto all = changes({}, faulty, Encoding::kOffsetBinary);
  const auto up = changes(rising, faulty, Encoding::kOffsetBinary);
  const auto down = changes(falling, faulty, Encoding::kOffsetBinary);
  for (const models::NodeIndex layer : all.indices()) {
    const std::vector<std::uint32_t> stored = codes_of(written_[layer], Encoding::kOffsetBinary);
    for (std::size_t w = 0; w < stored.size(); ++w) {
      EXPECT_EQ(up[layer][w] & stored[w], 0U);
      EXPECT_EQ(down[layer][w] & ~stored[w], 0U);
      EXPECT_EQ(up[layer][w] | down[layer][w], all[layer][w]);
    }
  }
  for (const models::NodeIndex layer : all.indices()) {
    EXPECT_EQ(read(rising, faulty).layers[layer].bits_wrong() +
                  read(falling, faulty).layers[layer].bits_wrong(),
              read({}, faulty).layers[layer].bits_wrong());
  }
}

TEST_P(Filter, OfNoBitsLetsNothingThrough) {
  EXPECT_EQ(read({.layers = {}, .bits = 0}, cells()).weights, written_);
}

INSTANTIATE_TEST_SUITE_P(Placements, Filter,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming),
                         [](const auto& param) { return hardware::to_string(param.param); });

TEST(FaultPolarity, NamesAreParsedAndListed) {
  for (const char* name : {"both", "0to1", "1to0"}) {
    EXPECT_EQ(to_string(parse_polarity(name)), name);
  }
  EXPECT_THAT([] { parse_polarity("up"); },
              ::testing::ThrowsMessage<InputError>("\"up\" is not one of both, 0to1, 1to0"));
}

}  // namespace
}  // namespace brownout::storage
