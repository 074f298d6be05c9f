// The array with its skew: delay registers at the left (activations), at the top (weights) and tags
// that travel with the data. Fill, skew and drain happen because registers shift.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "sim/accelerator/accumulators.hpp"
#include "sim/accelerator/pe_array.hpp"

namespace brownout::accelerator {

/// Says of an activation vector which fold and row of the accumulators its sums belong to.
struct StreamTag {
  int fold = -1;  ///< index into TileProgram::folds; -1: a bubble
  int m = 0;      ///< row of the accumulators, from 0
};

/// What the array can be told in a cycle; clock() ends the cycle.
class ArrayPort : virtual public sc_core::sc_interface {
 public:
  /// Forgets everything and takes this size.
  virtual void resize(int rows, int columns) = 0;
  /// A row of weights enters: column c captures its weight c cycles from now.
  virtual void load_row(int row, std::span<const std::int16_t> weights) = 0;
  /// The next vectors belong to this fold; the first one's wavefront makes the staged weights
  /// active. `vectors` of them will come.
  virtual void begin_fold(int fold, int vectors, const SumTarget& target) = 0;
  /// A vector of activations enters: row r meets column 0 r cycles from now.
  virtual void stream(std::span<const std::int16_t> activations, const StreamTag& tag) = 0;
  /// One clock edge. Returns the fold whose last sum has left, or -1.
  virtual int clock() = 0;
};

class SystolicArray final : public sc_core::sc_module, public ArrayPort {
 public:
  explicit SystolicArray(const sc_core::sc_module_name& name);

  sc_core::sc_port<Accumulators> accumulators{"accumulators"};

  void resize(int rows, int columns) override;
  void load_row(int row, std::span<const std::int16_t> weights) override;
  void begin_fold(int fold, int vectors, const SumTarget& target) override;
  void stream(std::span<const std::int16_t> activations, const StreamTag& tag) override;
  int clock() override;

 private:
  void activate_wavefronts();
  void capture_weights();
  int collect_sums();
  std::size_t slot(std::int64_t tick) const { return static_cast<std::size_t>(tick) & mask_; }

  struct FoldInFlight {
    int last_m = 0;
    SumTarget target;
  };

  PeArray pes_{1, 1};
  std::size_t rows_ = 1, columns_ = 1;  // of the array, as strides of the rings
  std::int64_t tick_ = 0;
  std::size_t mask_ = 0;                  // the delay lines are rings of mask_ + 1 slots
  std::vector<std::int16_t> skewed_;      // ring x rows: what reaches column 0 at a tick
  std::vector<int> loading_row_;          // ring: array row whose weights entered, or -1
  std::vector<std::int16_t> loading_;     // ring x columns
  std::vector<StreamTag> tags_;           // ring: the tag of the vector that entered at a tick
  std::vector<FoldInFlight> folds_;       // ring by fold: fewer are in flight than ticks
  std::vector<std::int64_t> wavefronts_;  // ticks at which staged weights began to be activated
  std::int64_t last_load_tick_ = 0;
};

}  // namespace brownout::accelerator
