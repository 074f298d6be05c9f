// Sums first, divides at the end.
#include "sim/experiment/results/sweep_summary.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace brownout::experiment {
namespace {

/// Of what all chips have, or none.
void add(std::optional<double>& sum, std::optional<double> more) {
  if (more) sum = sum.value_or(0) + *more;
}

void add(VoltageSummary& sum, const PointSummary& point) {
  ++sum.chips;
  sum.ber_asked = point.ber_asked;
  sum.ber += point.ber;
  sum.effective_ber += point.effective_ber;
  sum.weights_changed += point.weights_changed;
  sum.energy_j += point.energy_j;
  sum.energy_rel += point.energy_rel;
  sum.weight_sram_energy_rel += point.weight_sram_energy_rel;
  sum.weight_sram_share += point.weight_sram_share;
  sum.latency_s += point.latency_s;
  sum.cycles += point.cycles;
  for (const energy::Rail rail : energy::kRails)
    sum.rail_energy_j[rail] += point.rail_energy_j[rail];
  add(sum.supply_energy_j, point.supply_energy_j);
  add(sum.mitigation_energy_j, point.mitigation_energy_j);
}

VoltageSummary mean(VoltageSummary sum) {
  const auto chips = static_cast<double>(sum.chips);
  for (double* value :
       {&sum.ber, &sum.effective_ber, &sum.weights_changed, &sum.energy_j, &sum.energy_rel,
        &sum.weight_sram_energy_rel, &sum.weight_sram_share, &sum.latency_s, &sum.cycles}) {
    *value /= chips;
  }
  for (double& joules : sum.rail_energy_j.values) joules /= chips;
  for (auto* joules : {&sum.supply_energy_j, &sum.mitigation_energy_j}) {
    if (*joules) **joules /= chips;
  }
  return sum;
}

/// Of a metric that all points have, or none.
std::optional<Spread> spread_over(const std::vector<const PointSummary*>& points, Metric metric) {
  std::vector<double> values;
  for (const PointSummary* point : points) {
    if (point->score[metric]) values.push_back(*point->score[metric]);
  }
  if (values.empty()) return {};
  return spread_of(std::move(values));
}

VoltageSummary summary_of(const std::vector<const PointSummary*>& points) {
  VoltageSummary sum{.voltage = points.front()->voltage};
  for (const PointSummary* point : points) add(sum, *point);
  sum = mean(std::move(sum));
  for (const Metric metric : kMetrics) sum.score[metric] = spread_over(points, metric);
  return sum;
}

}  // namespace

std::vector<std::vector<const PointSummary*>> by_voltage(const std::vector<PointSummary>& points) {
  std::map<memory::Voltage, std::vector<const PointSummary*>, std::greater<>> found;
  for (const PointSummary& point : points) found[point.voltage].push_back(&point);
  std::vector<std::vector<const PointSummary*>> groups;
  groups.reserve(found.size());
  for (auto& [voltage, group] : found) groups.push_back(std::move(group));
  return groups;
}

std::vector<VoltageSummary> summarize(const std::vector<PointSummary>& points) {
  std::vector<VoltageSummary> summaries;
  for (const auto& group : by_voltage(points)) summaries.push_back(summary_of(group));
  return summaries;
}

}  // namespace brownout::experiment
