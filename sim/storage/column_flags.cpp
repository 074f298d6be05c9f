#include "sim/storage/column_flags.hpp"

namespace brownout::storage {
namespace {

using memory::WideBits;
using memory::WordFlags;

/// The words of one place, whose columns take their flags one after the other.
class ColumnChoice {
 public:
  ColumnChoice(const WordPath& path, const TileWord& word, const std::vector<WantedWord>& rows)
      : path_(path), word_(word), rows_(rows) {}

  WordFlags choose() {
    for (int lane = 0; lane < word_.weights; ++lane) {
      find_rows(lane);
      if (concerned_.empty()) continue;
      const memory::ColumnChanges& changes = path_.scheme().columns;
      const std::uint64_t least = improve_slices(lane, damage());
      if (!changes.sign_flip || least == 0) continue;
      const WordFlags plain = word_.columns;
      word_.columns.inverted = word_.columns.inverted & ~bits_of(lane);
      word_.columns.negated = word_.columns.negated | bits_of(lane);
      if (improve_slices(lane, damage()) >= least) word_.columns = plain;
    }
    return word_.columns;
  }

 private:
  std::uint32_t first_bit(int lane) const {
    return static_cast<std::uint32_t>(lane * word_.weight_bits);
  }
  WideBits bits_of(int lane) const {
    WideBits bits;
    bits.put(first_bit(lane), WideBits::low_bits(static_cast<std::uint32_t>(word_.weight_bits)));
    return bits;
  }

  /// Those whose error the flags of a column may change.
  void find_rows(int lane) {
    concerned_.clear();
    const WideBits bits = bits_of(lane);
    for (const WantedWord& row : rows_) {
      const WideBits failing = (row.known.stuck_at_0 | row.known.stuck_at_1).data;
      const bool fails = path_.couples_weights() ? row.known != memory::WordMask{}
                                                 : (failing & bits) != WideBits{};
      if (fails || !has_other_sign(row, bits)) concerned_.push_back(&row);
    }
  }

  /// Whether a weight has an opposite: the lowest of all values has none.
  bool has_other_sign(const WantedWord& row, const WideBits& bits) const {
    if (!path_.scheme().columns.sign_flip) return true;
    TileWord negated = word_;
    negated.columns = {.negated = bits};
    const memory::WordBits stored = path_.written(negated, row.codes);
    return ((path_.read(negated, stored).codes ^ row.codes) & bits) == WideBits{};
  }

  std::uint64_t damage() const {
    std::uint64_t sum = 0;
    for (const WantedWord* row : concerned_) sum += path_.damage(word_, row->codes, row->known);
    return sum;
  }

  /// Inverts slices of a column as long as that helps. Returns what is left of `damage`.
  std::uint64_t improve_slices(int lane, std::uint64_t least) {
    if (!path_.scheme().columns.bit_flip) return least;
    for (bool better = true; better && least > 0;) {
      better = false;
      for (int bit = word_.weight_bits - 1; bit >= 0; --bit) {
        const std::uint32_t slice = first_bit(lane) + static_cast<std::uint32_t>(bit);
        word_.columns.inverted.flip(slice);
        const std::uint64_t now = damage();
        if (now < least) {
          least = now;
          better = true;
        } else {
          word_.columns.inverted.flip(slice);
        }
      }
    }
    return least;
  }

  const WordPath& path_;
  TileWord word_;
  const std::vector<WantedWord>& rows_;
  std::vector<const WantedWord*> concerned_;
};

/// Calls `visit(flag, word of a row, bit, is a sign)` for every flag of a tile; `bit`: of the data,
/// the first one of the weight where it is a sign.
template <typename Visit>
void for_each_flag(const schedule::TileProgram& program, const schedule::Tile& tile,
                   Visit&& visit) {
  const memory::ColumnChanges& changes = program.spec.weight_sram.column_changes;
  const int weight_bits = program.layer_of(tile).weight_bits;
  std::uint32_t flag = 0;
  for (int column = 0; column < tile.columns; ++column) {
    const auto word = static_cast<std::size_t>(column / tile.lanes);
    const auto first = static_cast<std::uint32_t>(column % tile.lanes * weight_bits);
    if (changes.sign_flip) visit(flag++, word, first, true);
    if (!changes.bit_flip) continue;
    for (std::uint32_t bit = 0; bit < static_cast<std::uint32_t>(weight_bits); ++bit) {
      visit(flag++, word, first + bit, false);
    }
  }
}

}  // namespace

WordFlags choose_column_flags(const WordPath& path, const TileWord& word,
                              const std::vector<WantedWord>& rows) {
  return ColumnChoice(path, word, rows).choose();
}

std::vector<WideBits> words_of_flags(const schedule::TileProgram& program,
                                     const schedule::Tile& tile, std::span<const WordFlags> flags) {
  const auto word_bits = static_cast<std::uint32_t>(program.spec.weight_sram.word_bits);
  std::vector<WideBits> words(tile.flag_words);
  for_each_flag(program, tile,
                [&](std::uint32_t flag, std::size_t word, std::uint32_t bit, bool sign) {
                  const WordFlags& of_word = flags[word];
                  if (!(sign ? of_word.negated : of_word.inverted).bit(bit)) return;
                  words[flag / word_bits].flip(flag % word_bits);
                });
  return words;
}

std::vector<WordFlags> flags_of_words(const schedule::TileProgram& program,
                                      const schedule::Tile& tile, std::span<const WideBits> words) {
  const auto word_bits = static_cast<std::uint32_t>(program.spec.weight_sram.word_bits);
  const auto weight_bits = static_cast<std::uint32_t>(program.layer_of(tile).weight_bits);
  std::vector<WordFlags> flags(tile.words_per_row);
  for_each_flag(program, tile,
                [&](std::uint32_t flag, std::size_t word, std::uint32_t bit, bool sign) {
                  if (!words[flag / word_bits].bit(flag % word_bits)) return;
                  if (sign) {
                    flags[word].negated.put(bit, WideBits::low_bits(weight_bits));
                  } else {
                    flags[word].inverted.flip(bit);
                  }
                });
  return flags;
}

}  // namespace brownout::storage
