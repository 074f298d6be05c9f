// `run --energy`: where the energy of an inference goes, a line per event and per leaking part; and
// how large the memories are.
#pragma once

#include <vector>

#include "sim/cli/table.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::cli {

/// Amount x price x factor of each, in the order of the energy table's keys.
Table energy_line_table(const experiment::Plan& plan, const experiment::PointResult& point);

/// Of the memories; nothing where the table has no model of them.
std::vector<Fact> area_facts(const energy::EnergyTable& table,
                             const hardware::AcceleratorSpec& spec);

}  // namespace brownout::cli
