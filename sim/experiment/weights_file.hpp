// Weights as the array reads them, in a NumPy .npz under the names and in the layout of the
// network's file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::experiment {

/// Writes one int8 array a weight tensor, whole or not at all; equal weights give equal bytes.
void write_weights_npz(const std::filesystem::path& path, const models::QuantizedNetwork& network,
                       const models::WeightSet& weights);

struct NamedCodes {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> codes;
};

/// The same container for uint8 arrays, e.g. the logits of a run.
void write_codes_npz(const std::filesystem::path& path, const std::vector<NamedCodes>& arrays);

}  // namespace brownout::experiment
