#include "sim/storage/weight_image.hpp"

#include <algorithm>

namespace brownout::storage {

using memory::WideBits;
using memory::WordBits;

std::size_t weight_at(const schedule::TileProgram& program, const schedule::Tile& tile, int row,
                      int column) {
  const schedule::Gemm& gemm = program.layer_of(tile).gemm;
  const std::int64_t channel = std::int64_t{tile.group} * gemm.n + tile.n0 + column;
  return static_cast<std::size_t>(channel * gemm.k + tile.k0 + row);
}

TileWord tile_word(const schedule::TileProgram& program, const schedule::Tile& tile,
                   std::uint32_t word_of_row) {
  const int first_column = static_cast<int>(word_of_row) * tile.lanes;
  return {tile.node, program.layer_of(tile).weight_bits,
          std::min(tile.lanes, tile.columns - first_column)};
}

WeightImage::WeightImage(const schedule::TileProgram& program, const models::WeightSet& weights,
                         const WordPath& path)
    : parts_(path.organisation()),
      words_(program.weight_words * parts_.count()),
      weights_(weights) {
  std::size_t words = 0;
  for (const schedule::TileIndex t : program.tiles.indices()) {
    first_.push_back(words);
    words += program.tiles[t].words();
    for (std::uint64_t index = 0; index < program.tiles[t].words(); ++index) {
      write(program, weights, path, t, index, {});
    }
  }
}

void WeightImage::rewrite(const schedule::TileProgram& program,
                          const schedule::WeightLayout& layout, const models::WeightSet& weights,
                          const WordPath& path, const memory::WordMasks& known) {
  for (const schedule::TileIndex t : program.tiles.indices()) {
    for (std::uint64_t index = 0; index < program.tiles[t].words(); ++index) {
      const std::uint64_t address = layout.address[t] + index;
      if (!known.is_clean(address)) write(program, weights, path, t, index, known.word(address));
    }
  }
}

void WeightImage::write(const schedule::TileProgram& program, const models::WeightSet& weights,
                        const WordPath& path, schedule::TileIndex t, std::uint64_t index,
                        const memory::WordMask& known) {
  const schedule::Tile& tile = program.tiles[t];
  const auto row = static_cast<int>(index / tile.words_per_row);
  const auto w = static_cast<std::uint32_t>(index % tile.words_per_row);
  const int first_column = static_cast<int>(w) * tile.lanes;
  const TileWord word = tile_word(program, tile, w);
  const memory::CodeTable& table = path.table(word.weight_bits);
  WideBits wanted;
  for (int lane = 0; lane < word.weights; ++lane) {
    const std::size_t weight = weight_at(program, tile, row, first_column + lane);
    wanted.put(static_cast<std::uint32_t>(lane * word.weight_bits),
               table.code(weights[tile.node][weight]));
  }
  const WordBits stored = path.written(word, wanted, known);
  const std::size_t first = (first_[t] + index) * parts_.count();
  for (std::size_t p = 0; p < parts_.count(); ++p) words_[first + p] = parts_.part(stored, p);
  const WideBits codes = path.read(word, stored).codes;
  for (int lane = 0; lane < word.weights; ++lane) {
    weights_[tile.node][weight_at(program, tile, row, first_column + lane)] =
        table.value(word.code(codes, lane));
  }
}

WordBits WeightImage::word(schedule::TileIndex tile, std::uint64_t index) const {
  const std::size_t first = (first_[tile] + index) * parts_.count();
  WordBits result;
  for (std::size_t p = 0; p < parts_.count(); ++p) parts_.part(result, p) = words_[first + p];
  return result;
}

}  // namespace brownout::storage
