// Sums first, divides at the end.
#include "sim/experiment/results/sweep_summary.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace brownout::experiment {
namespace {

void add(ByMetric<ChipRange>& sums, const ByMetric<double>& score) {
  for (const Metric metric : kMetrics) {
    if (!score[metric]) continue;
    const double value = *score[metric];
    if (!sums[metric]) sums[metric] = {0, value, value};
    ChipRange& sum = *sums[metric];
    sum = {sum.mean + value, std::min(sum.min, value), std::max(sum.max, value)};
  }
}

void add(VoltageSummary& sum, const PointSummary& point) {
  ++sum.chips;
  sum.ber_asked = point.ber_asked;
  sum.ber += point.ber;
  sum.effective_ber += point.effective_ber;
  sum.weights_changed += point.weights_changed;
  add(sum.score, point.score);
  sum.energy_j += point.energy_j;
  sum.energy_rel += point.energy_rel;
  sum.weight_sram_energy_rel += point.weight_sram_energy_rel;
  sum.weight_sram_share += point.weight_sram_share;
  sum.latency_s += point.latency_s;
}

VoltageSummary mean(VoltageSummary sum) {
  const auto chips = static_cast<double>(sum.chips);
  for (double* value :
       {&sum.ber, &sum.effective_ber, &sum.weights_changed, &sum.energy_j, &sum.energy_rel,
        &sum.weight_sram_energy_rel, &sum.weight_sram_share, &sum.latency_s}) {
    *value /= chips;
  }
  for (const Metric metric : kMetrics) {
    if (sum.score[metric]) sum.score[metric]->mean /= chips;
  }
  return sum;
}

}  // namespace

std::vector<VoltageSummary> summarize(const std::vector<PointSummary>& points) {
  std::map<memory::Voltage, VoltageSummary, std::greater<>> sums;
  for (const PointSummary& point : points) {
    VoltageSummary& sum = sums[point.voltage];
    sum.voltage = point.voltage;
    add(sum, point);
  }
  std::vector<VoltageSummary> means;
  means.reserve(sums.size());
  for (const auto& [voltage, sum] : sums) means.push_back(mean(sum));
  return means;
}

}  // namespace brownout::experiment
