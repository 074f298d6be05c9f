// What failing cells do to the bits that are read from them: the one formula, for bits of any
// width.
#pragma once

namespace brownout {

/// `Bits`: an unsigned integer, or a value with the operators of one. A cell stands in at most one
/// of the three.
template <typename Bits>
struct FaultMask {
  Bits stuck_at_0{};
  Bits stuck_at_1{};
  Bits flip{};

  constexpr Bits apply(const Bits& stored) const {
    const auto kept = static_cast<Bits>(stored & static_cast<Bits>(~stuck_at_0));
    return static_cast<Bits>(static_cast<Bits>(kept | stuck_at_1) ^ flip);
  }
  constexpr FaultMask operator|(const FaultMask& other) const {
    return {static_cast<Bits>(stuck_at_0 | other.stuck_at_0),
            static_cast<Bits>(stuck_at_1 | other.stuck_at_1), static_cast<Bits>(flip | other.flip)};
  }
  constexpr bool operator==(const FaultMask&) const = default;
};

}  // namespace brownout
