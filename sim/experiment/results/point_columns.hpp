// The columns of points.csv, in their order. The journal, the pipes between processes and the file
// hold the same rows, so they cannot differ.
#pragma once

#include <string>
#include <vector>

#include "sim/config/workload_config.hpp"
#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

/// All of them, also those that not every workload has.
const std::vector<Column<PointResult>>& point_columns();
/// Those that say which point it is: the first of points.csv, and of layers.csv.
const std::vector<Column<PointResult>>& point_key_columns();

/// What the rows of a workload have.
OptionalColumns columns_of(const config::WorkloadConfig& config);
/// This and the next without line end.
std::string points_header(const OptionalColumns& present = {});
std::string point_row(const PointResult& point);

}  // namespace brownout::experiment
