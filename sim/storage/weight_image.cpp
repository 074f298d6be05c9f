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

WeightImage::WeightImage(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
                         const models::WeightSet& weights, const WordPath& path,
                         const memory::WordMasks& known)
    : parts_(path.organisation()), weights_(weights) {
  words_.reserve(program.weight_words * parts_.count());
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::CodeTable& table = path.table(program.layer_of(tile).weight_bits);
    first_.push_back(words_.size() / parts_.count());
    std::uint64_t address = layout.address[t];
    for (int row = 0; row < tile.rows; ++row) {
      for (std::uint32_t w = 0; w < tile.words_per_row; ++w, ++address) {
        const TileWord word = tile_word(program, tile, w);
        const int first_column = static_cast<int>(w) * tile.lanes;
        WideBits wanted;
        for (int lane = 0; lane < word.weights; ++lane) {
          const std::size_t weight = weight_at(program, tile, row, first_column + lane);
          wanted.put(static_cast<std::uint32_t>(lane * word.weight_bits),
                     table.code(weights[tile.node][weight]));
        }
        const WordBits stored =
            path.written(word, wanted, known.empty() ? memory::WordMask{} : known.word(address));
        for (std::size_t p = 0; p < parts_.count(); ++p) words_.push_back(parts_.part(stored, p));
        for (int lane = 0; lane < word.weights; ++lane) {
          weights_[tile.node][weight_at(program, tile, row, first_column + lane)] =
              table.value(word.code(path.read(stored).codes, lane));
        }
      }
    }
  }
}

WordBits WeightImage::word(schedule::TileIndex tile, std::uint64_t index) const {
  const std::size_t first = (first_[tile] + index) * parts_.count();
  WordBits result;
  for (std::size_t p = 0; p < parts_.count(); ++p) parts_.part(result, p) = words_[first + p];
  return result;
}

}  // namespace brownout::storage
