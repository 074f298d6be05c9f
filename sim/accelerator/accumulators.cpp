#include "sim/accelerator/accumulators.hpp"

#include "models/arithmetic.hpp"

namespace brownout::accelerator {

Accumulators::Accumulators(const sc_core::sc_module_name& name) : sc_module(name) {}

void Accumulators::resize(int columns, std::int64_t depth, int bits) {
  columns_ = columns;
  depth_ = depth;
  bits_ = bits;
  sums_.assign(static_cast<std::size_t>(2 * columns * depth), 0);
}

void Accumulators::deposit(const SumTarget& target, int column, std::int64_t m, std::int32_t sum) {
  if (column >= target.columns) return;
  std::int32_t& entry = sums_[position(target.half, column, m)];
  const std::int32_t held = target.first_k ? target.bias[column] : entry;
  entry = models::wrap_accumulator(std::int64_t{held} + sum, bits_);
}

std::int32_t Accumulators::read(int half, int column, std::int64_t m) const {
  return sums_[position(half, column, m)];
}

}  // namespace brownout::accelerator
