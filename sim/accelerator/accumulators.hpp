// The accumulators below the array: two halves, an entry per column and vector of a fold, each read
// through its faults.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "models/arithmetic/arithmetic.hpp"
#include "sim/hardware/accelerator_spec.hpp"
#include "sim/hardware/on_chip_memory.hpp"

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

  /// `depth` entries are used. Masks, one per word of hardware::organisation, or none: error-free.
  void resize(const hardware::AcceleratorSpec& spec, std::int64_t depth,
              const memory::WordMasks* masks);
  /// Adds a partial sum to entry (half, column, m) as it is read; the first one to the bias.
  void deposit(const SumTarget& target, int column, std::int64_t m, std::int32_t sum) {
    if (column >= target.columns) return;
    std::int32_t& entry = sums_[position({target.half, column, m})];
    if (!plain_) {
      const std::int32_t held =
          target.first_k ? target.bias[column] : read({target.half, column, m});
      entry = models::limit_accumulator(std::int64_t{held} + sum, spec_.bits, spec_.overflow);
      return;
    }
    // The usual accumulator wraps by itself, without a wider sum.
    const std::int32_t held = target.first_k ? target.bias[column] : entry;
    entry = static_cast<std::int32_t>(static_cast<std::uint32_t>(held) +
                                      static_cast<std::uint32_t>(sum));
  }
  /// As the cells deliver it.
  std::int32_t read(hardware::AccumulatorEntry at) const {
    const std::int32_t held = sums_[position(at)];
    return masks_ == nullptr ? held : through_cells(at, held);
  }

 private:
  std::size_t position(hardware::AccumulatorEntry at) const {
    return static_cast<std::size_t>((std::int64_t{at.half} * columns_ + at.column) * depth_ +
                                    at.entry);
  }

  std::int32_t through_cells(hardware::AccumulatorEntry at, std::int32_t held) const;

  int columns_ = 0;
  std::int64_t depth_ = 0;
  hardware::AccumulatorSpec spec_;
  bool plain_ = true;  ///< 32 bits that wrap, without faults
  std::vector<std::int32_t> sums_;
  const memory::WordMasks* masks_ = nullptr;  ///< the job's
};

}  // namespace brownout::accelerator
