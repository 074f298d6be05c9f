// Reads a quantized network, whichever of the supported file formats it is in.
#pragma once

#include <filesystem>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// TFLite by its suffix .tflite or its file identifier, else ONNX. Throws std::runtime_error as
/// import_onnx and import_tflite do.
QuantizedNetwork import_network(const std::filesystem::path& path);

}  // namespace brownout::models
