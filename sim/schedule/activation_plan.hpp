// Gives every activation tensor its bytes in the activation SRAM, from its first use to its last.
#pragma once

#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// Sets TileProgram::tensor_address, activation_bytes, input_bytes and output_bytes: first fit, in
/// the order of the nodes. Throws std::runtime_error naming the layer at which the SRAM overflows.
void plan_activations(TileProgram& program, const models::QuantizedNetwork& network);

}  // namespace brownout::schedule
