// Intervals against their definitions.
#include "sim/experiment/results/interval.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace brownout::experiment {
namespace {

constexpr double kZ = 1.959963984540054;

// Wilson (1927): the interval's ends solve (share - p)^2 = z^2 p (1 - p) / n.
TEST(Interval, OfAShareSolvesWilsonsEquation) {
  for (const auto& [hits, trials] : {std::pair{7, 10}, {1, 1000}, {985, 1000}, {50, 100}}) {
    const Interval interval = wilson_interval(hits, trials);
    const double share = static_cast<double>(hits) / trials;
    for (double p : {interval.low, interval.high}) {
      EXPECT_NEAR((share - p) * (share - p), kZ * kZ * p * (1 - p) / trials, 1e-12);
    }
    EXPECT_LT(interval.low, share);
    EXPECT_GT(interval.high, share);
  }
}

TEST(Interval, OfAShareEndsAtZeroAndOne) {
  EXPECT_EQ(wilson_interval(0, 10).low, 0);
  EXPECT_GT(wilson_interval(0, 10).high, 0);
  EXPECT_EQ(wilson_interval(10, 10).high, 1);
}

TEST(Interval, OfPairedSharesIsThatOfTheirDifferencesWithHalfAPairOfEachKindMore) {
  // Mean and variance of the differences 1, -1 and 0 of so many pairs, counted one by one.
  for (const auto& [lost, gained, pairs] :
       {std::array{0, 0, 200}, {3, 1, 200}, {150, 86, 794}, {0, 7, 50}}) {
    const double n = pairs + 2;
    const double mean = (lost - gained) / n;
    double squares = (lost + 0.5) * (1 - mean) * (1 - mean);
    squares += (gained + 0.5) * (-1 - mean) * (-1 - mean);
    squares += (pairs - lost - gained + 1) * mean * mean;
    const Interval interval = paired_interval(lost, gained, pairs);
    EXPECT_NEAR(interval.low, mean - kZ * std::sqrt(squares / n / n), 1e-12);
    EXPECT_NEAR(interval.high, mean + kZ * std::sqrt(squares / n / n), 1e-12);
  }
}

TEST(Interval, OfPairedSharesThatNeverDifferedIsNotCertain) {
  EXPECT_LT(paired_interval(0, 0, 200).low, -0.005);
  EXPECT_GT(paired_interval(0, 0, 200).high, 0.005);
  EXPECT_LE(paired_interval(1, 0, 1).high, 1);
  EXPECT_THROW(paired_interval(2, 1, 2), std::logic_error);
  EXPECT_THROW(paired_interval(0, 0, 0), std::logic_error);
}

TEST(Interval, OfAMeanIsItsStandardErrorAndNotBelowZero) {
  const std::array<double, 4> values = {1, 2, 4, 5};  // mean 3, sample variance 10 / 3
  const Interval interval = mean_interval(values);
  EXPECT_NEAR(interval.high, 3 + kZ * std::sqrt(10.0 / 3 / 4), 1e-14);
  EXPECT_NEAR(interval.low, 3 - kZ * std::sqrt(10.0 / 3 / 4), 1e-14);
  EXPECT_EQ(mean_interval(std::array<double, 2>{0, 1}).low, 0);
  EXPECT_EQ(mean_interval(std::array<double, 1>{0.25}).high, 0.25);
}

// Hanley and McNeil (1982) derive their two terms from exponential scores; here by integration.
TEST(Interval, OfARocAreaIsThatOfTheExponentialModel) {
  // Scores of negatives have density e^-x, of positives r e^(-r x): area = 1 / (1 + r).
  const double r = 0.25;
  const double area = 1 / (1 + r);
  double two_positives = 0, two_negatives = 0;  // P(two positives > a negative), P(one > both)
  constexpr double kStep = 1e-4;
  for (double x = kStep / 2; x < 60; x += kStep) {
    two_positives += std::exp(-x) * std::exp(-2 * r * x) * kStep;
    const double above = 1 - std::exp(-x);
    two_negatives += r * std::exp(-r * x) * above * above * kStep;
  }
  const double variance = (area * (1 - area) + 29 * (two_positives - area * area) +
                           39 * (two_negatives - area * area)) /
                          (40.0 * 30.0);
  const Interval interval = roc_interval(area, 40, 30);
  EXPECT_NEAR(interval.low, area - kZ * std::sqrt(variance), 1e-6);
  EXPECT_NEAR(interval.high, area + kZ * std::sqrt(variance), 1e-6);
}

TEST(Interval, OfARocAreaStaysWithinZeroAndOne) {
  EXPECT_EQ(roc_interval(0.97, 3, 3).high, 1);
  EXPECT_EQ(roc_interval(0.03, 3, 3).low, 0);
  EXPECT_EQ(roc_interval(1, 100, 100).low, 1);
}

// Student's t of one degree of freedom is Cauchy's distribution, of two t / sqrt(2 + t^2): their
// quantiles are elementary.
TEST(Interval, OverChipsIsStudents) {
  const std::array two = {1.0, 3.0};
  const double error_of_two = 1;  // standard deviation sqrt(2), of the mean sqrt(2) / sqrt(2)
  const double cauchy = std::tan(std::numbers::pi * 0.475);
  EXPECT_NEAR(interval_over_chips(two)->low, 2 - cauchy * error_of_two, 1e-9);
  EXPECT_NEAR(interval_over_chips(two)->high, 2 + cauchy * error_of_two, 1e-9);

  const std::array three = {1.0, 2.0, 3.0};
  const double error_of_three = 1 / std::sqrt(3.0);
  const double t = 0.95 * std::sqrt(2 / (1 - 0.95 * 0.95));
  EXPECT_NEAR(interval_over_chips(three)->low, 2 - t * error_of_three, 1e-12);
  EXPECT_NEAR(interval_over_chips(three)->high, 2 + t * error_of_three, 1e-12);
}

TEST(Interval, OfOneChipTellsNothingOfOthers) {
  EXPECT_FALSE(interval_over_chips(std::array{0.5}));
}

}  // namespace
}  // namespace brownout::experiment
