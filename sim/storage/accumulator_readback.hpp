// From failing cells back to sums: fault -> cell -> entry of a half and column -> the blocks that
// use the entry -> output elements. Yields the masks with which the integer engine reads its sums.
#pragma once

#include "memory/fault_map.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::storage {

/// Throws std::logic_error when `cells` has another geometry than the program's accumulators
/// (hardware::organisation).
models::SumMasks read_back_accumulators(const schedule::TileProgram& program,
                                        const models::QuantizedNetwork& network,
                                        const memory::CellMasks& cells);

}  // namespace brownout::storage
