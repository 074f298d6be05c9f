#include "sim/experiment/results/verdict.hpp"

#include <algorithm>
#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

// A chip whose faults reach nothing is the reference itself, whatever the images.
Interval drop_interval(const PointSummary& point) {
  if (point.unharmed) return {0, 0};
  return paired_interval(point.paired->lost, point.paired->gained, point.images);
}

double exact_drop(const PointSummary& point, const PassMark& mark, double score) {
  if (mark.metric != Metric::kTop1 || !point.paired)
    return drop(mark.metric, mark.reference, score);
  return static_cast<double>(point.paired->lost - point.paired->gained) /
         static_cast<double>(point.images);
}

}  // namespace

AccuracyTarget target_for(const AskedTarget& asked, Metric metric) {
  const auto refuse = [&](const char* option, const std::string& why) {
    throw InputError("the workload's metric is " + title(metric) + why).within(option);
  };
  if (asked.min_top1) {
    if (metric != Metric::kTop1) refuse("--min-top1", "");
    return {.minimum = asked.min_top1};
  }
  if (asked.min_auc) {
    if (metric != Metric::kAuc) refuse("--min-auc", "");
    return {.minimum = asked.min_auc};
  }
  if (!asked.max_drop) return {};
  if (!is_share(metric)) {
    refuse("--max-drop",
           ", which has no percentage points: its images are not of both kinds, normal and "
           "anomalous");
  }
  return {.max_drop = *asked.max_drop};
}

PassMark mark_of(const AccuracyTarget& target, Metric metric, double reference) {
  if (!is_share(metric)) throw std::logic_error("mark_of: the metric is no share");
  if (target.minimum) return {metric, reference, *target.minimum, {}};
  return {metric, reference, std::max(0.0, reference - target.max_drop / 100), target.max_drop};
}

bool passes(double share, double minimum) {
  constexpr double kRounding = 1e-12;  // of a target like 0.98 - 1 percentage point
  return share >= minimum - kRounding;
}

Verdict judge(const PointSummary& point, const PassMark& mark) {
  Verdict verdict{.score = point.score[mark.metric].value()};
  verdict.pass = passes(verdict.score, mark.minimum);
  verdict.drop = exact_drop(point, mark, verdict.score);
  if (mark.metric == Metric::kTop1 && point.paired) verdict.drop_interval = drop_interval(point);
  if (mark.max_drop && verdict.drop_interval) {
    const double most = *mark.max_drop / 100;
    verdict.settled = verdict.drop_interval->high <= most || verdict.drop_interval->low > most;
  } else if (const auto& interval = point.interval[mark.metric]; interval && !mark.max_drop) {
    verdict.settled = interval->low >= mark.minimum || interval->high < mark.minimum;
  }
  return verdict;
}

}  // namespace brownout::experiment
