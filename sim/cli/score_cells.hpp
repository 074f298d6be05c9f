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

/// Mean, sample standard deviation (none of one chip), lowest and highest over chips: METRIC_mean,
/// METRIC_std, METRIC_min, METRIC_max. Text may leave out all but the mean.
std::vector<Column> range_columns(experiment::Metric metric, bool spread_in_text = true);
std::vector<Cell> range_cells(const experiment::Spread& spread);

}  // namespace brownout::cli
