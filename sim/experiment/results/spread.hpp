// A number over the chips of an ensemble: mean, spread, quantiles.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/experiment/results/interval.hpp"

namespace brownout::experiment {

struct Spread {
  double mean = 0, min = 0, max = 0;
  double p5 = 0, median = 0, p95 = 0;       ///< quantiles of the chips
  std::optional<double> std_dev = {};       ///< sample standard deviation; of two chips or more
  std::optional<Interval> over_chips = {};  ///< of the mean over all dies like these; likewise
};

/// Of one value a chip. Throws std::logic_error without any.
Spread spread_of(std::vector<double> values);

/// Of what faults cost each chip. Shares that lose and gain alike leave a rounding of their sum:
/// such a mean is 0.
Spread drop_over(const std::vector<double>& drops);

/// Linear between the values, which rise: the greatest is the quantile 1, the least 0 (type 7 of
/// Hyndman and Fan 1996, "Sample quantiles in statistical packages"; NumPy's default).
double quantile_of(std::span<const double> rising, double share);

}  // namespace brownout::experiment
