// The hot loops of normalizations; the formula is arithmetic/normalization.hpp's. Private to this
// folder.
#pragma once

#include <cstdint>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// One image.
void normalize_image(const QuantizedNetwork& network, const Normalization& normalization,
                     const std::uint8_t* input, std::uint8_t* output);

}  // namespace brownout::models
