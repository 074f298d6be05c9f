// The flags that all rows of a tile have in common: which are best for its known failing cells, and
// the words in which they stand behind its rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/word_changes.hpp"
#include "memory/word_masks.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// A word that is to be written on known cells.
struct WantedWord {
  memory::WideBits codes;  ///< of its weights
  memory::WordMask known;
};

/// For the words at one place of all rows of a tile: the sum, over their weights, of |weight as
/// read - the one wanted| as WordPath::written writes them. Column after column, its sign and, from
/// the top bit on, its slices go wherever that lowers the sum, until nothing does.
memory::WordFlags choose_column_flags(const WordPath& path, const TileWord& word,
                                      const std::vector<WantedWord>& rows);

/// As the tile's words hold them, column after column (memory::ColumnChanges::flags).
/// `flags`: of the words of a row.
std::vector<memory::WideBits> words_of_flags(const schedule::TileProgram& program,
                                             const schedule::Tile& tile,
                                             std::span<const memory::WordFlags> flags);

/// The other way.
std::vector<memory::WordFlags> flags_of_words(const schedule::TileProgram& program,
                                              const schedule::Tile& tile,
                                              std::span<const memory::WideBits> words);

}  // namespace brownout::storage
