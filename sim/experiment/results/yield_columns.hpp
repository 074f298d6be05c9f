// The columns of dies.csv and yields.csv, in their order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/yield.hpp"

namespace brownout::experiment {

struct DieRow {
  DieVerdict die;
  std::string map;  ///< the file's name; empty for generated chips
  std::string unit;
  PassMark mark;
};
const std::vector<Column<DieRow>>& die_columns();

/// dies.csv: a row per chip and voltage, in the order of die_verdicts. `maps` are the files of
/// measured dies, or none.
std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     const PassMark& mark);

struct YieldRow {
  VoltageYield at;
  std::string unit;
};
const std::vector<Column<YieldRow>>& yield_columns();

/// yields.csv: a row per voltage.
std::string yields_csv(const std::vector<VoltageYield>& yields, const std::string& unit);

}  // namespace brownout::experiment
