// Integer arithmetic that every room needs.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace brownout {

/// The smallest whole number that is not below value / by. For value >= 0, by > 0 and a sum of both
/// that fits into the type.
template <std::integral Integer>
constexpr Integer divide_up(Integer value, std::type_identity_t<Integer> by) {
  return (value + by - 1) / by;
}

/// A part of a whole: 0..1, and 0 where there is nothing to take a part of.
constexpr double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace brownout
