// Where every tile stands in the weight SRAM, and which load a streamed fold's transfer must wait
// for. The only place that decides addresses of weights. A value of its own, so that chips may lay
// out one program differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

struct WeightLayout {
  std::vector<std::uint64_t> address;  ///< by tile: its first word
  /// By fold: the fold whose load must have ended before this fold's words may be overwritten, -1
  /// for none.
  std::vector<int> transfer_after;

  std::uint64_t first_word(int tile) const { return address[static_cast<std::size_t>(tile)]; }
};

/// Tile after tile without gaps; weights that stream fill a ring. Throws std::runtime_error when
/// the weights do not fit a resident SRAM or a tile does not fit a ring.
WeightLayout lay_out(const TileProgram& program);

}  // namespace brownout::schedule
