// Feeds the array with activations, a vector a cycle: gathers them by the im2col index, and counts
// what it touches and what the array does with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"
#include "sim/schedule/lower.hpp"

namespace brownout::accelerator {

/// Yields the activation vectors of a fold, x - zero point, 0 for padding and unused rows.
class ActivationFeeder {
 public:
  void begin_layer(JobState& state, ActivationSram& sram, models::NodeIndex node);
  void begin(FoldIndex fold);
  /// The next vector, one element an array row.
  std::span<const std::int16_t> next();
  std::int64_t m() const { return m_; }  ///< of the vector that next() gave last, from 0
  bool done() const { return m_ + 1 == fold_->m_count; }

 private:
  std::uint64_t gather(schedule::InputIndexer::Origin origin);

  JobState* state_ = nullptr;
  models::NodeIndex node_;
  std::span<const std::uint8_t> input_;
  int zero_point_ = 0;
  std::optional<schedule::InputIndexer> indexer_;
  const schedule::Fold* fold_ = nullptr;
  const schedule::Tile* tile_ = nullptr;
  std::int64_t m_ = -1;
  std::vector<std::int16_t> vector_;
};

}  // namespace brownout::accelerator
