// Gives every tile its words in the weight SRAM, and every streamed fold the fold that it must wait
// for. The only place that decides addresses of weights.
#pragma once

#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// Sets Tile::address, Fold::transfer_after and TileProgram::weight_words. Throws
/// std::runtime_error when the tiles do not fit.
void place_tiles(TileProgram& program);

}  // namespace brownout::schedule
