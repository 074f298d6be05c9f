// The accumulators below the array: two halves, an int32 per column and output pixel.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

namespace brownout::accelerator {

/// Where the sums of a fold go.
struct SumTarget {
  int half = 0;
  bool first_k = false;               ///< start from the biases instead of the sums held
  int columns = 0;                    ///< used columns; sums of the others are dropped
  const std::int32_t* bias = nullptr; ///< of the used columns
};

class AccumulatorPort : virtual public sc_core::sc_interface {
 public:
  virtual void resize(int columns, std::int64_t depth, int bits) = 0;
  /// Adds a partial sum to entry (half, column, m); sums wrap at the accumulators' width.
  virtual void deposit(const SumTarget& target, int column, std::int64_t m, std::int32_t sum) = 0;
  virtual std::int32_t read(int half, int column, std::int64_t m) const = 0;
};

class Accumulators final : public sc_core::sc_module, public AccumulatorPort {
 public:
  explicit Accumulators(const sc_core::sc_module_name& name);

  void resize(int columns, std::int64_t depth, int bits) override;
  void deposit(const SumTarget& target, int column, std::int64_t m, std::int32_t sum) override;
  std::int32_t read(int half, int column, std::int64_t m) const override;

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
