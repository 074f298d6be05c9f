// Damage found forward from the codes, against the read-back's own counts and against words read
// through their masks.
#include "sim/storage/weight_damage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "memory/sram_macro.hpp"
#include "sim/storage/weight_image.hpp"
#include "tests/storage/damaged_network.hpp"

namespace brownout::storage {
namespace {

class Damage : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  Damage()
      : net_(GetParam()),
        meter_(net_.program, net_.written, memory::Encoding::kTwosComplement),
        layers_(meter_.measure(net_.read())) {}

  DamagedNetwork net_;
  WeightDamageMeter meter_;
  std::vector<LayerDamage> layers_;
};

TEST_P(Damage, DirectionsAreThoseOfFilteredReadBacks) {
  const WeightReadback all = net_.read();
  const WeightReadback rising = net_.read({.layers = {}, .polarity = FaultPolarity::kZeroToOne});
  const WeightReadback falling = net_.read({.layers = {}, .polarity = FaultPolarity::kOneToZero});
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    EXPECT_EQ(layers_[i].zero_to_one, rising.layers[i].bits_wrong) << i;
    EXPECT_EQ(layers_[i].one_to_zero, falling.layers[i].bits_wrong) << i;
    EXPECT_EQ(layers_[i].zero_to_one + layers_[i].one_to_zero, all.layers[i].bits_wrong) << i;
    EXPECT_EQ(layers_[i].bits_fetched, all.layers[i].bits_fetched) << i;
    EXPECT_EQ(layers_[i].weights, all.layers[i].weights) << i;
  }
  EXPECT_GT(layers_[4].zero_to_one, 0U);
}

TEST_P(Damage, TouchedWordsReadWrongInAWeightBit) {
  const auto masks = memory::word_masks(net_.program.spec.weight_sram.organisation(), net_.cells);
  std::vector<std::uint64_t> touched(layers_.size(), 0);
  std::vector<std::uint64_t> words(layers_.size(), 0);
  for (const schedule::Tile& tile : net_.program.tiles) {
    const auto layer = static_cast<std::size_t>(tile.layer);
    const std::vector<memory::WordBits> stored =
        tile_words(net_.program, tile, net_.written, memory::Encoding::kTwosComplement);
    words[layer] += stored.size();
    for (std::size_t w = 0; w < stored.size(); ++w) {
      const int first_column = static_cast<int>(w % tile.words_per_row) * 4;
      const int weights = std::min(4, tile.columns - first_column);
      const std::uint64_t real = (std::uint64_t{1} << (8 * weights)) - 1;
      const std::uint64_t wrong =
          masks[tile.address + w].apply(stored[w].parts[0]) ^ stored[w].parts[0];
      touched[layer] += (wrong & real) != 0 ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    EXPECT_EQ(layers_[i].words, words[i]) << i;
    EXPECT_EQ(layers_[i].words_touched, touched[i]) << i;
  }
  EXPECT_GT(touched[4], 0U);
  EXPECT_LT(touched[4], words[4]);
}

TEST_P(Damage, ErrorsAreThoseOfTheWeights) {
  const WeightReadback back = net_.read();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    for (std::size_t w = 0; w < back.weights[i].size(); ++w) {
      const auto error =
          static_cast<std::uint64_t>(std::abs(int{back.weights[i][w]} - int{net_.written[i][w]}));
      sum += error;
      most = std::max(most, error);
    }
    EXPECT_EQ(layers_[i].error_sum, sum) << i;
    EXPECT_EQ(layers_[i].error_max, most) << i;
  }
}

TEST_P(Damage, AddsUpOverInferences) {
  std::vector<LayerDamage> twice = layers_;
  for (std::size_t i = 0; i < twice.size(); ++i) twice[i] += layers_[i];
  EXPECT_EQ(twice[4].error_sum, 2 * layers_[4].error_sum);
  EXPECT_EQ(twice[4].words_touched, 2 * layers_[4].words_touched);
  EXPECT_EQ(twice[4].words, 2 * layers_[4].words);
  EXPECT_EQ(twice[4].error_max, layers_[4].error_max);
}

INSTANTIATE_TEST_SUITE_P(Placements, Damage,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
