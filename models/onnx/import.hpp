// Reads a quantized ONNX file (QDQ form) into a QuantizedNetwork.
#pragma once

#include <filesystem>

#include "models/input_codes.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// Throws InputError: file missing, empty, truncated or no ONNX; a node that is unknown or
/// float-only (named, with the list of what is supported); a quantization that integer arithmetic
/// does not cover.
QuantizedNetwork import_onnx(const std::filesystem::path& path);
/// As if a Quant with these codes stood between the real input and all that reads it.
QuantizedNetwork import_onnx(const std::filesystem::path& path, const InputCodes& input);

}  // namespace brownout::models
