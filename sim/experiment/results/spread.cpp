#include "sim/experiment/results/spread.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace brownout::experiment {

double quantile_of(std::span<const double> rising, double share) {
  const double place = share * static_cast<double>(rising.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double low = rising[below];
  const double high = rising[std::min(below + 1, rising.size() - 1)];
  return low + (place - static_cast<double>(below)) * (high - low);
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) throw std::logic_error("spread_of: no values");
  Spread spread{.mean = mean_of(values), .over_chips = interval_over_chips(values)};
  if (values.size() > 1) spread.std_dev = sample_deviation(values);
  std::sort(values.begin(), values.end());
  spread.min = values.front();
  spread.max = values.back();
  spread.p5 = quantile_of(values, 0.05);
  spread.median = quantile_of(values, 0.5);
  spread.p95 = quantile_of(values, 0.95);
  return spread;
}

Spread drop_over(const std::vector<double>& drops) {
  constexpr double kRounding = 1e-12;
  Spread spread = spread_of(drops);
  if (std::abs(spread.mean) < kRounding) spread.mean = 0;
  return spread;
}

}  // namespace brownout::experiment
