// Weights as the array reads them, in a NumPy .npz under their ONNX names and layout.
#pragma once

#include <filesystem>

#include "models/quantized_network.hpp"

namespace brownout::experiment {

/// Writes one int8 array a weight tensor, whole or not at all; equal weights give equal bytes.
void write_weights_npz(const std::filesystem::path& path, const models::QuantizedNetwork& network,
                       const models::WeightSet& weights);

/// The same container for one uint8 matrix, e.g. the logits of a run.
void write_codes_npz(const std::filesystem::path& path, const std::string& name, std::int64_t rows,
                     const std::vector<std::uint8_t>& codes);

}  // namespace brownout::experiment
