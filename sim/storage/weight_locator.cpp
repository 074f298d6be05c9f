#include "sim/storage/weight_locator.hpp"

#include <algorithm>

namespace brownout::storage {

TileFinder::TileFinder(const schedule::TileProgram& program, const schedule::WeightLayout& layout)
    : program_(program), layout_(layout) {
  for (const schedule::TileIndex tile : program.tiles.indices()) run_of(tile).tiles.push_back(tile);
  for (const std::vector<std::uint32_t>& slots : layout.slots) {
    std::vector<int>& rows =
        row_in_.emplace_back(slots.size() + static_cast<std::size_t>(layout.spare_rows), -1);
    for (std::size_t row = 0; row < slots.size(); ++row) rows[slots[row]] = static_cast<int>(row);
  }
}

/// The last one of its banks, if the tile stands behind it; else a new one.
TileFinder::Run& TileFinder::run_of(schedule::TileIndex tile) {
  const schedule::BankRange& banks = layout_.banks[tile];
  const auto last = std::find_if(runs_.rbegin(), runs_.rend(),
                                 [&](const Run& run) { return run.banks == banks; });
  const bool behind = last != runs_.rend() && layout_.first_word[tile] >= end(last->tiles.back());
  if (behind) return *last;
  runs_.push_back({banks, {}});
  return runs_.back();
}

/// Of a word in the slots of a tile: nothing where no row stands in its slot.
std::optional<std::uint64_t> TileFinder::index_in(schedule::TileIndex tile,
                                                  std::uint64_t word) const {
  const schedule::Tile& at = program_.tiles[tile];
  const std::uint64_t place = word - layout_.first_word[tile];
  if (row_in_.empty()) {
    return place < at.words() ? std::optional(place) : std::nullopt;
  }
  const std::uint64_t slot = place / at.words_per_row;
  if (slot >= row_in_[tile].size() || row_in_[tile][slot] < 0) return std::nullopt;
  const auto row = static_cast<unsigned>(row_in_[tile][slot]);
  return row * std::uint64_t{at.words_per_row} + place % at.words_per_row;
}

std::optional<schedule::TileIndex> TileFinder::find_in(const Run& run, std::uint64_t word) const {
  const auto after = std::upper_bound(
      run.tiles.begin(), run.tiles.end(), word,
      [&](std::uint64_t at, schedule::TileIndex tile) { return at < layout_.first_word[tile]; });
  if (after == run.tiles.begin()) return std::nullopt;
  const schedule::TileIndex tile = *(after - 1);
  if (word >= end(tile)) return std::nullopt;
  return tile;
}

WeightsOfWord weights_of(const schedule::TileProgram& program, schedule::TileIndex tile,
                         std::uint64_t index) {
  const schedule::Tile& at = program.tiles[tile];
  const schedule::Layer& layer = program.layer_of(at);
  const auto row = static_cast<std::int64_t>(index / at.words_per_row);
  const auto column = static_cast<std::int64_t>(index % at.words_per_row) * at.lanes;
  const std::int64_t held = std::min<std::int64_t>(at.lanes, at.columns - column);
  const std::int64_t channel = program.first_channel(at) + column;
  return {{at.node, layer.weight_bits, static_cast<int>(held)},
          static_cast<std::size_t>(channel * layer.gemm.k + at.k0 + row),
          static_cast<std::size_t>(layer.gemm.k)};
}

Indexed<schedule::TileIndex, std::uint64_t> fetches_per_tile(const schedule::TileProgram& program) {
  Indexed<schedule::TileIndex, std::uint64_t> fetches(program.tiles.size(), 0);
  for (const schedule::Fold& fold : program.folds) ++fetches[fold.tile];
  return fetches;
}

}  // namespace brownout::storage
