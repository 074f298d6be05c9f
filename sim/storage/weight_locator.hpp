// Where a word of the weight SRAM leads: the tiles that stand on it, and the weights that it holds
// in each. The way back from a cell; weight_image.hpp goes forward without using this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// Finds the tiles that hold a word: one at most when resident, any number when weights stream.
class TileFinder {
 public:
  /// Both must outlive the finder.
  TileFinder(const schedule::TileProgram& program, const schedule::WeightLayout& layout);

  /// Calls `visit(index of the tile, index of the word in it)` for every tile that holds `word`, in
  /// the order of use.
  template <typename Visit>
  void for_each_at(std::uint64_t word, Visit&& visit) const {
    for (const Run& run : runs_) {
      const std::optional<std::uint64_t> of_banks = run.banks.word(word);
      if (!of_banks) continue;
      const std::optional<schedule::TileIndex> tile = find_in(run, *of_banks);
      if (!tile) continue;
      if (const auto index = index_in(*tile, *of_banks)) visit(*tile, *index);
    }
  }

 private:
  /// Addresses rise from tile to tile of some banks until the ring wraps: at most one tile of a run
  /// is at a word.
  struct Run {
    schedule::BankRange banks;
    std::vector<schedule::TileIndex> tiles;
  };

  Run& run_of(schedule::TileIndex tile);
  /// These count words along the banks of the run or tile.
  std::optional<schedule::TileIndex> find_in(const Run& run, std::uint64_t word) const;
  std::uint64_t end(schedule::TileIndex tile) const {
    return layout_.first_word[tile] + layout_.words_of(program_.tiles[tile]);
  }
  std::optional<std::uint64_t> index_in(schedule::TileIndex tile, std::uint64_t word) const;

  const schedule::TileProgram& program_;
  const schedule::WeightLayout& layout_;
  std::vector<Run> runs_;
  Indexed<schedule::TileIndex, std::vector<int>> row_in_;  // of each slot, -1: none; or none at all
};

/// The weights that a word of a tile holds.
struct WeightsOfWord {
  TileWord word;
  std::size_t first = 0;   ///< of them: index in the node's matrix, channel * K + k
  std::size_t stride = 0;  ///< to the next one
};

WeightsOfWord weights_of(const schedule::TileProgram& program, schedule::TileIndex tile,
                         std::uint64_t index);

/// How often each tile is loaded in an inference.
Indexed<schedule::TileIndex, std::uint64_t> fetches_per_tile(const schedule::TileProgram& program);

}  // namespace brownout::storage
