// What failing storage does to the integers that an inference keeps in it: activations and
// accumulated sums. Where the masks come from is none of this folder's business.
#pragma once

#include <cstddef>
#include <vector>

namespace brownout::models {

/// Element i is read as ((stored & ~stuck_at_0[i]) | stuck_at_1[i]) ^ flip[i]. All three have one
/// element per element stored, or none: then everything is read as it was stored.
template <typename Unsigned>
struct ReadMasks {
  std::vector<Unsigned> stuck_at_0, stuck_at_1, flip;

  bool empty() const { return flip.empty(); }
  void resize(std::size_t elements) {
    for (auto* mask : {&stuck_at_0, &stuck_at_1, &flip}) mask->resize(elements, 0);
  }
  Unsigned read(std::size_t i, Unsigned stored) const {
    const auto kept = static_cast<Unsigned>(stored & static_cast<Unsigned>(~stuck_at_0[i]));
    return static_cast<Unsigned>((kept | stuck_at_1[i]) ^ flip[i]);
  }
};

}  // namespace brownout::models
