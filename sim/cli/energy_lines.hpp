// `run --energy`: where the energy of an inference goes, a line per event and per leaking part.
#pragma once

#include "sim/cli/table.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::cli {

/// Amount x price x factor of each, in the order of the energy table's keys.
Table energy_line_table(const experiment::Plan& plan, const experiment::PointResult& point);

}  // namespace brownout::cli
