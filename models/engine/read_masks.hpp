// What failing storage does to the integers that an inference keeps in it: activations and
// accumulated sums. Where the masks come from is none of this folder's business.
#pragma once

#include <cstddef>
#include <vector>

#include "memory/base/fault_mask.hpp"

namespace brownout::models {

/// Element i is read through its FaultMask. All three have one element per element stored, or none:
/// then everything is read as it was stored.
template <typename Unsigned>
struct ReadMasks {
  std::vector<Unsigned> stuck_at_0, stuck_at_1, flip;

  bool empty() const { return flip.empty(); }
  void resize(std::size_t elements) {
    for (auto* mask : {&stuck_at_0, &stuck_at_1, &flip}) mask->resize(elements, 0);
  }
  Unsigned read(std::size_t i, Unsigned stored) const {
    return FaultMask<Unsigned>{stuck_at_0[i], stuck_at_1[i], flip[i]}.apply(stored);
  }
};

}  // namespace brownout::models
