// The columns of sensitivity.csv, in their order.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/fault_parts.hpp"
#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/point_summary.hpp"

namespace brownout::experiment {

/// A part of the faults on a chip.
struct SensitivityRow {
  FaultPart part, whole;      ///< whole: the network, which shares are of
  PointSummary point, clean;  ///< clean: of the same chip without faults in its weights
  std::string unit;
};
const std::vector<Column<SensitivityRow>>& sensitivity_columns();

}  // namespace brownout::experiment
