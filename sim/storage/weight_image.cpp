#include "sim/storage/weight_image.hpp"

#include <algorithm>
#include <span>

#include "sim/storage/column_flags.hpp"

namespace brownout::storage {

using memory::WideBits;
using memory::WordBits;

TileWord tile_word(const schedule::TileProgram& program, const schedule::Tile& tile,
                   std::uint32_t word_of_row) {
  const int first_column = static_cast<int>(word_of_row) * tile.lanes;
  return {tile.node, program.layer_of(tile).weight_bits,
          std::min(tile.lanes, tile.columns - first_column)};
}

namespace {

/// A word of a tile, and where in the tile.
struct Held {
  TileWord word;
  int row, first_column;

  schedule::TilePosition position(int lane) const { return {row, first_column + lane}; }
};

/// Calls `visit(index, Held)` for every word of a tile, row after row.
template <typename Visit>
void for_each_word(const schedule::TileProgram& program, const schedule::Tile& tile,
                   Visit&& visit) {
  std::uint64_t index = 0;
  for (int row = 0; row < tile.rows; ++row) {
    for (std::uint32_t w = 0; w < tile.words_per_row; ++w, ++index) {
      visit(index, Held{tile_word(program, tile, w), row, static_cast<int>(w) * tile.lanes});
    }
  }
}

/// Of a tile, where these hold codes only. Whether any stands on known failing cells.
bool rewrite_codes(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
                   const WordPath& path, const memory::WordMasks& known, schedule::TileIndex t,
                   std::span<std::uint64_t> words) {
  const schedule::Tile& tile = program.tiles[t];
  const TileWord any_word = tile_word(program, tile, 0);
  bool any = false;
  for (std::uint64_t index = 0; index < words.size(); ++index) {
    const memory::PartMask mask = known.part(layout.address_of(tile, t, index), 0);
    if (mask == memory::PartMask{}) continue;
    any = true;
    words[index] = path.written_codes(any_word, words[index], mask);
  }
  return any;
}

}  // namespace

WeightImage::WeightImage(const schedule::TileProgram& program, const models::WeightSet& weights,
                         const WordPath& path)
    : parts_(path.organisation()),
      words_(program.weight_words * parts_.count()),
      weights_(weights) {
  std::size_t words = 0;
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::CodeTable& table = path.table(program.layer_of(tile).weight_bits);
    first_.push_back(words);
    words += tile.words();
    for_each_word(program, tile, [&](std::uint64_t index, const Held& held) {
      WideBits wanted;
      for (int lane = 0; lane < held.word.weights; ++lane) {
        const std::size_t weight = program.weight_at(tile, held.position(lane));
        wanted.put(static_cast<std::uint32_t>(lane * held.word.weight_bits),
                   table.code(weights[tile.node][weight]));
      }
      put(t, index, path.written(held.word, wanted));
    });
  }
}

void WeightImage::rewrite(const schedule::TileProgram& program,
                          const schedule::WeightLayout& layout, const WordPath& path,
                          const ByReadVoltage<memory::WordMasks>& known) {
  if (path.scheme().columns.any()) choose_columns(program, layout, path, known);
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::CodeTable& table = path.table(program.layer_of(tile).weight_bits);
    const memory::WordMasks& masks = known.of(tile.node);
    if (path.holds_codes_only()) {
      const std::span words(&words_[place(t, 0)], tile.words());
      if (rewrite_codes(program, layout, path, masks, t, words)) read_codes(program, t, table);
      continue;
    }
    for_each_word(program, tile, [&](std::uint64_t index, const Held& held) {
      const std::uint64_t address = layout.address_of(tile, t, index);
      const std::uint64_t of_row = index % tile.words_per_row;
      if (masks.is_clean(address) && !changes_columns(t, of_row)) return;
      const WideBits wanted = path.read(held.word, word(t, index)).codes;
      TileWord changed = held.word;
      changed.columns = columns(t, of_row);
      const WordBits stored = path.written(changed, wanted, masks.word(address));
      put(t, index, stored);
      const WideBits codes = path.read(changed, stored).codes;
      for (int lane = 0; lane < held.word.weights; ++lane) {
        weights_[tile.node][program.weight_at(tile, held.position(lane))] =
            table.value(held.word.code(codes, lane));
      }
    });
  }
}

/// For the words as they stand here, unchanged yet.
void WeightImage::choose_columns(const schedule::TileProgram& program,
                                 const schedule::WeightLayout& layout, const WordPath& path,
                                 const ByReadVoltage<memory::WordMasks>& known) {
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const memory::WordMasks& masks = known.of(tile.node);
    std::vector<std::vector<WantedWord>> rows(tile.words_per_row);  // by word of a row
    for_each_word(program, tile, [&](std::uint64_t index, const Held& held) {
      rows[index % tile.words_per_row].push_back({path.read(held.word, word(t, index)).codes,
                                                  masks.word(layout.address_of(tile, t, index))});
    });
    std::vector<memory::WordFlags>& flags = columns_.emplace_back();
    for (std::uint32_t w = 0; w < tile.words_per_row; ++w) {
      flags.push_back(choose_column_flags(path, tile_word(program, tile, w), rows[w]));
    }
  }
}

std::vector<WideBits> WeightImage::flag_words(const schedule::TileProgram& program,
                                              schedule::TileIndex tile) const {
  if (columns_.empty()) return std::vector<WideBits>(program.tiles[tile].flag_words);
  return words_of_flags(program, program.tiles[tile], columns_[tile]);
}

/// The weights of a tile whose words hold codes only: column after column, where those of one lie
/// side by side, since the network's weights are in no cache.
void WeightImage::read_codes(const schedule::TileProgram& program, schedule::TileIndex t,
                             const memory::CodeTable& table) {
  const schedule::Tile& tile = program.tiles[t];
  const auto width = static_cast<std::uint32_t>(program.layer_of(tile).weight_bits);
  const std::uint64_t lowest = WideBits::low_bits(width);
  const std::size_t words_per_row = tile.words_per_row;
  const auto rows = static_cast<std::size_t>(tile.rows);
  for (int column = 0; column < tile.columns; ++column) {
    const std::uint64_t* words = &words_[place(t, static_cast<unsigned>(column / tile.lanes))];
    const std::uint32_t first = static_cast<std::uint32_t>(column % tile.lanes) * width;
    std::int8_t* weights = &weights_[tile.node][program.weight_at(tile, {0, column})];
    for (std::size_t row = 0; row < rows; ++row) {
      weights[row] = table.value(words[row * words_per_row] >> first & lowest);
    }
  }
}

void WeightImage::put(schedule::TileIndex tile, std::uint64_t index, const WordBits& word) {
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    words_[place(tile, index) + p] = parts_.part(word, p);
  }
}

WordBits WeightImage::word(schedule::TileIndex tile, std::uint64_t index) const {
  WordBits result;
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    parts_.part(result, p) = words_[place(tile, index) + p];
  }
  return result;
}

}  // namespace brownout::storage
