// How low a voltage is safe, in one sentence; and what a whole grid says about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/results/tolerance.hpp"
#include "sim/experiment/results/verdict.hpp"

namespace brownout::experiment {

/// The lowest voltage that a claim holds at.
struct SafeAt {
  memory::Voltage voltage;
  std::int64_t chips = 0, passing = 0;
  /// Shares of the energy at the error-free voltages that are left.
  double energy_rel = 1, weight_sram_energy_rel = 1;
};
/// The next lower voltage, or the highest, at which it does not.
struct RefusedAt {
  memory::Voltage voltage;
  std::int64_t chips = 0, failing = 0;
};

/// "safe down to 0.85 Vmin for 95 % of the dies with 95 % confidence: 59 of 59 chips lose at most 1
/// point of top-1; saves ...". At least one of the two is there.
std::string safe_sentence(const YieldClaim& claim, const PassMark& mark, const std::string& unit,
                          const std::optional<SafeAt>& safe,
                          const std::optional<RefusedAt>& refused);

/// Of a grid whose chips were all judged everywhere: down from the highest voltage to the first
/// that is refused, so that no order of the voltages is assumed. Throws InputError where the chips
/// do not decide the claim.
std::string safe_sentence(const YieldClaim& claim, const PassMark& mark, const std::string& unit,
                          const std::vector<PointSummary>& points);

}  // namespace brownout::experiment
