// The words that are written into the weight SRAM: weights, encoded, in the lanes of their tiles.
// The forward direction; weight_readback.hpp goes back from a failing cell without using this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/sram_macro.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::storage {

/// The weight at a row and column of a tile: its index in the node's matrix, channel * K + k.
std::size_t weight_at(const schedule::TileProgram& program, const schedule::Tile& tile, int row,
                      int column);
/// Where bit `bit` of its code is stored.
memory::BitAddress bit_address(const schedule::TileProgram& program, const schedule::Tile& tile,
                               int row, int column, int bit);

/// The words of one tile, row after row; unused lanes hold 0.
std::vector<memory::WordBits> tile_words(const schedule::TileProgram& program,
                                         const schedule::Tile& tile,
                                         const models::WeightSet& weights,
                                         memory::Encoding encoding);

}  // namespace brownout::storage
