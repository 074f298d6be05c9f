#include "sim/accelerator/pe_array.hpp"

#include <algorithm>
#include <utility>

#include "models/engine/widest_vectors.hpp"

namespace brownout::accelerator {
namespace {

constexpr std::size_t kShifts = 4096;  // between two moves of the activations' block

/// Every PE's multiply-accumulate. Rows of `activations` begin with the left input, which is what
/// arrives at column 0.
BROWNOUT_WIDEST_VECTORS
void multiply_accumulate(int rows, int columns, const std::int16_t* __restrict activations,
                         const std::int32_t* __restrict sums,
                         const std::int16_t* __restrict weights,
                         std::int32_t* __restrict next_sums) {
  const std::ptrdiff_t width = columns;
  for (std::ptrdiff_t r = 0; r < rows; ++r) {
    const std::int16_t* arriving = activations + r * (width + 1);
    const std::int32_t* above = sums + r * width;
    const std::int16_t* weight = weights + r * width;
    std::int32_t* sum = next_sums + (r + 1) * width;
    for (std::ptrdiff_t c = 0; c < width; ++c) {
      sum[c] = above[c] + std::int32_t{arriving[c]} * std::int32_t{weight[c]};
    }
  }
}

}  // namespace

PeArray::PeArray(int rows, int columns)
    : rows_(rows), columns_(columns), stride_(static_cast<std::size_t>(columns) + 1) {
  const auto r = static_cast<std::size_t>(rows);
  const std::size_t c = stride_ - 1;
  base_ = kShifts;
  activations_.assign(kShifts + r * stride_, 0);
  sums_.assign((r + 1) * c, 0);
  next_sums_ = sums_;
  weights_.assign(r * c, 0);
  staged_ = weights_;
}

void PeArray::step() {
  multiply_accumulate(rows_, columns_, activations_.data() + base_, sums_.data(), weights_.data(),
                      next_sums_.data());
  std::swap(sums_, next_sums_);
  shift_activations();
}

void PeArray::shift_activations() {
  if (base_ == 0) {
    std::copy_backward(activations_.begin(), activations_.end() - kShifts, activations_.end());
    base_ = kShifts;
  }
  --base_;
  // What moved into the left inputs has left the row before; nothing arrives unless it is set.
  for (int r = 0; r < rows_; ++r) set_left_input(r, 0);
}

}  // namespace brownout::accelerator
