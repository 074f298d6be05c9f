// The stored code whose value is nearest to the one wanted, for every pattern of stuck bits: what a
// weight can still be in a faulty word.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"

namespace brownout::memory {

/// A look-up table over (pattern of stuck bits) x (wanted code), filled from the definition: of all
/// codes that the stuck bits leave, the one of the least |value - wanted value|. Of two as near,
/// the one nearer to zero, then the positive one.
class NearestValues {
 public:
  /// `bits`: 1 to 8. 3^bits * 2^bits entries.
  NearestValues(Encoding encoding, int bits);

  /// Masks of the code's bits, disjoint; none stuck: `code` itself.
  std::uint8_t nearest(std::uint32_t stuck_at_0, std::uint32_t stuck_at_1,
                       std::uint32_t code) const {
    return codes_[(patterns_[stuck_at_0] + 2 * patterns_[stuck_at_1]) << bits_ | code];
  }

 private:
  int bits_;
  std::vector<std::uint32_t> patterns_;  // bits as digits to the base of 3
  std::vector<std::uint8_t> codes_;      // by 3-digit pattern (1: stuck at 0, 2: at 1), then code
};

}  // namespace brownout::memory
