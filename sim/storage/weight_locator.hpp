// Where a bit of the weight SRAM leads: the tiles that hold its word, and the weight that it
// belongs to in each. The way back from a cell; weight_image.hpp goes forward without using this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "memory/sram_macro.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::storage {

/// Finds the tiles that hold a word: one at most when resident, any number when weights stream.
class TileFinder {
 public:
  /// `tiles` must outlive the finder.
  explicit TileFinder(const std::vector<schedule::Tile>& tiles);

  /// Calls `visit(index of the tile)` for every tile that holds `word`, in the order of use.
  template <typename Visit>
  void for_each_at(std::uint64_t word, Visit&& visit) const {
    for (std::size_t run = 0; run + 1 < run_begin_.size(); ++run) {
      if (const std::optional<std::size_t> tile = find_in_run(run, word)) visit(*tile);
    }
  }

 private:
  std::optional<std::size_t> find_in_run(std::size_t run, std::uint64_t word) const;

  const std::vector<schedule::Tile>& tiles_;
  // Addresses rise from tile to tile until the ring wraps, so the tiles are runs of rising
  // addresses with at most one tile per run at a word.
  std::vector<std::size_t> run_begin_;
};

/// A bit of a weight.
struct WeightBit {
  std::size_t weight;  ///< index in the node's matrix, channel * K + k
  int bit;             ///< of its code, 0 is the lowest
};

/// What a bit of a word of `tile` belongs to; nothing when no weight stands there.
std::optional<WeightBit> weight_bit_at(const schedule::TileProgram& program,
                                       const schedule::Tile& tile,
                                       const memory::BitAddress& address);

/// How often each tile is loaded in an inference, by tile index.
std::vector<std::uint64_t> fetches_per_tile(const schedule::TileProgram& program);

}  // namespace brownout::storage
