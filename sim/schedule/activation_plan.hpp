// Gives every activation tensor its bytes in the activation SRAM, from its first use to its last.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::schedule {

struct ActivationPlan {
  models::ByTensor<std::uint64_t> address;   ///< byte
  models::ByNode<std::uint64_t> live_bytes;  ///< of the tensors alive while it runs
  std::uint64_t bytes = 0;  ///< high-water mark; more than live bytes where gaps stay
  std::string peak;         ///< the layer that reaches it, or "the input"
};

/// First fit, in the order of the nodes.
ActivationPlan plan_activations(const models::QuantizedNetwork& network);

}  // namespace brownout::schedule
