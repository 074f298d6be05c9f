// How the integer engine adds up as an accelerator's accumulators do.
#pragma once

#include "models/engine/integer_engine.hpp"
#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::experiment {

inline models::EngineOptions engine_options(const hardware::AcceleratorSpec& spec) {
  return {.accumulator_bits = spec.accumulator.bits,
          .overflow = spec.accumulator.overflow,
          .k_part = spec.array.rows};
}

}  // namespace brownout::experiment
