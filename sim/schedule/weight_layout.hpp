// Where every tile stands in the weight SRAM, and which load a streamed fold's transfer must wait
// for. The only place that decides addresses of weights. A value of its own, so that chips may lay
// out one program differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// A tile has as many slots as rows, and the spare ones; a slot takes the words of one row. Its
/// flag words stand behind them.
struct WeightLayout {
  /// Of the first word of a tile's slots, counted along its banks.
  Indexed<TileIndex, std::uint64_t> first_word;
  Indexed<TileIndex, BankRange> banks;  ///< of a tile
  int spare_rows = 0;                   ///< slots of each tile that stay empty
  /// In which slot each row of a tile stands, all different; empty: row r in slot r.
  Indexed<TileIndex, std::vector<std::uint32_t>> slots = {};
  /// The fold whose load must have ended before a fold's words may be overwritten.
  Indexed<FoldIndex, std::optional<FoldIndex>> transfer_after;

  /// Words of a tile's slots.
  std::uint64_t slot_words(const Tile& tile) const {
    return std::uint64_t{tile.words_per_row} * static_cast<unsigned>(tile.rows + spare_rows);
  }
  /// All words of a tile.
  std::uint64_t words_of(const Tile& tile) const { return slot_words(tile) + tile.flag_words; }
  /// Where word `place` of a tile's slots stands, or of its flags behind them.
  std::uint64_t slot_address(TileIndex number, std::uint64_t place) const {
    return banks[number].address(first_word[number] + place);
  }
  std::uint64_t flag_address(const Tile& tile, TileIndex number, std::uint64_t word) const {
    return slot_address(number, slot_words(tile) + word);
  }
  /// Where word `index` of a tile stands, row after row.
  std::uint64_t address_of(const Tile& tile, TileIndex number, std::uint64_t index) const {
    if (slots.empty()) return slot_address(number, index);
    const std::uint64_t row = index / tile.words_per_row;
    return slot_address(number, std::uint64_t{slots[number][row]} * tile.words_per_row +
                                    index % tile.words_per_row);
  }
};

/// Tile after tile without gaps in their banks; weights that stream fill a ring over all of them.
/// Throws InputError when the weights do not fit a resident SRAM or a tile does not fit a ring, or
/// when weights stream that have banks of their own.
WeightLayout lay_out(const TileProgram& program, int spare_rows = 0);

}  // namespace brownout::schedule
