// The words that are written into the weight SRAM, tile by tile: loaded by the machine and its DMA,
// and what read-backs start from. One for all chips, or one for each where a write policy looks at
// its cells. The forward direction; weight_locator.hpp goes back from a failing cell without using
// this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/word_masks.hpp"
#include "memory/word_parts.hpp"
#include "models/quantized_network.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/by_read_voltage.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// Word `word_of_row` of any row of a tile.
TileWord tile_word(const schedule::TileProgram& program, const schedule::Tile& tile,
                   std::uint32_t word_of_row);

class WeightImage {
 public:
  WeightImage() = default;  ///< of no program
  /// Where nothing is known of the cells.
  WeightImage(const schedule::TileProgram& program, const models::WeightSet& weights,
              const WordPath& path);

  /// Writes the words on known failing cells anew, from words that were written where nothing was
  /// known of them. `program` and `path`: those of before.
  void rewrite(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
               const WordPath& path, const ByReadVoltage<memory::WordMasks>& known);

  /// Word `index` of a tile, row after row.
  memory::WordBits word(schedule::TileIndex tile, std::uint64_t index) const;
  /// What the tile's flags tell of word `word_of_row` of each of its rows.
  memory::WordFlags columns(schedule::TileIndex tile, std::uint64_t word_of_row) const {
    return columns_.empty() ? memory::WordFlags{} : columns_[tile][word_of_row];
  }
  bool changes_columns(schedule::TileIndex tile, std::uint64_t word_of_row) const {
    return !columns_.empty() && columns_[tile][word_of_row] != memory::WordFlags{};
  }
  /// Its flag words.
  std::vector<memory::WideBits> flag_words(const schedule::TileProgram& program,
                                           schedule::TileIndex tile) const;
  /// The weights as they read without faults.
  const models::WeightSet& weights() const { return weights_; }

 private:
  /// Where a word's parts stand.
  std::size_t place(schedule::TileIndex tile, std::uint64_t index) const {
    return (first_[tile] + index) * parts_.count();
  }
  void choose_columns(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
                      const WordPath& path, const ByReadVoltage<memory::WordMasks>& known);
  void read_codes(const schedule::TileProgram& program, schedule::TileIndex tile,
                  const memory::CodeTable& table);
  void put(schedule::TileIndex tile, std::uint64_t index, const memory::WordBits& word);

  memory::WordParts parts_;
  Indexed<schedule::TileIndex, std::size_t> first_;  // the number of a tile's first word
  std::vector<std::uint64_t> words_;                 // part by part
  /// By word of a row; none at all where columns stand unchanged.
  Indexed<schedule::TileIndex, std::vector<memory::WordFlags>> columns_;
  models::WeightSet weights_;
};

/// What stands in the weight SRAM, and where. The references must outlive it.
struct StoredWeights {
  const schedule::TileProgram& program;
  const schedule::WeightLayout& layout;
  const WeightImage& image;
  const models::WeightSet& wanted;  ///< the network's own
  /// What is known of the cells when words are read; nothing where no path asks.
  const ByReadVoltage<memory::WordMasks>& known;

  /// Of word `index` of a tile.
  std::uint64_t address_of(schedule::TileIndex tile, std::uint64_t index) const {
    return layout.address_of(program.tiles[tile], tile, index);
  }
  /// Of the word at an address, which a layer reads.
  memory::WordMask known_at(models::NodeIndex node, std::uint64_t address) const {
    return known.empty() ? memory::WordMask{} : known.of(node).word(address);
  }
};

}  // namespace brownout::storage
