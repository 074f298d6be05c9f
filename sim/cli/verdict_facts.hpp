// What the chips of a sweep were judged by, and how many pass: facts and columns.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/table.hpp"
#include "sim/experiment/results/yield.hpp"

namespace brownout::cli {

/// The target, what the images resolve of it, and how low the chips go without failing in between.
std::vector<Fact> verdict_facts(const std::vector<experiment::PointSummary>& points,
                                const experiment::PassMark& mark, const std::string& unit);

/// Share of the chips that pass, with its interval, and how many verdicts the images leave open.
std::vector<Column> yield_columns(const std::vector<experiment::VoltageYield>& yields);
std::vector<Cell> yield_cells(const experiment::VoltageYield& yield);

}  // namespace brownout::cli
