// From failing cells back to activations: fault -> cell -> word and bit -> byte -> elements of the
// tensors that lie there. Yields the masks with which the integer engine reads every tensor.
#pragma once

#include <vector>

#include "memory/fault_map.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::storage {

/// Byte a of the activation SRAM is bits 8 (a mod b) .. 8 (a mod b) + 7 of word a div b, with b
/// bytes a word. Throws std::logic_error when `cells` has another geometry than the activation
/// SRAM.
models::TensorMasks read_back_activations(const schedule::TileProgram& program,
                                          const models::QuantizedNetwork& network,
                                          const memory::CellMasks& cells);

}  // namespace brownout::storage
