// Sums first, divides at the end.
#include "sim/cli/sweep_summary.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace brownout::cli {
namespace {

void add(VoltageSummary& sum, const experiment::PointSummary& point) {
  sum.top1_min = sum.chips == 0 ? point.top1 : std::min(sum.top1_min, point.top1);
  sum.top1_max = sum.chips == 0 ? point.top1 : std::max(sum.top1_max, point.top1);
  ++sum.chips;
  sum.ber += point.ber;
  sum.effective_ber += point.effective_ber;
  sum.weights_changed += point.weights_changed;
  sum.top1 += point.top1;
  sum.energy_j += point.energy_j;
  sum.energy_rel += point.energy_rel;
  sum.weight_sram_energy_rel += point.weight_sram_energy_rel;
  sum.weight_sram_share += point.weight_sram_share;
  sum.latency_s += point.latency_s;
}

VoltageSummary mean(VoltageSummary sum) {
  const auto chips = static_cast<double>(sum.chips);
  for (double* value :
       {&sum.ber, &sum.effective_ber, &sum.weights_changed, &sum.top1, &sum.energy_j,
        &sum.energy_rel, &sum.weight_sram_energy_rel, &sum.weight_sram_share, &sum.latency_s}) {
    *value /= chips;
  }
  return sum;
}

}  // namespace

std::vector<VoltageSummary> summarize(const std::vector<experiment::PointSummary>& points) {
  std::map<memory::Voltage, VoltageSummary, std::greater<>> sums;
  for (const experiment::PointSummary& point : points) {
    VoltageSummary& sum = sums[point.voltage];
    sum.voltage = point.voltage;
    add(sum, point);
  }
  std::vector<VoltageSummary> means;
  means.reserve(sums.size());
  for (const auto& [voltage, sum] : sums) means.push_back(mean(sum));
  return means;
}

}  // namespace brownout::cli
