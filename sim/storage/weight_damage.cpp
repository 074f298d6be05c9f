#include "sim/storage/weight_damage.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "sim/storage/weight_image.hpp"
#include "sim/storage/weight_locator.hpp"

namespace brownout::storage {
namespace {

std::uint64_t ones(std::uint8_t bits) { return static_cast<std::uint64_t>(std::popcount(bits)); }

}  // namespace

LayerDamage& LayerDamage::operator+=(const LayerDamage& other) {
  bits_fetched += other.bits_fetched;
  zero_to_one += other.zero_to_one;
  one_to_zero += other.one_to_zero;
  words += other.words;
  words_touched += other.words_touched;
  weights += other.weights;
  error_sum += other.error_sum;
  error_max = std::max(error_max, other.error_max);
  return *this;
}

WeightDamageMeter::WeightDamageMeter(const schedule::TileProgram& program,
                                     const models::WeightSet& written, memory::Encoding encoding)
    : program_(program),
      written_(written),
      codes_(encode_weights(program, written, encoding)),
      fetches_(fetches_per_tile(program)) {}

std::vector<LayerDamage> WeightDamageMeter::measure(const WeightReadback& readback) const {
  std::vector<LayerDamage> layers(program_.layers.size());
  for (std::size_t i = 0; i < program_.tiles.size(); ++i) {
    const schedule::Tile& tile = program_.tiles[i];
    add_tile(tile, fetches_[i], readback, layers[static_cast<std::size_t>(tile.layer)]);
  }
  return layers;
}

void WeightDamageMeter::add_tile(const schedule::Tile& tile, std::uint64_t fetches,
                                 const WeightReadback& readback, LayerDamage& damage) const {
  const schedule::Layer& layer = program_.layer_of(tile);
  const auto node = static_cast<std::size_t>(layer.node);
  const std::uint64_t weights =
      static_cast<std::uint64_t>(tile.rows) * static_cast<unsigned>(tile.columns);
  damage.words += tile.words();
  damage.weights += weights;
  damage.bits_fetched += weights * static_cast<unsigned>(layer.weight_bits) * fetches;
  for (int row = 0; row < tile.rows; ++row) {
    int touched = -1;  // the row's last word that counts
    for (int column = 0; column < tile.columns; ++column) {
      const std::size_t weight = weight_at(program_, tile, row, column);
      const std::uint8_t stored = codes_[node][weight];
      const auto wrong = static_cast<std::uint8_t>(stored ^ readback.codes[node][weight]);
      if (wrong == 0) continue;
      damage.one_to_zero += ones(wrong & stored) * fetches;
      damage.zero_to_one += ones(static_cast<std::uint8_t>(wrong & ~stored)) * fetches;
      if (column / tile.lanes != touched) ++damage.words_touched;
      touched = column / tile.lanes;
      const auto error = static_cast<std::uint64_t>(
          std::abs(int{readback.weights[node][weight]} - int{written_[node][weight]}));
      damage.error_sum += error;
      damage.error_max = std::max(damage.error_max, error);
    }
  }
}

}  // namespace brownout::storage
