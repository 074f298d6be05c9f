// What `brownout sweep` prints: a line per voltage, and which chips pass.
#pragma once

#include <optional>
#include <string>

#include "sim/cli/table.hpp"
#include "sim/experiment/results/tolerance.hpp"
#include "sim/experiment/sweep.hpp"

namespace brownout::cli {

/// `unit`: of the voltages.
Table voltage_table(const experiment::SweepOutcome& outcome, experiment::Metric metric,
                    const std::string& unit);

/// The table, and above it who passes, where the metric is a share.
Report sweep_report(const experiment::SweepOutcome& outcome, experiment::Metric metric,
                    const std::string& unit, const std::optional<experiment::YieldClaim>& claim);

}  // namespace brownout::cli
