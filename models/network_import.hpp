// Reads a quantized network, whichever of the supported file formats it is in.
#pragma once

#include <filesystem>
#include <optional>

#include "models/input_codes.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// TFLite by its suffix .tflite or its file identifier, else ONNX. Throws InputError as
/// import_onnx and import_tflite do; where a TFLite file is given codes for its input.
QuantizedNetwork import_network(const std::filesystem::path& path,
                                const std::optional<InputCodes>& input = {});

}  // namespace brownout::models
