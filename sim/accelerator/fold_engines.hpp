// The two engines that feed the array, a cycle at a time: one reads weight rows out of the failing
// SRAM, one gathers activations by the im2col index. Both count what they touch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "memory/encoding.hpp"
#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"
#include "sim/schedule/lower.hpp"

namespace brownout::accelerator {

/// Reads a tile's words, at most one per bank and cycle, and yields a row of weights when its last
/// word has arrived. Array rows beyond the tile's get zeros.
class WeightLoader {
 public:
  void begin(JobState& state, WeightSram& sram, int fold);
  /// One cycle. True when a row is complete: row() and weights() hold it.
  bool advance();
  int row() const { return row_; }
  std::span<const std::int16_t> weights() const { return weights_; }
  /// True when every array row has been yielded.
  bool done() const { return row_ + 1 == state_->spec().array.rows && row_complete_; }

 private:
  void read_word(std::uint32_t word_of_row);
  memory::WordBits filtered(const memory::WordBits& stored, const memory::WordBits& read) const;

  JobState* state_ = nullptr;
  WeightSram* sram_ = nullptr;
  const schedule::Tile* tile_ = nullptr;
  const models::Convolution* convolution_ = nullptr;
  int first_channel_ = 0;  // of the tile, in the output
  int row_ = -1;
  bool row_complete_ = true;
  std::uint32_t words_read_ = 0;  // of the row
  memory::WordBits may_change_;   // bits of a word of this tile, by layer and position
  std::vector<std::int16_t> weights_;
  LoadedTile* trace_ = nullptr;
};

/// Yields the activation vectors of a fold, x - zero point, 0 for padding and unused rows.
class ActivationFeeder {
 public:
  void begin_layer(JobState& state, ActivationSram& sram, int layer);
  void begin(int fold);
  /// The next vector, one element an array row.
  std::span<const std::int16_t> next();
  std::int64_t m() const { return m_; }  ///< of the vector that next() gave last, from 0
  bool done() const { return m_ + 1 == fold_->m_count; }

 private:
  std::uint64_t gather(schedule::InputIndexer::Origin origin);

  JobState* state_ = nullptr;
  int layer_ = 0;
  std::span<const std::uint8_t> input_;
  int zero_point_ = 0;
  std::optional<schedule::InputIndexer> indexer_;
  const schedule::Fold* fold_ = nullptr;
  const schedule::Tile* tile_ = nullptr;
  std::int64_t m_ = -1;
  std::vector<std::int16_t> vector_;
};

}  // namespace brownout::accelerator
