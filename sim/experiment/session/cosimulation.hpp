// Runs an image through the SystemC machine and holds it against the integer engine, the weight
// read-back and the closed form. Says where they part.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "models/engine/integer_engine.hpp"
#include "sim/accelerator/simulator.hpp"
#include "sim/storage/weight_readback.hpp"
#include "sim/timing/static_counts.hpp"

namespace brownout::experiment {

/// The executors differ: a fault of ours, never of the input.
class Disagreement : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// What the machine must reproduce.
struct Expectation {
  const models::QuantizedNetwork& network;
  const schedule::TileProgram& program;
  const storage::WeightReadback& readback;
  const hardware::ProgramTimes& times;
  const timing::ProgramCounts& counts;
  /// Of this image, by node index (models::EngineResult).
  const models::ByNode<std::vector<std::uint8_t>>& layer_outputs;
  const models::ByNode<std::uint64_t>& gated_macs;
  models::TensorMasks tensor_masks = {};  ///< with which the engine ran
};

/// Runs `job` and compares values, cycles and counts, in this order. Throws Disagreement naming
/// layer, tile, row, column, expected and got; `simulator` replays the job to find the weight.
void cosimulate(accelerator::Simulator& simulator, const accelerator::Job& job,
                const Expectation& expectation);

/// The process's machine, elaborated at the first call.
accelerator::Simulator& process_simulator();

}  // namespace brownout::experiment
