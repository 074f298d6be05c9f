// How wide the sums of a network may become, and whether accumulators hold them.
#pragma once

#include <string>

#include "models/quantized_network.hpp"
#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::experiment {

/// Bits, as two's complement, that hold every partial sum of a layer whatever its input: bias and
/// products in any order.
int sum_bits(const models::QuantizedNetwork& network, const models::Convolution& convolution);
/// The same of the layer that needs most; 0 without layers that have weights.
int largest_sum_bits(const models::QuantizedNetwork& network);
/// Empty where the accumulators hold every sum.
std::string accumulator_note(const models::QuantizedNetwork& network,
                             const hardware::AcceleratorSpec& spec);

}  // namespace brownout::experiment
