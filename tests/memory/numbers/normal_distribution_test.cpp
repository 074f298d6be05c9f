// The normal distribution function and its inverse: near libm's, inverse to each other, and never
// falling.
#include "memory/numbers/normal_distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

double cdf_of_libm(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(NormalDistribution, CdfIsThatOfLibm) {
  for (int i = -92'000; i <= 92'000; ++i) {
    const double x = i * 1e-4;
    ASSERT_NEAR(reproducible_normal_cdf(x) / cdf_of_libm(x), 1.0, 1e-10) << x;
  }
}

TEST(NormalDistribution, CdfOfNeighboursNeverFalls) {
  for (const double start : {-37.0, -9.2, -5.0, -1.0, -1e-3, -1e-300, 0.0, 1e-3, 0.5, 2.0, 8.0}) {
    double x = start;
    double before = reproducible_normal_cdf(x);
    for (int step = 0; step < 20'000; ++step) {
      x = std::nextafter(x, 100.0);
      const double now = reproducible_normal_cdf(x);
      ASSERT_GE(now, before) << "near " << start;
      before = now;
    }
  }
}

TEST(NormalDistribution, CdfOfStepsRisesFromZeroToOne) {
  double before = reproducible_normal_cdf(-40);
  EXPECT_EQ(before, 0.0);
  for (std::int64_t i = -40'000; i <= 40'000; ++i) {
    const double now = reproducible_normal_cdf(static_cast<double>(i) * 1e-3);
    ASSERT_GE(now, before) << i;
    before = now;
  }
  EXPECT_EQ(before, 1.0);
  EXPECT_NEAR(reproducible_normal_cdf(0), 0.5, 1e-15);
  EXPECT_EQ(reproducible_normal_cdf(1e200), 1.0);
  EXPECT_EQ(reproducible_normal_cdf(-1e200), 0.0);
}

// The slope of libm's distribution function turns its value into the error of x.
TEST(NormalDistribution, InverseUndoesTheCdfOfLibm) {
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double exponent = static_cast<double>(i % 64 + 1);
    const double mantissa = 1.0 + std::ldexp(static_cast<double>(keyed_hash(3, i) >> 11), -53);
    const double p = mantissa * std::exp2(-exponent - 1);  // 2^-65 .. 1/2
    const double x = reproducible_inverse_normal(p);
    const double slope = std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI);
    const double error = (cdf_of_libm(x) - p) / slope;
    ASSERT_LE(std::abs(error), 1e-9 * std::abs(x) + 1e-16) << p;
  }
}

// Values of mpmath with 40 digits.
TEST(NormalDistribution, InverseHasKnownQuantiles) {
  const struct {
    double p, x;
  } known[] = {{0x1p-65, -9.155293772686072}, {0x1p-64, -9.080155124873613},
               {1e-12, -7.034483825301132},   {1e-6, -4.753424308822899},
               {0.01, -2.326347874040841},    {0.1, -1.2815515655446004},
               {0.25, -0.6744897501960817},   {0.4999, -0.00025066283008800747}};
  for (const auto& [p, x] : known) {
    EXPECT_NEAR(reproducible_inverse_normal(p) / x, 1.0, 1e-14) << p;
  }
  EXPECT_EQ(reproducible_inverse_normal(0.5), 0.0);
}

TEST(NormalDistribution, InverseIsOddAndRises) {
  double before = reproducible_inverse_normal(0x1p-64);
  for (int i = 1; i < 1 << 16; ++i) {
    const double p = i * 0x1p-16;
    const double now = reproducible_inverse_normal(p);
    ASSERT_GT(now, before) << p;
    ASSERT_EQ(now, -reproducible_inverse_normal(1.0 - p)) << p;
    before = now;
  }
  EXPECT_GT(reproducible_inverse_normal(1 - 0x1p-53), before);
}

TEST(NormalDistribution, InverseFallsByNoMoreThanItsRoundingWhereItsFormulasMeet) {
  for (const double joint : {0.075, 0.925, 1.3887943864964021e-11, 0.5}) {  // e^-25: r = 5
    double p = joint * (1 - 1e-12);
    double before = reproducible_inverse_normal(p);
    for (int step = 0; step < 20'000; ++step) {
      p += joint * 1e-16 * 2;
      const double now = reproducible_inverse_normal(p);
      ASSERT_GE(now, before - 4e-15 * std::abs(before)) << joint;
      before = now;
    }
  }
}

TEST(NormalDistribution, ProbabilitiesThatHaveNoQuantileAreOurBug) {
  for (const double p : {0.0, 1.0, -0.5, 2.0, std::nan("")}) {
    EXPECT_THROW((void)reproducible_inverse_normal(p), std::logic_error) << p;
  }
}

TEST(NormalDistribution, NumbersOfKeysAreNormal) {
  constexpr int kNumbers = 200'000;
  double sum = 0, squares = 0;
  int beyond_two = 0;
  for (std::uint64_t i = 0; i < kNumbers; ++i) {
    const double x = standard_normal(keyed_hash(1, i));
    sum += x;
    squares += x * x;
    beyond_two += std::abs(x) > 2;
  }
  EXPECT_NEAR(sum / kNumbers, 0, 5 / std::sqrt(kNumbers));
  EXPECT_NEAR(squares / kNumbers, 1, 5 * std::sqrt(2.0 / kNumbers));
  const double tails = 2 * cdf_of_libm(-2);
  EXPECT_NEAR(static_cast<double>(beyond_two) / kNumbers, tails,
              5 * std::sqrt(tails * (1 - tails) / kNumbers));
}

TEST(NormalDistribution, NumbersOfTheTwoHalvesMirrorEachOther) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t uniform = keyed_hash(2, i);
    EXPECT_EQ(standard_normal(uniform), -standard_normal(~uniform));
  }
  EXPECT_NEAR(standard_normal(0), reproducible_inverse_normal(0x1p-65), 1e-12);
  EXPECT_LT(standard_normal(0), -9);
  EXPECT_GT(standard_normal(~std::uint64_t{0}), 9);
}

}  // namespace
}  // namespace brownout::memory
