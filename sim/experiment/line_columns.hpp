// The columns of lines.csv, in their order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/worst_lines.hpp"

namespace brownout::experiment {

/// A line of a chip: the first is that of the most damage; of banks the number of the bank.
struct LineRow {
  std::uint64_t rank = 0;
  DamagedLine damage;
  std::string unit;
  Metric metric{};
  PointSummary clean, all, alone, repaired;  ///< of this chip: none, all, these, all other faults

  double score(const PointSummary& point) const { return point.score[metric].value(); }
  double drop_alone() const { return drop(metric, score(clean), score(alone)); }
  double regained() const { return drop(metric, score(repaired), score(all)); }
};
const std::vector<Column<LineRow>>& line_columns();

}  // namespace brownout::experiment
