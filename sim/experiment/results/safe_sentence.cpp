#include "sim/experiment/results/safe_sentence.hpp"

#include <fmt/format.h>

#include "sim/experiment/results/sweep_summary.hpp"
#include "sim/experiment/results/yield.hpp"

namespace brownout::experiment {
namespace {

std::string target_text(const PassMark& mark) {
  if (!mark.max_drop)
    return fmt::format("reach {:.2f} % {}", 100 * mark.minimum, title(mark.metric));
  return fmt::format("lose at most {:g} {} of {}", *mark.max_drop,
                     *mark.max_drop == 1 ? "point" : "points", title(mark.metric));
}

/// Where another supply is lowered, nothing is saved in the weight SRAM.
std::string saving_text(const SafeAt& safe) {
  const std::string of_weights = safe.weight_sram_energy_rel < 1
                                     ? fmt::format("{:.1f} % of the weight SRAM's energy, ",
                                                   100 * (1 - safe.weight_sram_energy_rel))
                                     : "";
  return fmt::format("saves {}{:.1f} % of the total, against the error-free voltage", of_weights,
                     100 * (1 - safe.energy_rel));
}

}  // namespace

std::string safe_sentence(const YieldClaim& claim, const PassMark& mark, const std::string& unit,
                          const std::optional<SafeAt>& safe,
                          const std::optional<RefusedAt>& refused) {
  if (safe) {
    return fmt::format("safe down to {} {} for {}: {} of {} chips {}; {}", safe->voltage.text(),
                       unit, to_string(claim), safe->passing, safe->chips, target_text(mark),
                       saving_text(*safe));
  }
  return fmt::format(
      "no voltage of the grid is safe for {}: at {} {}, the highest, only {} of {} chips {}",
      to_string(claim), refused.value().voltage.text(), unit, refused->chips - refused->failing,
      refused->chips, target_text(mark));
}

std::string safe_sentence(const YieldClaim& claim, const PassMark& mark, const std::string& unit,
                          const std::vector<PointSummary>& points) {
  const std::vector<VoltageYield> by_voltage = yields(points, mark);
  const auto chips = static_cast<std::int64_t>(by_voltage.front().chips);
  require_decidable(claim, chips);
  const std::int64_t allowed = allowed_failures(claim, chips).value();
  const std::vector<VoltageSummary> costs = summarize(points);  // of the same voltages
  std::optional<SafeAt> safe;
  for (std::size_t i = 0; i < by_voltage.size(); ++i) {
    const auto passing = static_cast<std::int64_t>(by_voltage[i].passing);
    if (chips - passing > allowed) {
      return safe_sentence(claim, mark, unit, safe,
                           RefusedAt{by_voltage[i].voltage, chips, chips - passing});
    }
    safe = SafeAt{by_voltage[i].voltage, chips, passing, costs[i].energy_rel,
                  costs[i].weight_sram_energy_rel};
  }
  return safe_sentence(claim, mark, unit, safe, {});
}

}  // namespace brownout::experiment
