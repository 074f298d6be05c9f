// 95 % intervals of what was estimated from a sample: shares, means, the area under a ROC curve.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace brownout::experiment {

struct Interval {
  double low = 0, high = 0;
};

/// Of one value or more.
double mean_of(std::span<const double> values);
/// The sample standard deviation, of two values or more.
double sample_deviation(std::span<const double> values);

/// Wilson (1927), of the share hits / trials.
Interval wilson_interval(std::int64_t hits, std::int64_t trials);

/// Agresti and Min (2005), "Simple improved confidence intervals for comparing matched
/// proportions": of the difference of two shares of the same `pairs`, (lost - gained) / pairs,
/// where `lost` pairs count for the first share only and `gained` for the second only. Wald's
/// interval with half a pair more of each of the four kinds, so that no differences do not mean
/// certainty.
Interval paired_interval(std::int64_t lost, std::int64_t gained, std::int64_t pairs);

/// Mean -+ 1.96 standard errors, of values that are 0 or more; of one value only the value.
Interval mean_interval(std::span<const double> values);

/// Student (1908): of the mean over all dies, from `values` of some of them: mean -+ t standard
/// errors, t the 97.5 % quantile for one degree of freedom less than values. Nothing of fewer than
/// two, which tell nothing of other dies.
std::optional<Interval> interval_over_chips(std::span<const double> values);

/// Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve": area -+ 1.96
/// standard errors for so many scores of each kind, cut off at 0 and 1. Of no width at 0 and 1.
Interval roc_interval(double area, std::int64_t negatives, std::int64_t positives);

}  // namespace brownout::experiment
