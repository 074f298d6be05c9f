#include "memory/nearest_values.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace brownout::memory {
namespace {

std::vector<std::uint32_t> digits_to_base_3(int bits) {
  std::vector<std::uint32_t> patterns(std::size_t{1} << bits);
  for (std::uint32_t mask = 1; mask < patterns.size(); ++mask) {
    patterns[mask] = 3 * patterns[mask >> 1] + (mask & 1);
  }
  return patterns;
}

}  // namespace

NearestValues::NearestValues(Encoding encoding, int bits)
    : bits_(bits), patterns_(digits_to_base_3(bits)) {
  const std::uint32_t end = std::uint32_t{1} << bits, all = end - 1;
  codes_.resize((std::size_t{patterns_[all]} * 2 + 1) << bits);
  // What can be read goes from the lowest value up, so that one walk finds the nearest.
  std::vector<std::pair<int, std::uint32_t>> by_value;  // of every code, rising
  for (std::uint32_t code = 0; code < end; ++code) {
    by_value.emplace_back(decode(encoding, code, bits), code);
  }
  std::stable_sort(by_value.begin(), by_value.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto better = [](int value, int than, int wanted) {
    const int distance = std::abs(value - wanted), other = std::abs(than - wanted);
    if (distance != other) return distance < other;
    if (std::abs(value) != std::abs(than)) return std::abs(value) < std::abs(than);
    return value > than;
  };
  std::vector<std::pair<int, std::uint32_t>> left;  // that the stuck bits leave
  for (std::uint32_t at_1 = 0; at_1 < end; ++at_1) {
    for (std::uint32_t at_0 = 0; at_0 < end; ++at_0) {
      if ((at_0 & at_1) != 0) continue;
      left.clear();
      for (const auto& [value, code] : by_value) {
        if ((code & at_0) != 0 || (code & at_1) != at_1) continue;
        if (left.empty() || left.back().first != value) left.emplace_back(value, code);
      }
      const std::size_t row = std::size_t{patterns_[at_0] + 2 * patterns_[at_1]} << bits;
      std::size_t best = 0;
      for (const auto& [wanted, code] : by_value) {
        while (best + 1 < left.size() && better(left[best + 1].first, left[best].first, wanted)) {
          ++best;
        }
        codes_[row | code] = static_cast<std::uint8_t>(left[best].second);
      }
    }
  }
}

}  // namespace brownout::memory
