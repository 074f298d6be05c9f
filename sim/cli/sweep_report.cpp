#include "sim/cli/sweep_report.hpp"

#include <algorithm>
#include <utility>

#include "sim/cli/score_cells.hpp"
#include "sim/cli/verdict_facts.hpp"
#include "sim/experiment/results/safe_sentence.hpp"
#include "sim/experiment/results/sweep_summary.hpp"
#include "sim/experiment/results/yield.hpp"

namespace brownout::cli {
namespace {

using experiment::Metric;
using experiment::VoltageSummary;

// After the chips; yields() has the same voltages in the same order as the table.
void add_yields(const std::vector<experiment::VoltageYield>& yields, Table& table) {
  const auto after = [](auto& list, std::size_t place) {
    return list.begin() + static_cast<std::ptrdiff_t>(place);
  };
  const auto chips = std::find_if(table.columns.begin(), table.columns.end(),
                                  [](const Column& column) { return column.key == "chips"; });
  const auto place = static_cast<std::size_t>(chips - table.columns.begin()) + 1;
  const std::vector<Column> columns = yield_columns(yields);
  table.columns.insert(after(table.columns, place), columns.begin(), columns.end());
  for (std::size_t i = 0; i < yields.size(); ++i) {
    const std::vector<Cell> cells = yield_cells(yields[i]);
    table.rows[i].insert(after(table.rows[i], place), cells.begin(), cells.end());
  }
}

// Columns of the metrics beside the workload's own.
void add_other_metrics(const std::vector<VoltageSummary>& summaries, Metric own, Table& table) {
  for (const Metric metric : experiment::kMetrics) {
    if (metric == own || !summaries.front().score[metric]) continue;
    for (Column& column : range_columns(metric, false)) {
      column.rank = 5;
      table.columns.push_back(std::move(column));
    }
    for (std::size_t i = 0; i < summaries.size(); ++i) {
      for (Cell& cell : range_cells(*summaries[i].score[metric])) {
        table.rows[i].push_back(std::move(cell));
      }
    }
  }
}

}  // namespace

Table voltage_table(const experiment::SweepOutcome& outcome, Metric metric,
                    const std::string& unit) {
  const std::vector<VoltageSummary> summaries = experiment::summarize(outcome.points);
  const bool of_rates = std::any_of(summaries.begin(), summaries.end(),
                                    [](const auto& row) { return row.ber_asked.has_value(); });
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", unit},
                          {"unit", ""},
                          {"ber_asked", of_rates ? "BER asked" : "", "share", Style::kRate},
                          {"chips", "chips", "count"},
                          {"ber", "BER", "share", Style::kRate, 1},
                          {"effective_ber", "eff. BER", "share", Style::kRate, 3},
                          {"weights_changed", "changed", "", Style::kPercent, 2}},
              .rows = {}};
  const std::vector<Column> costs = {
      {"energy_j", "energy", "J/inf.", Style::kQuantity},
      {"energy_rel", "rel. energy", "", Style::kRatio, 2},
      {"weight_sram_energy_rel", "w. SRAM", "relative", Style::kRatio},
      {"weight_sram_share", "SRAM share", "", Style::kPercent, 3},
      {"latency_s", "latency", "s", Style::kQuantity, 4}};
  for (const std::vector<Column>& columns : {range_columns(metric), costs}) {
    table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  }
  for (const VoltageSummary& row : summaries) {
    std::vector<Cell> cells = {voltage_cell(row.voltage),
                               unit,
                               optional_cell(row.ber_asked),
                               row.chips,
                               row.ber,
                               row.effective_ber,
                               row.weights_changed};
    for (Cell& cell : range_cells(row.score[metric].value())) cells.push_back(std::move(cell));
    for (const double cost : {row.energy_j, row.energy_rel, row.weight_sram_energy_rel,
                              row.weight_sram_share, row.latency_s}) {
      cells.emplace_back(cost);
    }
    table.rows.push_back(std::move(cells));
  }
  add_other_metrics(summaries, metric, table);
  if (outcome.mark) add_yields(experiment::yields(outcome.points, *outcome.mark), table);
  return table;
}

Report sweep_report(const experiment::SweepOutcome& outcome, Metric metric, const std::string& unit,
                    const std::optional<experiment::YieldClaim>& claim) {
  Report report{.facts = {}, .table = voltage_table(outcome, metric, unit)};
  if (!outcome.mark) return report;
  if (claim) {
    report.facts.push_back(
        {{"sentence", "answer"},
         experiment::safe_sentence(*claim, *outcome.mark, unit, outcome.points)});
  }
  append(report.facts, verdict_facts(outcome.points, *outcome.mark, unit));
  return report;
}

}  // namespace brownout::cli
