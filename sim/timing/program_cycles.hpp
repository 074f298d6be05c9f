// The closed form of time: an exact recurrence over a program's folds. Says when everything
// happens without simulating a register; the SystemC machine must agree cycle for cycle.
#pragma once

#include "sim/hardware/cycles.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"

namespace brownout::timing {

/// Cycles of one DRAM transfer: latency, then bursts back to back.
hardware::Cycle transfer_cycles(const hardware::DramSpec& dram, std::uint64_t bytes);

/// Words of each tile that DRAM is asked for at each loading; empty: none.
using RefetchedWords = Indexed<schedule::TileIndex, std::uint64_t>;

/// Cycles to load a tile into the array: one per array row, more where a row's words outnumber the
/// banks, and a transfer for each word that is fetched again, one after another: the array waits.
hardware::Cycle load_cycles(const schedule::TileProgram& program, const schedule::Tile& tile,
                            std::uint64_t refetched = 0);

hardware::ProgramTimes program_times(const schedule::TileProgram& program,
                                     const schedule::WeightLayout& layout,
                                     const RefetchedWords& refetched = {});

/// Cycles to fill a resident weight SRAM once; not part of an inference. 0 when weights stream.
hardware::Cycle setup_cycles(const schedule::TileProgram& program);

}  // namespace brownout::timing
