#include "sim/storage/weight_locator.hpp"

#include <algorithm>

namespace brownout::storage {

TileFinder::TileFinder(const std::vector<schedule::Tile>& tiles) : tiles_(tiles) {
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (i == 0 || tiles[i].address < tiles[i - 1].end()) run_begin_.push_back(i);
  }
  run_begin_.push_back(tiles.size());
}

std::optional<std::size_t> TileFinder::find_in_run(std::size_t run, std::uint64_t word) const {
  const auto first = tiles_.begin() + static_cast<std::ptrdiff_t>(run_begin_[run]);
  const auto last = tiles_.begin() + static_cast<std::ptrdiff_t>(run_begin_[run + 1]);
  const auto after = std::upper_bound(
      first, last, word,
      [](std::uint64_t value, const schedule::Tile& tile) { return value < tile.address; });
  if (after == first || word >= (after - 1)->end()) return std::nullopt;
  return static_cast<std::size_t>(after - 1 - tiles_.begin());
}

std::optional<WeightBit> weight_bit_at(const schedule::TileProgram& program,
                                       const schedule::Tile& tile,
                                       const memory::BitAddress& address) {
  const schedule::Layer& layer = program.layer_of(tile);
  const int lane = static_cast<int>(address.bit) / layer.weight_bits;
  if (lane >= tile.lanes) return std::nullopt;
  const auto word = static_cast<std::int64_t>(address.word - tile.address);
  const std::int64_t row = word / tile.words_per_row;
  const std::int64_t column = word % tile.words_per_row * tile.lanes + lane;
  if (column >= tile.columns) return std::nullopt;
  const schedule::Gemm& gemm = layer.gemm;
  const std::int64_t channel = std::int64_t{tile.group} * gemm.n + tile.n0 + column;
  return WeightBit{static_cast<std::size_t>(channel * gemm.k + tile.k0 + row),
                   static_cast<int>(address.bit) % layer.weight_bits};
}

std::vector<std::uint64_t> fetches_per_tile(const schedule::TileProgram& program) {
  std::vector<std::uint64_t> fetches(program.tiles.size(), 0);
  for (const schedule::Fold& fold : program.folds) ++fetches[static_cast<std::size_t>(fold.tile)];
  return fetches;
}

}  // namespace brownout::storage
