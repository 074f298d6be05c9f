// Where every tile stands in the weight SRAM, and which load a streamed fold's transfer must wait
// for. The only place that decides addresses of weights. A value of its own, so that chips may lay
// out one program differently.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

struct WeightLayout {
  Indexed<TileIndex, std::uint64_t> address;  ///< of a tile's first word
  /// The fold whose load must have ended before a fold's words may be overwritten.
  Indexed<FoldIndex, std::optional<FoldIndex>> transfer_after;
};

/// Tile after tile without gaps; weights that stream fill a ring. Throws InputError when
/// the weights do not fit a resident SRAM or a tile does not fit a ring.
WeightLayout lay_out(const TileProgram& program);

}  // namespace brownout::schedule
