// One chip at one voltage against an accuracy target: pass or fail, what it lost, and whether the
// images settle it.
#pragma once

#include <optional>

#include "sim/experiment/results/point_summary.hpp"

namespace brownout::experiment {

/// Percentage points that a chip may lose where nobody says how many.
inline constexpr double kDefaultMaxDrop = 1;

/// What a chip has to reach to pass: so much of the workload's metric, which is a share, or at most
/// so many percentage points less than the network has without faults on the same images.
struct AccuracyTarget {
  std::optional<double> minimum = {};  ///< a share
  double max_drop = kDefaultMaxDrop;   ///< where there is no minimum
};

/// What somebody asks for: at most one of them.
struct AskedTarget {
  std::optional<double> min_top1 = {}, min_auc = {};  ///< shares
  std::optional<double> max_drop = {};                ///< percentage points
};

/// For a workload that is judged by `metric`. Throws InputError "--OPTION: ..." where the
/// target is of another metric, or the metric has no percentage points: it would be silently wrong.
AccuracyTarget target_for(const AskedTarget& asked, Metric metric);

/// What a target comes to for one network and its images.
struct PassMark {
  Metric metric = Metric::kTop1;
  double reference = 0;                 ///< the metric without faults
  double minimum = 0;                   ///< share to reach
  std::optional<double> max_drop = {};  ///< percentage points, where the target is one of a drop
};
PassMark mark_of(const AccuracyTarget& target, Metric metric, double reference);

/// Whether a share is at least the minimum; the minimum itself passes, roundings aside.
bool passes(double share, double minimum);

struct Verdict {
  double score = 0;
  bool pass = false;
  double drop = 0;  ///< reference - score, a share; below 0 where faults help
  /// 95 % interval of the drop for images like these, from those lost and gained; of top-1.
  std::optional<Interval> drop_interval = {};
  /// Whether the target lies outside the interval: that of the drop for a target of a drop, else
  /// the score's own. Nothing where there is no interval.
  std::optional<bool> settled = {};
};
Verdict judge(const PointSummary& point, const PassMark& mark);

}  // namespace brownout::experiment
