// The points of a sweep, put together over the chips of each voltage.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/results/spread.hpp"

namespace brownout::experiment {

/// Means over the chips.
struct VoltageSummary {
  memory::Voltage voltage;
  std::size_t chips = 0;
  std::optional<double> ber_asked = {};
  double ber = 0, effective_ber = 0, weights_changed = 0;
  ByMetric<Spread> score = {};
  double energy_j = 0, energy_rel = 0;
  double weight_sram_energy_rel = 0, weight_sram_share = 0;
  double latency_s = 0, cycles = 0;
  energy::PerRail<double> rail_energy_j = {};  ///< they add up to energy_j
  std::optional<double> supply_energy_j = {}, mitigation_energy_j = {};  ///< parts of these
};

/// The chips of each voltage, by falling voltage. `points` must outlive them.
std::vector<std::vector<const PointSummary*>> by_voltage(const std::vector<PointSummary>& points);

/// By falling voltage.
std::vector<VoltageSummary> summarize(const std::vector<PointSummary>& points);

}  // namespace brownout::experiment
