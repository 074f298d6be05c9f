// The read-back's counts of damage, against filtered read-backs, words read forward through their
// masks, and the weights.
#include "sim/storage/weight_damage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "memory/word_masks.hpp"
#include "tests/storage/damaged_network.hpp"

namespace brownout::storage {
namespace {

class Damage : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  Damage() : net_(GetParam()), layers_(net_.read().layers) {}

  DamagedNetwork net_;
  models::ByNode<WeightDamage> layers_;
};

TEST_P(Damage, DirectionsAreThoseOfFilteredReadBacks) {
  const WeightReadback all = net_.read();
  const WeightReadback rising = net_.read({.layers = {}, .polarity = FaultPolarity::kZeroToOne});
  const WeightReadback falling = net_.read({.layers = {}, .polarity = FaultPolarity::kOneToZero});
  for (const models::NodeIndex i : layers_.indices()) {
    EXPECT_EQ(layers_[i].zero_to_one, rising.layers[i].bits_wrong()) << i.value;
    EXPECT_EQ(layers_[i].one_to_zero, falling.layers[i].bits_wrong()) << i.value;
    EXPECT_EQ(layers_[i].zero_to_one + layers_[i].one_to_zero, all.layers[i].bits_wrong())
        << i.value;
  }
  EXPECT_GT(layers_[{4}].zero_to_one, 0U);
}

TEST_P(Damage, TouchedWordsReadWrongInAWeightBit) {
  const auto masks = memory::word_masks(net_.organisation(), net_.cells);
  models::ByNode<std::uint64_t> touched(layers_.size(), 0);
  models::ByNode<std::uint64_t> words(layers_.size(), 0);
  for (const schedule::TileIndex t : net_.program.tiles.indices()) {
    const schedule::Tile& tile = net_.program.tiles[t];
    const models::NodeIndex layer = tile.node;
    words[layer] += tile.words();
    for (std::uint64_t w = 0; w < tile.words(); ++w) {
      const int first_column = static_cast<int>(w % tile.words_per_row) * 4;
      const int weights = std::min(4, tile.columns - first_column);
      const std::uint64_t real = (std::uint64_t{1} << (8 * weights)) - 1;
      const std::uint64_t stored = net_.image.word(t, w).data.parts[0];
      const std::uint64_t wrong =
          masks.part(net_.layout.first_word[t] + w, 0).apply(stored) ^ stored;
      touched[layer] += (wrong & real) != 0 ? 1 : 0;
    }
  }
  for (const models::NodeIndex i : layers_.indices()) {
    EXPECT_EQ(layers_[i].words, words[i]) << i.value;
    EXPECT_EQ(layers_[i].words_touched, touched[i]) << i.value;
  }
  EXPECT_GT(touched[{4}], 0U);
  EXPECT_LT(touched[{4}], words[{4}]);
}

TEST_P(Damage, ErrorsAreThoseOfTheWeights) {
  const WeightReadback back = net_.read();
  for (const models::NodeIndex i : layers_.indices()) {
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    for (std::size_t w = 0; w < back.weights[i].size(); ++w) {
      const auto error =
          static_cast<std::uint64_t>(std::abs(int{back.weights[i][w]} - int{net_.written[i][w]}));
      sum += error;
      most = std::max(most, error);
    }
    EXPECT_EQ(layers_[i].error_sum, sum) << i.value;
    EXPECT_EQ(layers_[i].error_max, most) << i.value;
  }
}

TEST_P(Damage, AddsUpOverInferences) {
  models::ByNode<WeightDamage> twice = layers_;
  for (const models::NodeIndex i : twice.indices()) twice[i] += layers_[i];
  EXPECT_EQ(twice[{4}].error_sum, 2 * layers_[{4}].error_sum);
  EXPECT_EQ(twice[{4}].words_touched, 2 * layers_[{4}].words_touched);
  EXPECT_EQ(twice[{4}].words, 2 * layers_[{4}].words);
  EXPECT_EQ(twice[{4}].error_max, layers_[{4}].error_max);
}

INSTANTIATE_TEST_SUITE_P(Placements, Damage,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
