#include "sim/accelerator/systolic_array.hpp"

#include <algorithm>
#include <bit>

namespace brownout::accelerator {

SystolicArray::SystolicArray(const sc_core::sc_module_name& name) : sc_module(name) {}

void SystolicArray::resize(int rows, int columns) {
  pes_ = PeArray(rows, columns);
  tick_ = 0;
  rows_ = static_cast<std::size_t>(rows);
  columns_ = static_cast<std::size_t>(columns);
  const std::size_t slots = std::bit_ceil(rows_ + columns_);
  mask_ = slots - 1;
  skewed_.assign(slots * rows_, 0);
  loading_row_.assign(slots, -1);
  loading_.assign(slots * columns_, 0);
  tags_.assign(slots, StreamTag{});
  folds_.assign(slots, FoldInFlight{});
  wavefronts_.clear();
  last_load_tick_ = -static_cast<std::int64_t>(slots);
}

void SystolicArray::load_row(int row, std::span<const std::int16_t> weights) {
  loading_row_[slot(tick_)] = row;
  std::copy(weights.begin(), weights.end(),
            loading_.begin() + static_cast<std::ptrdiff_t>(slot(tick_) * weights.size()));
  last_load_tick_ = tick_;
}

void SystolicArray::begin_fold(int fold, int vectors, const SumTarget& target) {
  folds_[slot(fold)] = {vectors - 1, target};
  wavefronts_.push_back(tick_);
}

void SystolicArray::stream(std::span<const std::int16_t> activations, const StreamTag& tag) {
  const std::size_t rows = activations.size();
  for (std::size_t r = 0; r < rows; ++r) {
    skewed_[slot(tick_ + static_cast<std::int64_t>(r)) * rows + r] = activations[r];
  }
  tags_[slot(tick_)] = tag;
}

int SystolicArray::clock() {
  // A wavefront passes a PE before the next fold's weight may be captured there.
  activate_wavefronts();
  capture_weights();
  const int rows = pes_.rows();
  std::int16_t* arriving = &skewed_[slot(tick_) * rows_];
  for (int r = 0; r < rows; ++r) {
    pes_.set_left_input(r, arriving[r]);
    arriving[r] = 0;
  }
  pes_.step();
  const int finished = collect_sums();
  ++tick_;
  // The slot that the next tick enters last served rows + columns ticks ago.
  tags_[slot(tick_)].fold = -1;
  loading_row_[slot(tick_)] = -1;
  return finished;
}

/// PE (r, c) is reached r + c cycles after the first vector of a fold has entered.
void SystolicArray::activate_wavefronts() {
  const int rows = pes_.rows();
  const int columns = pes_.columns();
  for (const std::int64_t start : wavefronts_) {
    const int age = static_cast<int>(tick_ - start);
    for (int r = std::max(0, age - columns + 1); r <= std::min(rows - 1, age); ++r) {
      pes_.activate_weight({.row = r, .column = age - r});
    }
  }
  std::erase_if(wavefronts_,
                [&](std::int64_t start) { return tick_ - start >= rows + columns - 2; });
}

void SystolicArray::capture_weights() {
  const int columns = pes_.columns();
  if (tick_ - last_load_tick_ >= columns) return;
  for (int c = 0; c < columns; ++c) {
    const std::size_t entered = slot(tick_ - c);
    const int row = loading_row_[entered];
    if (row < 0) continue;
    const std::int16_t* weights = &loading_[entered * columns_];
    pes_.stage_weight({.row = row, .column = c}, weights[c]);
  }
}

/// The sums of the vector that entered t ticks ago leave column t - (rows - 1).
int SystolicArray::collect_sums() {
  const std::int32_t* bottom = pes_.bottom().data();
  const std::int64_t first_column = tick_ - (pes_.rows() - 1);
  Accumulators& sums = *accumulators.operator->();
  const int columns = pes_.columns();
  for (int c = 0; c < columns; ++c) {
    const StreamTag tag = tags_[slot(first_column - c)];
    if (tag.fold < 0) continue;
    sums.deposit(folds_[slot(tag.fold)].target, c, tag.m, bottom[c]);
  }
  const StreamTag last = tags_[slot(first_column - (columns - 1))];
  return last.fold >= 0 && last.m == folds_[slot(last.fold)].last_m ? last.fold : -1;
}

}  // namespace brownout::accelerator
