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
  const auto allowed = static_cast<std::size_t>(allowed_failures(claim, chips).value());
  const std::size_t steps = safe_steps(by_voltage, allowed);
  const auto passing = [&](std::size_t step) {
    return static_cast<std::int64_t>(by_voltage[step].passing);
  };
  std::optional<SafeAt> safe;
  std::optional<RefusedAt> refused;
  if (steps > 0) {
    const VoltageSummary at = summarize(points)[steps - 1];  // of the same voltages
    safe = SafeAt{at.voltage, chips, passing(steps - 1), at.energy_rel, at.weight_sram_energy_rel};
  }
  if (steps < by_voltage.size()) {
    refused = RefusedAt{by_voltage[steps].voltage, chips, chips - passing(steps)};
  }
  return safe_sentence(claim, mark, unit, safe, refused);
}

}  // namespace brownout::experiment
