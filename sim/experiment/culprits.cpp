#include "sim/experiment/culprits.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sim/experiment/results/interval.hpp"

namespace brownout::experiment {
namespace {

/// What the mean over all dies is at least; nothing where that may be 0.
std::optional<double> at_least(const std::vector<double>& values) {
  const std::optional<Interval> interval = interval_over_chips(values);
  if (!interval || interval->low <= 0) return {};
  return interval->low;
}

}  // namespace

Culprits find_culprits(const std::vector<std::vector<double>>& drops) {
  if (drops.empty()) throw std::logic_error("find_culprits: no candidates");
  // An empty optional is less than any value.
  const auto rank = [](const std::vector<double>& values) {
    return std::pair(at_least(values), mean_of(values));
  };
  const auto costs_less = [&](const std::vector<double>& left, const std::vector<double>& right) {
    return rank(left) < rank(right);
  };
  Culprits culprits;
  culprits.worst = static_cast<std::size_t>(
      std::max_element(drops.begin(), drops.end(), costs_less) - drops.begin());
  const std::vector<double>& worst = drops[culprits.worst];
  culprits.certain = at_least(worst).has_value();
  for (std::size_t i = 0; i < drops.size(); ++i) {
    if (i == culprits.worst) continue;
    std::vector<double> more;
    for (std::size_t chip = 0; chip < worst.size(); ++chip) {
      more.push_back(worst[chip] - drops[i][chip]);
    }
    if (!at_least(more)) culprits.others.push_back(i);
  }
  return culprits;
}

}  // namespace brownout::experiment
