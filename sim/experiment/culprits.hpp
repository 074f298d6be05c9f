// What costs the accuracy most, and what the chips do not tell apart from it.
#pragma once

#include <cstddef>
#include <vector>

namespace brownout::experiment {

struct Culprits {
  /// Of the drops whose interval (Student's, 95 %) lies above 0 the one with the greatest lower
  /// end: a mean that one chip makes is no finding. Without any that of the greatest mean.
  std::size_t worst = 0;
  bool certain = false;             ///< the interval lies above 0
  std::vector<std::size_t> others;  ///< those that the chips do not tell apart from it
};

/// `drops` of each candidate, chip by chip: the same chips for all, so that they are compared in
/// pairs. Told apart is what costs less than the worst at 95 % (Student's t of the pairs); by fewer
/// than two chips nothing is. Throws std::logic_error without candidates.
Culprits find_culprits(const std::vector<std::vector<double>>& drops);

}  // namespace brownout::experiment
