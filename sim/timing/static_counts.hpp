// The closed form of events: how often each happens in one inference, from the program alone.
#pragma once

#include <vector>

#include "sim/hardware/cycles.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::timing {

/// Counts per layer (by node index), and those of moving the input in and the output out.
/// Data-dependent events (hardware::is_data_dependent) are left at 0: their sum per layer is
/// Gemm::macs().
struct ProgramCounts {
  models::ByNode<hardware::EventCounts> layers;
  hardware::EventCounts transfers;
};

ProgramCounts static_counts(const schedule::TileProgram& program,
                            const models::QuantizedNetwork& network,
                            const hardware::ProgramTimes& times,
                            const RefetchedWords& refetched = {});

}  // namespace brownout::timing
