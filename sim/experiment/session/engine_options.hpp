// How the integer engine adds up as an accelerator's accumulators do.
#pragma once

#include "models/engine/integer_engine.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::experiment {

inline models::EngineOptions engine_options(const schedule::TileProgram& program) {
  return {.accumulator_bits = program.spec.accumulator.bits,
          .overflow = program.spec.accumulator.overflow,
          .k_part = program.k_part()};
}

}  // namespace brownout::experiment
