// The points that no other beats in cost and worth together.
#pragma once

#include <vector>

namespace brownout::experiment {

struct CostAndWorth {
  double cost = 0;   ///< less is better
  double worth = 0;  ///< more is better
};

/// Of each point whether it is on the front: no other costs at most as much and is worth at least
/// as much, one of them truly. Of equal points all are, or none.
std::vector<bool> pareto_front(const std::vector<CostAndWorth>& points);

}  // namespace brownout::experiment
