// Which wrong bits of the weights act: by the layer that reads them, their position in the weight's
// code, and the direction of the change. Plain data: the machine and the read-back apply it, each
// in its own way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/node_index.hpp"

namespace brownout::storage {

/// The direction in which a bit changes between writing and reading.
enum class FaultPolarity : std::uint8_t { kBoth, kZeroToOne, kOneToZero };

/// "both", "0to1" (stored 0, read 1), "1to0".
std::string to_string(FaultPolarity polarity);
/// Throws InputError that lists the names.
FaultPolarity parse_polarity(std::string_view name);

/// A bit that reads wrong keeps its wrong value if layer, position and direction all pass;
/// otherwise it reads as it was written. The default passes everything.
struct FaultFilter {
  models::ByNode<bool> layers;             ///< empty: every layer passes
  std::uint32_t bits = ~std::uint32_t{0};  ///< bit b is set: bit b of a code passes, 0 the lowest
  FaultPolarity polarity = FaultPolarity::kBoth;

  bool passes_layer(models::NodeIndex node) const { return layers.empty() || layers[node]; }
  bool operator==(const FaultFilter&) const = default;
};

}  // namespace brownout::storage
