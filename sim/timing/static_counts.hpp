// The closed form of events: how often each happens in one inference, from the program alone.
#pragma once

#include <vector>

#include "sim/machine/cycles.hpp"
#include "sim/machine/event_counts.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::timing {

/// Counts per layer (by node index), and those of moving the input in and the output out.
/// Data-dependent events (machine::is_data_dependent) are left at 0: their sum per layer is
/// Gemm::macs().
struct ProgramCounts {
  std::vector<machine::EventCounts> layers;
  machine::EventCounts transfers;
};

ProgramCounts static_counts(const schedule::TileProgram& program,
                            const models::QuantizedNetwork& network,
                            const machine::ProgramTimes& times);

}  // namespace brownout::timing
