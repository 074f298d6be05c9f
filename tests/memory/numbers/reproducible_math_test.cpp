// exp and log: near libm's, and exp never falls.
#include "memory/numbers/reproducible_math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

// In [low, high), from a keyed number.
double uniform(double low, double high, std::uint64_t i) {
  return low + (high - low) * std::ldexp(static_cast<double>(keyed_hash(9, i) >> 11), -53);
}

TEST(ReproducibleMath, ExpIsThatOfLibm) {
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double x = i % 2 == 0 ? uniform(-707, 709, i) : uniform(-3, 3, i);
    const double expected = std::exp(x);
    ASSERT_NEAR(reproducible_exp(x) / expected, 1.0, 1e-14) << x;
  }
}

TEST(ReproducibleMath, LogIsThatOfLibm) {
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double x = i % 2 == 0 ? std::exp(uniform(-700, 700, i)) : uniform(0.25, 4, i);
    const double expected = std::log(x);
    ASSERT_NEAR(reproducible_log(x), expected, 1e-14 * std::abs(expected)) << x;
  }
}

TEST(ReproducibleMath, SimpleValuesAreExact) {
  EXPECT_EQ(reproducible_exp(0.0), 1.0);
  EXPECT_EQ(reproducible_log(1.0), 0.0);
  EXPECT_EQ(reproducible_exp(-709), 0.0);
  EXPECT_EQ(reproducible_exp(710), std::numeric_limits<double>::infinity());
}

TEST(ReproducibleMath, ExpOfNeighboursNeverFalls) {
  constexpr double kLn2 = 0.69314718055994530942;
  for (int multiple = -60; multiple <= 60; ++multiple) {  // where the exponent of the result steps
    double x = multiple * kLn2 * (1 - 1e-13);
    double before = reproducible_exp(x);
    for (int step = 0; step < 3000; ++step) {
      x = std::nextafter(x, 1000.0);
      const double now = reproducible_exp(x);
      ASSERT_GE(now, before) << "near " << multiple << " ln 2";
      before = now;
    }
  }
}

TEST(ReproducibleMath, LogOfWhatHasNoneIsOurBug) {
  for (const double x :
       {0.0, -1.0, 1e-310, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW((void)reproducible_log(x), std::logic_error) << x;
  }
}

}  // namespace
}  // namespace brownout::memory
