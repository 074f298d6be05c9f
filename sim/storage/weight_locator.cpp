#include "sim/storage/weight_locator.hpp"

#include <algorithm>

namespace brownout::storage {

TileFinder::TileFinder(const schedule::TileProgram& program, const schedule::WeightLayout& layout)
    : program_(program), layout_(layout) {
  const std::size_t tiles = program.tiles.size();
  for (std::size_t i = 0; i < tiles; ++i) {
    if (i == 0 || layout.address[i] < end(i - 1)) run_begin_.push_back(i);
  }
  run_begin_.push_back(tiles);
}

std::optional<std::size_t> TileFinder::find_in_run(std::size_t run, std::uint64_t word) const {
  const auto first = layout_.address.begin() + static_cast<std::ptrdiff_t>(run_begin_[run]);
  const auto last = layout_.address.begin() + static_cast<std::ptrdiff_t>(run_begin_[run + 1]);
  const auto after = std::upper_bound(first, last, word);
  if (after == first) return std::nullopt;
  const auto tile = static_cast<std::size_t>(after - 1 - layout_.address.begin());
  if (word >= end(tile)) return std::nullopt;
  return tile;
}

WeightsOfWord weights_of(const schedule::TileProgram& program, std::size_t tile,
                         std::uint64_t index) {
  const schedule::Tile& at = program.tiles[tile];
  const schedule::Layer& layer = program.layer_of(at);
  const auto row = static_cast<std::int64_t>(index / at.words_per_row);
  const auto column = static_cast<std::int64_t>(index % at.words_per_row) * at.lanes;
  const std::int64_t held = std::min<std::int64_t>(at.lanes, at.columns - column);
  const std::int64_t channel = std::int64_t{at.group} * layer.gemm.n + at.n0 + column;
  return {{at.layer, layer.weight_bits, static_cast<int>(held)},
          static_cast<std::size_t>(channel * layer.gemm.k + at.k0 + row),
          static_cast<std::size_t>(layer.gemm.k)};
}

std::vector<std::uint64_t> fetches_per_tile(const schedule::TileProgram& program) {
  std::vector<std::uint64_t> fetches(program.tiles.size(), 0);
  for (const schedule::Fold& fold : program.folds) ++fetches[static_cast<std::size_t>(fold.tile)];
  return fetches;
}

}  // namespace brownout::storage
