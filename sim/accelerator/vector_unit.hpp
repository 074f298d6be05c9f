// The vector unit: requantizes finished sums, adds, multiplies, pools, looks up and moves. Works
// through jobs in order, a number of lanes wide; the arithmetic is
// models/arithmetic/arithmetic.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <systemc>
#include <variant>
#include <vector>

#include "models/arithmetic/arithmetic.hpp"
#include "sim/accelerator/accumulators.hpp"
#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"

namespace brownout::accelerator {

class VectorPort : virtual public sc_core::sc_interface {
 public:
  /// The sums of a block (its last fold is given) are complete before cycle `from`. Returns the
  /// cycle from which the outputs can be used and the accumulator half is free.
  virtual Cycle requantize_block(FoldIndex last_fold, Cycle from) = 0;
  /// A layer without weights. Returns the cycle from which its output can be used.
  virtual Cycle run_layer(models::NodeIndex node, Cycle from) = 0;
};

class VectorUnit final : public sc_core::sc_module, public VectorPort {
 public:
  SC_HAS_PROCESS(VectorUnit);
  VectorUnit(const sc_core::sc_module_name& name, JobState& state);

  sc_core::sc_port<Accumulators> accumulators{"accumulators"};
  sc_core::sc_port<ActivationSram> activation_sram{"activation_sram"};

  void restart();
  Cycle requantize_block(FoldIndex last_fold, Cycle from) override;
  Cycle run_layer(models::NodeIndex node, Cycle from) override;

 private:
  struct Work {
    std::optional<FoldIndex> fold = {};  ///< of a block, or
    models::NodeIndex node = {};         ///< of a layer without weights
    Cycle done = 0;
  };

  Cycle enqueue(Work work, std::int64_t elements, Cycle from, Cycle latency = 0);
  void complete();
  void finish_block(FoldIndex fold);
  void finish(models::NodeIndex node, const models::Addition& addition);
  void finish(models::NodeIndex node, const models::Pooling& pooling);
  void finish(models::NodeIndex node, const models::Convolution& convolution);
  void finish(models::NodeIndex node, const models::Multiplication& multiplication);
  void finish(models::NodeIndex node, const models::Lookup& lookup);
  void finish(models::NodeIndex node, const models::Concatenation& concatenation);
  void finish(models::NodeIndex node, const models::Padding& padding);
  void finish(models::NodeIndex node, const models::StridedCopy& copy);
  void finish(models::NodeIndex node, const models::Softmax& softmax);
  void finish(models::NodeIndex node, const models::Normalization& normalization);
  void count(models::NodeIndex node, std::uint64_t reads, std::uint64_t writes);
  std::uint64_t address_of(models::TensorId id) const { return state_.program().address_of(id); }
  const models::Shape& shape_of(models::TensorId id) const;
  std::span<const std::uint8_t> codes_of(models::TensorId id) const;
  /// An operand's code for element (c, h, w) of the result: of an activation of the result's shape
  /// or of a single pixel, or of a constant.
  std::uint8_t operand(models::TensorId id, int c, int h, int w) const;
  /// A function of two operands, element by element.
  template <typename Formula>
  void combine(models::NodeIndex node, models::TensorId left, models::TensorId right,
               models::TensorId output, const Formula& formula);

  JobState& state_;
  models::ByNode<models::Requantizer> requantizers_;
  std::deque<Work> queue_;
  Cycle free_from_ = 0;
  sc_core::sc_event completed_;
};

}  // namespace brownout::accelerator
