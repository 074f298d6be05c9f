// statistics.csv: what the chips of a voltage have in common, and how they differ.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/results/spread.hpp"

namespace brownout::experiment {

/// A column of points.csv over the chips of a voltage.
struct StatisticsRow {
  memory::Voltage voltage;
  std::string unit = {};
  std::string quantity = {};  ///< the column
  std::int64_t chips = 0, images = 0;
  Spread spread = {};
  std::optional<Interval> over_images = {};  ///< mean of the chips' own intervals
};
const std::vector<Column<StatisticsRow>>& statistics_columns();

/// By falling voltage; of each the quantities that its points have.
std::vector<StatisticsRow> statistics_of(const std::vector<PointSummary>& points,
                                         const std::string& unit);

}  // namespace brownout::experiment
