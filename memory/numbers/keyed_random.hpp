// Random numbers keyed by seed and coordinates: any one is computed alone, in any order, on any
// thread, with the same result.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace brownout::memory {

/// The odd integer nearest to 2^64 / golden ratio: consecutive multiples spread evenly.
inline constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

inline constexpr std::uint64_t kMixFactors[] = {0xbf58476d1ce4e5b9, 0x94d049bb133111eb};

/// A bijection of 64-bit integers in which every input bit moves every output bit about half the
/// time (multipliers and shifts: variant 13 of D. Stafford, as in SplitMix64).
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * kMixFactors[0];
  x = (x ^ (x >> 27)) * kMixFactors[1];
  return x ^ (x >> 31);
}

/// A uniform 64-bit integer for a seed and up to four coordinates. The order of the coordinates
/// matters; one that is left out counts as 0.
constexpr std::uint64_t keyed_hash(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0,
                                   std::uint64_t c = 0, std::uint64_t d = 0) {
  std::uint64_t hash = mix_bits(seed + kGoldenGamma);
  for (const std::uint64_t coordinate : {a, b, c, d}) {
    hash = mix_bits((hash ^ coordinate) + kGoldenGamma);
  }
  return hash;
}

/// Element `index` of the sequence that belongs to `key` (a keyed_hash): one mix_bits instead of
/// the five of keyed_hash, for loops over millions of neighbours.
constexpr std::uint64_t sequence_element(std::uint64_t key, std::uint64_t index) {
  return mix_bits(key + (index + 1) * kGoldenGamma);
}

/// An event of probability p, decided by comparing integers: `happens(u)` holds for floor(p * 2^64)
/// of the 2^64 values of u. The events of p nest: what happens at p happens at every greater one.
class Chance {
 public:
  /// Throws std::logic_error unless p is in 0..1.
  explicit Chance(double p);

  bool happens(std::uint64_t uniform) const { return certain_ || uniform < threshold_; }
  std::uint64_t threshold() const { return threshold_; }  ///< 0 where it is certain
  bool certain() const { return certain_; }

 private:
  std::uint64_t threshold_ = 0;
  bool certain_ = false;  // p = 1 needs the threshold 2^64, one more than fits
};

}  // namespace brownout::memory
