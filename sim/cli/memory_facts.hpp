// Which memories of a workload have faults, and what those beside the weight SRAM suffer.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cli/table.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::cli {

/// "memories with faults: weight SRAM, activation SRAM"; then voltage, BER and source of those
/// beside the weight SRAM.
std::vector<Fact> memory_facts(const experiment::PointResult& point);

}  // namespace brownout::cli
