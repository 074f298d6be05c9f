#include "sim/schedule/weight_image.hpp"

namespace brownout::schedule {

std::vector<std::uint64_t> tile_words(const TileProgram& program, const Tile& tile,
                                      const models::WeightSet& weights, memory::Encoding encoding) {
  const Layer& layer = program.layers[static_cast<std::size_t>(tile.layer)];
  const std::vector<std::int8_t>& matrix = weights[static_cast<std::size_t>(layer.node)];
  const int bits = program.weight_bits;
  const int lanes = program.spec.weight_sram.word_bits / bits;
  std::vector<std::uint64_t> words(tile.words(), 0);
  for (int row = 0; row < tile.rows; ++row) {
    for (int column = 0; column < tile.columns; ++column) {
      const std::int64_t channel = std::int64_t{tile.group} * layer.gemm.n + tile.n0 + column;
      const std::int8_t value =
          matrix[static_cast<std::size_t>(channel * layer.gemm.k + tile.k0 + row)];
      const std::uint64_t code = memory::encode(encoding, value, bits);
      const std::size_t word = static_cast<std::size_t>(row) * tile.words_per_row +
                               static_cast<std::size_t>(column / lanes);
      words[word] |= code << (column % lanes * bits);
    }
  }
  return words;
}

}  // namespace brownout::schedule
