// How the metrics of a workload look in facts and tables.
#pragma once

#include <optional>
#include <vector>

#include "sim/cli/table.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/results/sweep_summary.hpp"
#include "sim/experiment/session/images.hpp"

namespace brownout::cli {

/// Shares in percent, errors with three digits.
Style style_of(experiment::Metric metric);

/// All metrics of one point with their intervals; text shows those that there are, and the interval
/// of the workload's own. Of a reconstruction also how many images are normal and anomalous.
std::vector<Fact> score_facts(const experiment::Images& images, const experiment::Score& score);

/// What the point is compared with: its metric without faults, images lost and gained of top-1.
std::vector<Fact> reference_facts(experiment::Metric metric, const experiment::PointResult& point);

/// Mean, lowest and highest over chips: METRIC_mean, METRIC_min, METRIC_max. Text may leave out the
/// last two.
std::vector<Column> range_columns(experiment::Metric metric, bool extremes_in_text = true);
std::vector<Cell> range_cells(const experiment::ChipRange& range);

}  // namespace brownout::cli
