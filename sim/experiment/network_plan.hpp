// What a network needs, and how it lies on an accelerator: for people who choose one for the other.
#pragma once

#include <cstdint>

#include "models/quantized_network.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/schedule/activation_plan.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::experiment {

/// Which of their 2^bits codes the weights of a layer use; codes as the source file has them.
struct CodeUse {
  int bits = 0;
  int lowest = 0, highest = 0;
  int different = 0;  ///< how many codes occur

  /// Codes from the lowest to the highest, as a share of all.
  double range() const {
    const int step = bits == 1 ? 2 : 1;  // -1 and +1
    return ((highest - lowest) / step + 1.0) / (1 << bits);
  }
};
CodeUse code_use(const models::Convolution& convolution);

struct NetworkTotals {
  std::uint64_t weights = 0, biases = 0;
  std::uint64_t constants = 0;     ///< operands of sums and products
  std::uint64_t weight_bytes = 0;  ///< each weight in its bits, without gaps
  std::int64_t macs = 0;           ///< per image
};
NetworkTotals totals_of(const models::QuantizedNetwork& network);

/// A plan that always works: weights that do not fit are streamed, and an activation SRAM that is
/// too small is doubled until it is not, which changes no time.
struct NetworkPlan {
  schedule::TileProgram program;
  hardware::ProgramTimes times;
  hardware::AcceleratorSpec asked;  ///< the accelerator without these changes
  bool weights_fit = false;         ///< all at once
  bool activations_fit = false;
};
/// Throws InputError where a tile does not fit the weight SRAM.
NetworkPlan plan_network(const models::QuantizedNetwork& network,
                         const hardware::AcceleratorSpec& asked);

}  // namespace brownout::experiment
