#include "sim/accelerator/pe_array.hpp"

#include <algorithm>
#include <utility>

// Integer arithmetic gives the same result on every CPU, so the loop may use the widest vectors
// that the machine has. Sanitizers do not work with functions that are resolved at load time.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BROWNOUT_WIDEST_VECTORS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BROWNOUT_WIDEST_VECTORS
#endif

namespace brownout::accelerator {
namespace {

/// One row's clock edge: `activations` starts with the left input.
BROWNOUT_WIDEST_VECTORS
void step_rows(int rows, int columns, const std::int16_t* __restrict activations,
               const std::int32_t* __restrict sums, const std::int16_t* __restrict weights,
               std::int16_t* __restrict next_activations, std::int32_t* __restrict next_sums) {
  const std::ptrdiff_t stride = columns + 1;
  for (std::ptrdiff_t r = 0; r < rows; ++r) {
    const std::int16_t* arriving = activations + r * stride;
    const std::int32_t* above = sums + r * columns;
    const std::int16_t* weight = weights + r * columns;
    std::int16_t* held = next_activations + r * stride + 1;
    std::int32_t* sum = next_sums + (r + 1) * columns;
    for (std::ptrdiff_t c = 0; c < columns; ++c) {
      held[c] = arriving[c];
      sum[c] = above[c] + std::int32_t{arriving[c]} * std::int32_t{weight[c]};
    }
  }
}

}  // namespace

PeArray::PeArray(int rows, int columns)
    : rows_(rows), columns_(columns), stride_(static_cast<std::size_t>(columns) + 1) {
  const auto r = static_cast<std::size_t>(rows);
  const auto c = static_cast<std::size_t>(columns);
  activations_.assign(r * stride_, 0);
  next_activations_ = activations_;
  sums_.assign((r + 1) * c, 0);
  next_sums_ = sums_;
  weights_.assign(r * c, 0);
  staged_ = weights_;
}

void PeArray::step() {
  step_rows(rows_, columns_, activations_.data(), sums_.data(), weights_.data(),
            next_activations_.data(), next_sums_.data());
  std::swap(activations_, next_activations_);
  std::swap(sums_, next_sums_);
  for (int r = 0; r < rows_; ++r) set_left_input(r, 0);
}

}  // namespace brownout::accelerator
