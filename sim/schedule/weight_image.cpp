#include "sim/schedule/weight_image.hpp"

namespace brownout::schedule {

std::vector<std::uint64_t> tile_words(const TileProgram& program, const Tile& tile,
                                      const models::WeightSet& weights, memory::Encoding encoding) {
  const Layer& layer = program.layer_of(tile);
  const std::vector<std::int8_t>& matrix = weights[static_cast<std::size_t>(layer.node)];
  std::vector<std::uint64_t> words(tile.words(), 0);
  for (int row = 0; row < tile.rows; ++row) {
    for (int column = 0; column < tile.columns; ++column) {
      const std::int64_t channel = std::int64_t{tile.group} * layer.gemm.n + tile.n0 + column;
      const std::int8_t value =
          matrix[static_cast<std::size_t>(channel * layer.gemm.k + tile.k0 + row)];
      const std::uint64_t code = memory::encode(encoding, value, layer.weight_bits);
      const std::size_t word = static_cast<std::size_t>(row) * tile.words_per_row +
                               static_cast<std::size_t>(column / tile.lanes);
      words[word] |= code << (column % tile.lanes * layer.weight_bits);
    }
  }
  return words;
}

}  // namespace brownout::schedule
