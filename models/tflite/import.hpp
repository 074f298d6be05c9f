// Reads a TFLite file, quantized to int8 throughout, into a QuantizedNetwork in LiteRT's
// arithmetic.
#pragma once

#include <filesystem>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// Throws InputError: file missing, damaged or no TFLite; an operator (named, with its
/// index and what is supported), type or quantization that is not supported.
QuantizedNetwork import_tflite(const std::filesystem::path& path);

}  // namespace brownout::models
