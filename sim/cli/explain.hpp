// `run --explain N`: the worst faults of a chip as a table, from the cell to the weight.
#pragma once

#include <cstdint>

#include "sim/cli/table.hpp"
#include "sim/experiment/session/chip.hpp"
#include "sim/experiment/session/point.hpp"

namespace brownout::cli {

/// The `count` faults of `chip` at `point` that change a weight most.
Table worst_fault_table(const experiment::Plan& plan, const experiment::Chip& chip,
                        const experiment::Point& point, std::size_t count);

}  // namespace brownout::cli
