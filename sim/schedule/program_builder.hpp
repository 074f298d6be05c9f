// Network -> the program of tiles and folds, and the bytes of its activations.
#pragma once

#include "models/quantized_network.hpp"
#include "sim/hardware/accelerator_spec.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// Plans a network on an accelerator. Throws InputError when the activations do not fit
/// their SRAM; the text says how much is needed and how much there is.
TileProgram make_program(const models::QuantizedNetwork& network,
                         const hardware::AcceleratorSpec& spec);

}  // namespace brownout::schedule
