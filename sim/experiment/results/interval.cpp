#include "sim/experiment/results/interval.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace brownout::experiment {
namespace {

constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution

/// Of the mean of two values or more.
double standard_error(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  return sample_deviation(values) / std::sqrt(n);
}

}  // namespace

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sample_deviation(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Interval wilson_interval(std::int64_t hits, std::int64_t trials) {
  if (trials <= 0) throw std::logic_error("wilson_interval: no trials");
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double centre = share + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 / (1 + kZ * kZ / n);
  // At 0 and n hits the ends are exactly 0 and 1; rounding must not push them past.
  return {hits == 0 ? 0.0 : (centre - half) * scale,
          hits == trials ? 1.0 : (centre + half) * scale};
}

Interval paired_interval(std::int64_t lost, std::int64_t gained, std::int64_t pairs) {
  if (lost < 0 || gained < 0 || pairs < lost + gained || pairs == 0) {
    throw std::logic_error("paired_interval: counts that cannot be");
  }
  const double first_only = static_cast<double>(lost) + 0.5;
  const double second_only = static_cast<double>(gained) + 0.5;
  const double n = static_cast<double>(pairs) + 2;
  const double difference = (first_only - second_only) / n;
  const double variance = ((first_only + second_only) / n - difference * difference) / n;
  const double half = kZ * std::sqrt(variance);
  return {std::max(-1.0, difference - half), std::min(1.0, difference + half)};
}

Interval mean_interval(std::span<const double> values) {
  if (values.empty()) throw std::logic_error("mean_interval: no values");
  const double mean = mean_of(values);
  const double half = values.size() < 2 ? 0.0 : kZ * standard_error(values);
  return {std::max(0.0, mean - half), mean + half};
}

std::optional<Interval> interval_over_chips(std::span<const double> values) {
  if (values.size() < 2) return {};
  const boost::math::students_t student(static_cast<double>(values.size() - 1));
  const double half = boost::math::quantile(student, 0.975) * standard_error(values);
  const double mean = mean_of(values);
  return Interval{mean - half, mean + half};
}

Interval roc_interval(double area, std::int64_t negatives, std::int64_t positives) {
  if (negatives <= 0 || positives <= 0) throw std::logic_error("roc_interval: scores of one kind");
  const auto n = static_cast<double>(negatives);
  const auto p = static_cast<double>(positives);
  // Two positives above one negative; one positive above two negatives.
  const double two_positives = area / (2 - area);
  const double two_negatives = 2 * area * area / (1 + area);
  const double variance = (area * (1 - area) + (p - 1) * (two_positives - area * area) +
                           (n - 1) * (two_negatives - area * area)) /
                          (n * p);
  const double half = kZ * std::sqrt(std::max(0.0, variance));
  return {std::max(0.0, area - half), std::min(1.0, area + half)};
}

}  // namespace brownout::experiment
