#include "sim/schedule/weight_layout.hpp"

#include <map>
#include <stdexcept>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::schedule {
namespace {

std::string kib(std::uint64_t words, int word_bits) {
  const std::uint64_t bytes = words * static_cast<unsigned>(word_bits) / 8;
  return std::to_string((bytes + 1023) / 1024) + " KiB";
}

void lay_out_resident(const TileProgram& program, std::uint64_t capacity, WeightLayout& layout) {
  std::map<std::uint32_t, std::uint64_t> next;  // by the first of the banks
  for (const Tile& tile : program.tiles) {
    const BankRange& banks = program.banks_of(tile);
    std::uint64_t& words = next[banks.first];
    layout.first_word.push_back(words);
    words += layout.words_of(tile);
  }
  for (const Tile& tile : program.tiles) {
    const BankRange& banks = program.banks_of(tile);
    const std::uint64_t needed = next[banks.first], there = capacity / banks.all * banks.count;
    if (needed <= there) continue;
    const int bits = program.spec.weight_sram.word_bits;
    const std::string of_banks = banks.count == banks.all
                                     ? ""
                                     : " in " + std::to_string(banks.count) + " of its " +
                                           std::to_string(banks.all) + " banks";
    throw InputError("placement",
                     "resident: the network's tiles need " + kib(needed, bits) +
                         " of weight SRAM, the accelerator has " + kib(there, bits) + of_banks +
                         " (use placement: streaming, or a larger weight_sram.capacity_kib)");
  }
}

void lay_out_ring(const TileProgram& program, std::uint64_t capacity, WeightLayout& layout) {
  std::uint64_t next = 0;
  std::optional<models::NodeIndex> node;
  for (const Tile& tile : program.tiles) {
    if (const BankRange& banks = program.banks_of(tile); banks.count != banks.all) {
      throw InputError("placement", "weights that have banks of their own must be resident");
    }
    const std::uint64_t words = layout.words_of(tile);
    if (words > capacity) {
      const int bits = program.spec.weight_sram.word_bits;
      throw InputError("placement", "a tile needs " + kib(words, bits) +
                                        " of weight SRAM, the accelerator has " +
                                        kib(capacity, bits));
    }
    const bool restart =
        program.spec.placement == hardware::Placement::kRestartPerLayer && tile.node != node;
    if (restart || next + words > capacity) next = 0;
    node = tile.node;
    layout.first_word.push_back(next);
    next += words;
  }
}

/// A fold's words arrive while the array works on the fold before it (double buffering): they may
/// be written once the fold two before has been loaded, or, where they overlap the words of the
/// fold just before, once that one has.
void order_transfers(const TileProgram& program, WeightLayout& layout) {
  const auto begin = [&](const Fold& fold) { return layout.first_word[fold.tile]; };
  const auto end = [&](const Fold& fold) {
    return begin(fold) + layout.words_of(program.tile_of(fold));
  };
  for (FoldIndex i{1}; i < program.folds.end_index(); ++i) {
    const Fold& fold = program.folds[i];
    const FoldIndex just_before{i.value - 1};
    const Fold& before = program.folds[just_before];
    const bool overlaps = begin(fold) < end(before) && begin(before) < end(fold);
    if (overlaps) {
      layout.transfer_after[i] = just_before;
    } else if (i.value >= 2) {
      layout.transfer_after[i] = FoldIndex{i.value - 2};
    }
  }
}

}  // namespace

WeightLayout lay_out(const TileProgram& program, int spare_rows) {
  const std::uint64_t capacity = program.spec.weight_sram.organisation().words;
  WeightLayout layout;
  layout.spare_rows = spare_rows;
  layout.transfer_after.resize(program.folds.size());
  for (const Tile& tile : program.tiles) layout.banks.push_back(program.banks_of(tile));
  if (program.streams_weights()) {
    lay_out_ring(program, capacity, layout);
    order_transfers(program, layout);
  } else {
    lay_out_resident(program, capacity, layout);
  }
  return layout;
}

}  // namespace brownout::schedule
