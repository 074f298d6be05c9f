#include "sim/experiment/compare/pareto.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace brownout::experiment {

std::vector<bool> pareto_front(const std::vector<CostAndWorth>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return points[left].cost < points[right].cost;
  });
  std::vector<bool> on_front(points.size(), false);
  double best = -std::numeric_limits<double>::infinity();  // worth of all that cost less
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;  // of those that cost as much
    double most = best;
    for (; end < order.size() && points[order[end]].cost == points[order[first]].cost; ++end) {
      most = std::max(most, points[order[end]].worth);
    }
    for (; first < end; ++first) {
      const double worth = points[order[first]].worth;
      on_front[order[first]] = worth > best && worth == most;
    }
    best = most;
  }
  return on_front;
}

}  // namespace brownout::experiment
