// The faults that act, split into parts: layers, bits of a weight's code, directions, or two of
// these at once. Parts do not overlap and make up the whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "memory/storage_scheme.hpp"
#include "models/quantized_network.hpp"
#include "sim/storage/fault_filter.hpp"
#include "sim/storage/weight_image.hpp"

namespace brownout::experiment {

enum class FaultDimension : std::uint8_t { kLayer, kBit, kPolarity };

/// "layer", "bit", "polarity", or two of them with a comma. Throws InputError.
std::vector<FaultDimension> parse_dimensions(std::string_view text);
std::string to_string(FaultDimension dimension);

/// A part of the faults. A dimension that is not split has the text "all".
struct FaultPart {
  std::string layer = "all", bit = "all", polarity = "all";
  storage::FaultFilter filter;
  std::uint64_t weights = 0;      ///< that have a bit which may change
  std::uint64_t weight_bits = 0;  ///< that may change; with one direction, those stored so

  /// "layer conv1", "layer conv1, bit 7", "bit 7", "1to0"; "all", "none".
  std::string name() const;
};

/// First no faults ("none" in every dimension), then all of `whole`, then its parts by layer, bit,
/// polarity.
std::vector<FaultPart> split_faults(const models::QuantizedNetwork& network,
                                    const storage::StoredWeights& stored,
                                    const memory::StorageScheme& scheme,
                                    const storage::FaultFilter& whole,
                                    const std::vector<FaultDimension>& dimensions);

}  // namespace brownout::experiment
