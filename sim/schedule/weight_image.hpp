// The words that are written into the weight SRAM: weights, encoded, in the lanes of their tiles.
// The forward direction; weight_readback.hpp goes back from a failing cell without using this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/sram_macro.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// The weight at a row and column of a tile: its index in the node's matrix, channel * K + k.
std::size_t weight_at(const TileProgram& program, const Tile& tile, int row, int column);
/// Where bit `bit` of its code is stored.
memory::BitAddress bit_address(const TileProgram& program, const Tile& tile, int row, int column,
                               int bit);

/// The words of one tile, row after row; unused lanes hold 0.
std::vector<memory::WordBits> tile_words(const TileProgram& program, const Tile& tile,
                                         const models::WeightSet& weights,
                                         memory::Encoding encoding);

}  // namespace brownout::schedule
