// Keyed random numbers: uniform, independent of their neighbours, and compared exactly.
#include "memory/numbers/keyed_random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <stdexcept>

namespace brownout::memory {
namespace {

// Chi-square of counts that should be equal.
template <std::size_t kBins>
double chi_square(const std::array<std::uint64_t, kBins>& counts) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  const double expected = total / kBins;
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

// Chi-square of 255 degrees of freedom: mean 255, deviation 22.6; 5 deviations either way.
void expect_uniform_bytes(const std::array<std::uint64_t, 256>& counts, int shift) {
  EXPECT_GT(chi_square(counts), 142) << "too even; shift " << shift;
  EXPECT_LT(chi_square(counts), 368) << "shift " << shift;
}

TEST(KeyedHash, EachByteIsUniformOverConsecutiveCoordinates) {
  for (int shift = 0; shift < 64; shift += 8) {
    std::array<std::uint64_t, 256> counts{};
    for (std::uint64_t a = 0; a < 300; ++a) {
      for (std::uint64_t b = 0; b < 300; ++b) ++counts[keyed_hash(0, a, b) >> shift & 255];
    }
    expect_uniform_bytes(counts, shift);
  }
}

TEST(KeyedHash, EachByteOfASequenceIsUniform) {
  for (int shift = 0; shift < 64; shift += 8) {
    std::array<std::uint64_t, 256> counts{};
    for (std::uint64_t i = 0; i < 100'000; ++i) ++counts[sequence_element(0, i) >> shift & 255];
    expect_uniform_bytes(counts, shift);
  }
}

TEST(KeyedHash, NeighboursInASequenceAreIndependent) {
  std::array<std::uint64_t, 256> counts{};  // pairs of the top four bits of neighbours
  const std::uint64_t key = keyed_hash(5, 6);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    ++counts[(sequence_element(key, i) >> 60) * 16 + (sequence_element(key, i + 1) >> 60)];
  }
  expect_uniform_bytes(counts, 60);
}

TEST(KeyedHash, OneBitOfAnInputMovesHalfTheOutput) {
  constexpr int kTrials = 200;
  for (int input = 0; input < 5; ++input) {
    for (int bit = 0; bit < 64; ++bit) {
      int moved = 0;
      for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
        std::array<std::uint64_t, 5> in{trial, 1, 2, 3, 4};
        const std::uint64_t before = keyed_hash(in[0], in[1], in[2], in[3], in[4]);
        in[static_cast<std::size_t>(input)] ^= std::uint64_t{1} << bit;
        moved += std::popcount(before ^ keyed_hash(in[0], in[1], in[2], in[3], in[4]));
      }
      // 12,800 output bits: mean 6,400, deviation 57
      EXPECT_NEAR(moved, 32 * kTrials, 5 * 57) << "input " << input << " bit " << bit;
    }
  }
}

TEST(KeyedHash, OrderOfCoordinatesAndSeedMatter) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (std::uint64_t a = 0; a < 8; ++a) {
      for (std::uint64_t b = 0; b < 8; ++b) {
        for (std::uint64_t c = 0; c < 8; ++c) hashes.insert(keyed_hash(seed, a, b, c));
      }
    }
  }
  EXPECT_EQ(hashes.size(), 8u * 8 * 8 * 8);
}

// A change of these numbers changes every generated chip, hence every published result.
TEST(KeyedHash, NumbersAreFixedForGood) {
  EXPECT_EQ(sequence_element(0, 0), 0xe220a8397b1dcdaf);  // SplitMix64 of seed 0
  EXPECT_EQ(sequence_element(0, 1), 0x6e789e6aa1b965f4);
  EXPECT_EQ(keyed_hash(0, 0), 0x78ae5a9a6b5fd45e);
  EXPECT_EQ(keyed_hash(1, 2, 3, 4, 5), 0x90bb69b7166551de);
}

TEST(Chance, HappensBelowTheExactThreshold) {
  const Chance quarter(0.25);
  EXPECT_TRUE(quarter.happens((std::uint64_t{1} << 62) - 1));
  EXPECT_FALSE(quarter.happens(std::uint64_t{1} << 62));
  EXPECT_FALSE(Chance(std::ldexp(1.0, -65)).happens(0));
  EXPECT_TRUE(Chance(std::ldexp(1.0, -64)).happens(0));
  EXPECT_FALSE(Chance(std::ldexp(1.0, -64)).happens(1));
  EXPECT_FALSE(Chance(std::nextafter(1.0, 0.0)).happens(~std::uint64_t{0}));
}

TEST(Chance, NeverAndAlwaysAreExact) {
  for (const std::uint64_t uniform :
       {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_FALSE(Chance(0).happens(uniform));
    EXPECT_TRUE(Chance(1).happens(uniform));
  }
}

TEST(Chance, OutsideZeroToOneIsOurBug) {
  for (const double p : {-0.1, 1.1, std::nan("")}) EXPECT_THROW(Chance{p}, std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
