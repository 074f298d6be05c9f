// A network whose activations cannot leave given ranges: activation range restriction (Ranger:
// Chen, Li and Pattabiraman, DSN 2021, arXiv 2003.13874).
#pragma once

#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// Of codes.
struct CodeRange {
  std::uint8_t low = 255, high = 0;

  bool operator==(const CodeRange&) const = default;
};

/// Clamps what each node computes to its range. Outputs of the network stay as they
/// are, and so do nodes that take their codes from others.
void clamp_activations(QuantizedNetwork& network, const ByNode<CodeRange>& ranges);

}  // namespace brownout::models
