// `run --explain N`: the worst faults of a chip as a table, from the cell to the weight.
#pragma once

#include <cstdint>

#include "memory/voltage.hpp"
#include "sim/cli/table.hpp"
#include "sim/experiment/session/chip.hpp"

namespace brownout::cli {

/// The `count` faults of `chip` at `voltage` that change a weight most.
Table worst_fault_table(const experiment::Workbench& bench, const experiment::Chip& chip,
                        memory::Voltage voltage, std::size_t count);

}  // namespace brownout::cli
