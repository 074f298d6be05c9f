// Binomial bounds against sums of products, and against themselves from the other side.
#include "sim/experiment/results/tolerance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

// Term by term, each a product of quotients.
double summed(std::int64_t most, std::int64_t trials, double chance) {
  double sum = 0;
  for (std::int64_t hits = 0; hits <= most; ++hits) {
    double term = 1;
    for (std::int64_t i = 0; i < trials; ++i) {
      term *= i < hits ? chance * static_cast<double>(trials - i) / static_cast<double>(hits - i)
                       : 1 - chance;
    }
    sum += term;
  }
  return sum;
}

TEST(Tolerance, BinomialSumsAreThoseOfTheirTerms) {
  for (const double chance : {0.001, 0.05, 0.3, 0.5, 0.93}) {
    for (const std::int64_t trials : {1, 2, 9, 60, 181}) {
      for (std::int64_t most = 0; most < trials; ++most) {
        EXPECT_NEAR(binomial_at_most(most, trials, chance), summed(most, trials, chance), 1e-12)
            << most << " of " << trials << " at " << chance;
      }
    }
  }
}

TEST(Tolerance, BinomialSumsHaveNoHolesWhereTermsAreTiny) {
  EXPECT_EQ(binomial_at_most(-1, 5, 0.5), 0);
  EXPECT_EQ(binomial_at_most(5, 5, 0.5), 1);
  EXPECT_EQ(binomial_at_most(900'000, 1'000'000, 0.05), 1);
  EXPECT_NEAR(binomial_at_most(50'000, 1'000'000, 0.05), 0.5, 0.002);
  EXPECT_EQ(binomial_at_most(10, 1'000'000, 0.5), 0);
}

// W. Wilks: 0.95^59 is the first power of 0.95 below 0.05; 93, 124, 153 and 181 stand in tables of
// one-sided tolerance limits, of the second to fifth lowest value.
TEST(Tolerance, TheFewestChipsAreThoseOfTheTables) {
  const std::int64_t chips[] = {59, 93, 124, 153, 181};
  for (std::int64_t failures = 0; failures < 5; ++failures) {
    EXPECT_EQ(least_chips({}, failures), chips[failures]);
    EXPECT_LE(summed(failures, chips[failures], 0.05), 0.05);
    EXPECT_GT(summed(failures, chips[failures] - 1, 0.05), 0.05);
    EXPECT_EQ(allowed_failures({}, chips[failures]), failures);
    EXPECT_EQ(allowed_failures({}, chips[failures] - 1).value_or(-1), failures - 1);
  }
  EXPECT_EQ(least_chips({.yield = 0.99, .confidence = 0.95}), 299);
  EXPECT_EQ(least_chips({.yield = 0.9, .confidence = 0.9}), 22);
  EXPECT_EQ(least_chips({.yield = 0.5, .confidence = 0.5}), 1);
}

TEST(Tolerance, WithoutFailuresTheBoundIsARoot) {
  for (const std::int64_t chips : {1, 4, 59, 1000}) {
    EXPECT_NEAR(yield_at_least(chips, chips, 0.95), std::pow(0.05, 1 / static_cast<double>(chips)),
                1e-12);
  }
  EXPECT_EQ(yield_at_least(0, 20, 0.95), 0);
}

TEST(Tolerance, TheBoundIsWhereAsFewFailuresAreJustRareEnough) {
  for (const std::int64_t passing : {1, 30, 91, 92}) {
    const double yield = yield_at_least(passing, 93, 0.9);
    EXPECT_NEAR(summed(93 - passing, 93, 1 - yield), 0.1, 1e-9);
    const Interval both = yield_interval(passing, 93, 0.9);
    EXPECT_NEAR(both.low, yield_at_least(passing, 93, 0.95), 1e-12);
    EXPECT_NEAR(summed(passing, 93, both.high), 0.05, 1e-9);
  }
  EXPECT_EQ(yield_interval(93, 93, 0.9).high, 1);
  EXPECT_EQ(yield_interval(0, 93, 0.9).low, 0);
}

// The claim holds exactly where the bound says so.
TEST(Tolerance, FailuresAreAllowedWhileTheBoundIsTheYieldOrMore) {
  const YieldClaim claim{.yield = 0.8, .confidence = 0.9};
  for (std::int64_t chips = 1; chips < 120; ++chips) {
    const std::int64_t allowed = allowed_failures(claim, chips).value_or(-1);
    for (std::int64_t failures = 0; failures <= chips; ++failures) {
      EXPECT_EQ(failures <= allowed, yield_at_least(chips - failures, chips, 0.9) >= 0.8)
          << failures << " of " << chips;
    }
  }
}

TEST(Tolerance, TooFewChipsAreRefusedWithHowManyItTakes) {
  EXPECT_NO_THROW(require_decidable({}, 59));
  try {
    require_decidable({}, 40);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "not decidable with 40 chips: 95 % of the dies with 95 % confidence needs at "
                 "least 59 without a failure");
  }
  EXPECT_THROW(require_decidable({.yield = 1}, 1000), InputError);
  EXPECT_THROW(require_decidable({.confidence = 0}, 1000), InputError);
}

}  // namespace
}  // namespace brownout::experiment
