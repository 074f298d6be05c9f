// What `brownout sensitivity` prints of the parts of the faults, and of the lines of the SRAM.
#pragma once

#include <vector>

#include "sim/cli/table.hpp"
#include "sim/experiment/line_sensitivity.hpp"
#include "sim/experiment/sensitivity.hpp"

namespace brownout::cli {

/// What hurts most; a row per part.
Report part_report(const std::vector<experiment::PartSummary>& parts,
                   const std::vector<experiment::FaultDimension>& dimensions,
                   experiment::Metric metric);

/// Which line is worth repairing; a row per rank, which of one chip names its line.
Report line_report(const experiment::LineSensitivityOutcome& outcome, memory::LineKind kind,
                   experiment::Metric metric);

}  // namespace brownout::cli
