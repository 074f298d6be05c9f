// The sequencer: executes a TileProgram. Loads tiles into the array, streams activations through
// it, hands finished blocks to the vector unit, and keeps the layers apart. Records when.
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>
#include <vector>

#include "sim/accelerator/activation_feeder.hpp"
#include "sim/accelerator/dma.hpp"
#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"
#include "sim/accelerator/systolic_array.hpp"
#include "sim/accelerator/vector_unit.hpp"
#include "sim/accelerator/weight_loader.hpp"

namespace brownout::accelerator {

class Sequencer final : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Sequencer);
  Sequencer(const sc_core::sc_module_name& name, JobState& state);

  sc_core::sc_port<ArrayPort> array{"array"};
  sc_core::sc_port<WeightSram> weight_sram{"weight_sram"};
  sc_core::sc_port<ActivationSram> activation_sram{"activation_sram"};
  sc_core::sc_port<VectorPort> vector_unit{"vector_unit"};
  sc_core::sc_port<DmaPort> dma{"dma"};

  /// Starts the job at the current time.
  void restart();
  bool finished() const { return phase_ == Phase::kFinished; }
  /// Cycles in which the array was clocked during a layer.
  std::uint64_t clocked_cycles(models::NodeIndex layer) const { return clocked_cycles_[layer]; }

 private:
  enum class Phase { kIdle, kInput, kLayers, kOutput, kFinished };
  /// What a cycle ended with: the array was clocked, or there is nothing to do until a cycle (or,
  /// without a cycle, until the DMA makes progress).
  struct Outcome {
    bool clocked = false;
    std::optional<Cycle> wait_until;
  };

  void run();
  Outcome act(Cycle now);
  Outcome act_in_layer(Cycle now);
  Outcome act_in_matrix_layer(Cycle now);
  void begin_layer(Cycle now);
  void end_layer(Cycle now);
  void start_stream(Cycle now);
  void start_load(Cycle now);
  void advance_load(Cycle now);
  void advance_stream(Cycle now);
  void finish_fold(FoldIndex fold, Cycle end);

  const schedule::Layer& layer() const { return state_.program().layers[layer_]; }
  hardware::FoldTimes& times(FoldIndex index) { return state_.run.times.folds[index]; }
  FoldIndex end_fold() const { return layer().first_fold + layer().fold_count; }

  JobState& state_;
  Phase phase_ = Phase::kIdle;
  bool posted_ = false;  // another module was given work in this cycle
  models::NodeIndex layer_;
  // Folds of the layer: the next to load, to stream and to finish; each goes through all three.
  FoldIndex next_load_, next_stream_, next_finish_;
  FoldIndex loaded_, streamed_;  // the last ones that began
  bool loading_ = false, streaming_ = false;
  WeightLoader loader_;
  ActivationFeeder feeder_;
  std::vector<Cycle> block_done_;  // by block of the layer
  Cycle vector_done_ = 0;
  models::ByNode<std::uint64_t> clocked_cycles_;
  sc_core::sc_event start_;
};

}  // namespace brownout::accelerator
