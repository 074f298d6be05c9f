// The registers of the array: every PE's weight, activation and partial sum, and one clock edge of
// them all. Knows nothing of tiles, tags or time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace brownout::accelerator {

struct PePosition {
  int row = 0, column = 0;
};

/// R x C processing elements. In a cycle PE (r, c) takes the activation of its left neighbour (or
/// the left input), adds activation * weight to the partial sum of the PE above (or to 0), and
/// holds both in registers, which its right and lower neighbours see in the next cycle.
class PeArray {
 public:
  PeArray(int rows, int columns);

  int rows() const { return rows_; }
  int columns() const { return columns_; }

  /// What enters column 0 of each row at the next step. Cleared by step().
  void set_left_input(int row, std::int16_t activation) {
    activations_[base_ + stride_ * static_cast<std::size_t>(row)] = activation;
  }
  /// Fills the staged weight register of a PE.
  void stage_weight(const PePosition& pe, std::int16_t weight) { staged_[index(pe)] = weight; }
  /// Makes the staged weight of a PE the one it multiplies with.
  void activate_weight(const PePosition& pe) { weights_[index(pe)] = staged_[index(pe)]; }
  /// One clock edge.
  void step();
  /// Partial sums that left the last row at the last step, by column.
  std::span<const std::int32_t> bottom() const { return {sums_.end() - columns_, sums_.end()}; }

 private:
  std::size_t index(const PePosition& pe) const {
    return static_cast<std::size_t>(std::ptrdiff_t{pe.row} * columns_ + pe.column);
  }

  void shift_activations();

  int rows_, columns_;
  std::size_t stride_;  // of a row of activations: the left input, then a register per column
  // All rows of activations lie end to end from base_. Every register takes its left neighbour's
  // value, so the whole block moves by one element, which is the same as moving base_ back by one.
  std::vector<std::int16_t> activations_;
  std::size_t base_ = 0;
  // Two-phase state: step() reads the sums and writes the next ones, then they trade places.
  std::vector<std::int32_t> sums_, next_sums_;  // row 0 is the constant 0 above the array
  std::vector<std::int16_t> weights_, staged_;
};

}  // namespace brownout::accelerator
