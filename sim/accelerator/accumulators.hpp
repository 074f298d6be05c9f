// The accumulators below the array: two halves, an int32 per column and output pixel.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/arithmetic.hpp"

namespace brownout::accelerator {

/// Where the sums of a fold go.
struct SumTarget {
  int half = 0;
  bool first_k = false;                ///< start from the biases instead of the sums held
  int columns = 0;                     ///< used columns; sums of the others are dropped
  const std::int32_t* bias = nullptr;  ///< of the used columns
};

/// Both module and interface: the array calls deposit() for every column and cycle, so the call
/// must be inlined and no virtual function stands between them.
class Accumulators final : public sc_core::sc_module, virtual public sc_core::sc_interface {
 public:
  explicit Accumulators(const sc_core::sc_module_name& name);

  void resize(int columns, std::int64_t depth, int bits);
  /// Adds a partial sum to entry (half, column, m); sums wrap at the accumulators' width.
  void deposit(const SumTarget& target, int column, std::int64_t m, std::int32_t sum) {
    if (column >= target.columns) return;
    std::int32_t& entry = sums_[position(target.half, column, m)];
    const std::int32_t held = target.first_k ? target.bias[column] : entry;
    // The usual width wraps by itself, without a wider sum.
    entry = bits_ == 32 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(held) +
                                                    static_cast<std::uint32_t>(sum))
                        : models::wrap_accumulator(std::int64_t{held} + sum, bits_);
  }
  std::int32_t read(int half, int column, std::int64_t m) const {
    return sums_[position(half, column, m)];
  }

 private:
  std::size_t position(int half, int column, std::int64_t m) const {
    return static_cast<std::size_t>((std::int64_t{half} * columns_ + column) * depth_ + m);
  }

  int columns_ = 0;
  std::int64_t depth_ = 0;
  int bits_ = 32;
  std::vector<std::int32_t> sums_;
};

}  // namespace brownout::accelerator
