#include "sim/storage/weight_image.hpp"

namespace brownout::storage {

std::size_t weight_at(const schedule::TileProgram& program, const schedule::Tile& tile, int row,
                      int column) {
  const schedule::Gemm& gemm = program.layer_of(tile).gemm;
  const std::int64_t channel = std::int64_t{tile.group} * gemm.n + tile.n0 + column;
  return static_cast<std::size_t>(channel * gemm.k + tile.k0 + row);
}

memory::BitAddress bit_address(const schedule::TileProgram& program, const schedule::Tile& tile,
                               int row, int column, int bit) {
  const std::uint64_t word = tile.address + static_cast<std::uint64_t>(row) * tile.words_per_row +
                             static_cast<std::uint64_t>(column / tile.lanes);
  const int first_bit = column % tile.lanes * program.layer_of(tile).weight_bits;
  return {word, static_cast<std::uint32_t>(first_bit + bit)};
}

std::vector<memory::WordBits> tile_words(const schedule::TileProgram& program,
                                         const schedule::Tile& tile,
                                         const models::WeightSet& weights,
                                         memory::Encoding encoding) {
  const schedule::Layer& layer = program.layer_of(tile);
  const std::vector<std::int8_t>& matrix = weights[static_cast<std::size_t>(layer.node)];
  std::vector<memory::WordBits> words(tile.words());
  for (int row = 0; row < tile.rows; ++row) {
    for (int column = 0; column < tile.columns; ++column) {
      const std::int8_t value = matrix[weight_at(program, tile, row, column)];
      const std::uint64_t code = memory::encode(encoding, value, layer.weight_bits);
      const memory::BitAddress lowest = bit_address(program, tile, row, column, 0);
      words[lowest.word - tile.address].put(lowest.bit, code);
    }
  }
  return words;
}

}  // namespace brownout::storage
