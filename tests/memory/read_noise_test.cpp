// The chance of a failure near vfail, against the error function of the C library.
#include "memory/read_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr double kSigma = 0.002;

Fault failing_up_to(const char* vfail, double p = 1) {
  return {{0, 0, 0}, Voltage::parse(vfail), FaultKind::kFlip, p};
}

TEST(ReadNoise, IsTheNormalDistributionWithin6Sigmas) {
  for (const double p : {1.0, 0.3}) {
    for (std::int64_t micro = 588'001; micro < 612'000; micro += 7) {
      const double x = (0.6 - static_cast<double>(micro) * 1e-6) / kSigma;
      const double expected = p * 0.5 * std::erfc(-x / std::sqrt(2.0));
      const double chance =
          failure_chance(failing_up_to("0.6", p), Voltage::from_micro(micro), kSigma);
      ASSERT_NEAR(chance, expected, 1e-8 * expected) << micro;
    }
  }
  EXPECT_NEAR(failure_chance(failing_up_to("0.6"), volts("0.6"), kSigma), 0.5, 1e-12);
}

TEST(ReadNoise, LeavesNothingToChanceBeyond6Sigmas) {
  const Fault fault = failing_up_to("0.6", 0.3);
  EXPECT_EQ(failure_chance(fault, volts("0.612"), kSigma), 0);
  EXPECT_GT(failure_chance(fault, volts("0.611999"), kSigma), 0);
  EXPECT_EQ(failure_chance(fault, volts("0.588"), kSigma), 0.3);
  EXPECT_LT(failure_chance(fault, volts("0.588001"), kSigma), 0.3);
}

TEST(ReadNoise, NeverMakesAFailureMoreLikelyAtAHigherVoltage) {
  const Fault fault = failing_up_to("0.6");
  double before = 1;
  for (std::int64_t micro = 587'990; micro < 612'010; ++micro) {
    const double chance = failure_chance(fault, Voltage::from_micro(micro), kSigma);
    ASSERT_LE(chance, before) << micro;
    before = chance;
  }
  EXPECT_EQ(before, 0);
}

TEST(ReadNoise, WithoutItACellFailsUpToItsVfail) {
  EXPECT_EQ(failure_chance(failing_up_to("0.6", 0.3), volts("0.6"), 0), 0.3);
  EXPECT_EQ(failure_chance(failing_up_to("0.6", 0.3), volts("0.600001"), 0), 0);
}

TEST(ReadNoise, DoesNotReachDefects) {
  for (const double sigma : {0.0, kSigma}) {
    EXPECT_EQ(failure_chance(failing_up_to("inf"), volts("1000"), sigma), 1);
    EXPECT_EQ(failure_chance(failing_up_to("inf", 0.3), Voltage::infinite(), sigma), 0.3);
    EXPECT_EQ(failure_chance(failing_up_to("0.6"), Voltage::infinite(), sigma), 0);
  }
}

TEST(ReadNoise, ReachesSixSigmasRoundedUpToTheVoltageGrid) {
  EXPECT_EQ(never_failing_below(volts("0.6"), 0.0000011), volts("0.599993"));
  EXPECT_EQ(surely_failing(volts("0.6"), 0.0000011), volts("0.600007"));
  EXPECT_EQ(never_failing_below(volts("0.6"), 0), volts("0.6"));
  EXPECT_EQ(surely_failing(Voltage::infinite(), 0.002), Voltage::infinite());
  EXPECT_EQ(never_failing_below(Voltage::infinite(), 0.002), Voltage::infinite());
}

}  // namespace
}  // namespace brownout::memory
