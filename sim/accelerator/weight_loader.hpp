// Feeds the array with weights, a cycle at a time: reads rows of a tile out of the failing SRAM,
// and counts what it touches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/accelerator/dma.hpp"
#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"

namespace brownout::accelerator {

/// Reads a tile's words, at most one per bank and cycle, those of its flags first, and yields a row
/// of weights when its last word has arrived. Array rows beyond the tile's get zeros. Where a word
/// is fetched again from DRAM, it waits for that.
class WeightLoader {
 public:
  void begin(JobState& state, WeightSram& sram, DmaPort& dma, FoldIndex fold);
  /// One cycle. True when a row is complete: row() and weights() hold it.
  bool advance();
  int row() const { return row_; }
  std::span<const std::int16_t> weights() const { return weights_; }
  /// True when every array row has been yielded.
  bool done() const { return row_ + 1 == state_->spec().array.rows && row_complete_; }

 private:
  void read_flags();
  void read_words();
  void read_word(std::uint32_t word_of_row);
  void count(const storage::TileWord& word, const storage::ReadWord& read);

  JobState* state_ = nullptr;
  WeightSram* sram_ = nullptr;
  DmaPort* dma_ = nullptr;
  const schedule::Tile* tile_ = nullptr;
  const models::Convolution* convolution_ = nullptr;
  std::vector<memory::WordFlags> columns_;  // by word of a row; none where nothing is changed
  schedule::TileIndex tile_index_;
  int first_channel_ = 0;  // of the tile, in the output
  int row_ = -1;
  bool row_complete_ = true;
  std::uint32_t words_read_ = 0;  // of the row
  Cycle waiting_ = 0;             // for flags, and words that are fetched again
  std::vector<std::int16_t> weights_;
  LoadedTile* trace_ = nullptr;
};

}  // namespace brownout::accelerator
