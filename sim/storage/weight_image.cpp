#include "sim/storage/weight_image.hpp"

#include <algorithm>

namespace brownout::storage {

using memory::WideBits;
using memory::WordBits;

TileWord tile_word(const schedule::TileProgram& program, const schedule::Tile& tile,
                   std::uint32_t word_of_row) {
  const int first_column = static_cast<int>(word_of_row) * tile.lanes;
  return {tile.node, program.layer_of(tile).weight_bits,
          std::min(tile.lanes, tile.columns - first_column)};
}

namespace {

/// What word `index` of a tile holds, and where in the tile.
struct Held {
  TileWord word;
  int row, first_column;

  schedule::TilePosition position(int lane) const { return {row, first_column + lane}; }
};

Held held_by(const schedule::TileProgram& program, const schedule::Tile& tile,
             std::uint64_t index) {
  const auto w = static_cast<std::uint32_t>(index % tile.words_per_row);
  return {tile_word(program, tile, w), static_cast<int>(index / tile.words_per_row),
          static_cast<int>(w) * tile.lanes};
}

}  // namespace

WeightImage::WeightImage(const schedule::TileProgram& program, const models::WeightSet& weights,
                         const WordPath& path)
    : parts_(path.organisation()),
      words_(program.weight_words * parts_.count()),
      weights_(weights) {
  std::size_t words = 0;
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::CodeTable& table = path.table(program.layer_of(tile).weight_bits);
    first_.push_back(words);
    words += tile.words();
    for (std::uint64_t index = 0; index < tile.words(); ++index) {
      const Held held = held_by(program, tile, index);
      WideBits wanted;
      for (int lane = 0; lane < held.word.weights; ++lane) {
        const std::size_t weight = program.weight_at(tile, held.position(lane));
        wanted.put(static_cast<std::uint32_t>(lane * held.word.weight_bits),
                   table.code(weights[tile.node][weight]));
      }
      put(t, index, path.written(held.word, wanted));
    }
  }
}

void WeightImage::rewrite(const schedule::TileProgram& program,
                          const schedule::WeightLayout& layout, const WordPath& path,
                          const ByReadVoltage<memory::WordMasks>& known) {
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::CodeTable& table = path.table(program.layer_of(tile).weight_bits);
    const memory::WordMasks& masks = known.of(tile.node);
    for (std::uint64_t index = 0; index < tile.words(); ++index) {
      const std::uint64_t address = layout.address_of(tile, t, index);
      if (masks.is_clean(address)) continue;
      const Held held = held_by(program, tile, index);
      const WideBits wanted = path.read(held.word, word(t, index)).codes;
      const WordBits stored = path.written(held.word, wanted, masks.word(address));
      put(t, index, stored);
      const WideBits codes = path.read(held.word, stored).codes;
      if (codes == wanted) continue;
      for (int lane = 0; lane < held.word.weights; ++lane) {
        const std::uint64_t code = held.word.code(codes, lane);
        if (code == held.word.code(wanted, lane)) continue;
        weights_[tile.node][program.weight_at(tile, held.position(lane))] = table.value(code);
      }
    }
  }
}

void WeightImage::put(schedule::TileIndex tile, std::uint64_t index, const WordBits& word) {
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    words_[place(tile, index) + p] = parts_.part(word, p);
  }
}

WordBits WeightImage::word(schedule::TileIndex tile, std::uint64_t index) const {
  WordBits result;
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    parts_.part(result, p) = words_[place(tile, index) + p];
  }
  return result;
}

}  // namespace brownout::storage
