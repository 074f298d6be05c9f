// A row of points.csv read back: the columns that summaries and verdicts need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "memory/voltage.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/experiment/results/score.hpp"

namespace brownout::experiment {

struct PointSummary {
  memory::Voltage voltage;
  std::uint64_t chip = 0;
  double ber = 0, effective_ber = 0, weights_changed = 0;
  std::int64_t images = 0;
  ByMetric<double> score;
  ByMetric<Interval> interval;  ///< of each score
  double reference = 0;
  std::optional<PairedCounts> paired = {};
  std::optional<Estimate> rerr = {};  ///< where there are `paired`
  bool unharmed = false;              ///< no fault reaches a weight, and no other memory fails
  std::optional<double> ber_asked = {};
  double energy_j = 0, energy_rel = 0;
  double weight_sram_energy_rel = 0, weight_sram_share = 0;
  energy::PerRail<double> rail_energy_j = {};
  energy::PerRail<std::optional<double>> rail_energy_rel = {};  ///< nothing where it takes none
  std::optional<double> supply_energy_j = {}, supply_energy_rel = {};  ///< of a joined supply
  std::optional<double> mitigation_energy_j = {};                      ///< of check bits and others
  double latency_s = 0, cycles = 0;
};

/// Columns go by their names in the header; those that are not needed may be any. Throws InputError
/// for a row that does not fit its header, and for a column that is missing.
PointSummary parse_point_row(std::string_view header, std::string_view row);

}  // namespace brownout::experiment
