#include "sim/experiment/results/yield_columns.hpp"

namespace brownout::experiment {
namespace {

using DieColumn = Column<DieRow>;
using YieldColumn = Column<YieldRow>;

constexpr char kAsInPoints[] = "as in points.csv";

std::vector<DieColumn> die_key_columns() {
  return {
      {"chip", "", kAsInPoints, [](const DieRow& row) { return row.die.chip; }},
      {"map", "", "name of the die's map file; empty for generated chips", &DieRow::map},
      {"voltage", "", kAsInPoints, [](const DieRow& row) { return row.die.voltage.text(); }},
      {"unit", "", kAsInPoints, &DieRow::unit},
  };
}

/// Empty where the workload is judged by another metric.
DieColumn score_column(Metric metric, const std::string& unit, const std::string& meaning) {
  return {to_string(metric), unit, meaning, [metric](const DieRow& row) {
            return row.mark.metric == metric ? Field(row.die.verdict.score) : Field();
          }};
}
DieColumn minimum_column(Metric metric, const std::string& meaning) {
  return {"min_" + to_string(metric), "share", meaning, [metric](const DieRow& row) {
            return row.mark.metric == metric ? Field(row.mark.minimum) : Field();
          }};
}

std::vector<DieColumn> pass_columns() {
  return {
      score_column(Metric::kTop1, "", kAsInPoints),
      minimum_column(Metric::kTop1,
                     "top-1 to reach: --min-top1, or reference minus --max-drop / 100"),
      {"pass", "", "1 where top1 reaches it, else 0",
       [](const DieRow& row) { return std::int64_t{row.die.verdict.pass}; }},
      {"lowest_passing_voltage", "unit",
       "of the chip: lowest voltage down from the highest that it passes at without a failure in "
       "between; empty if it fails at the highest",
       [](const DieRow& row) {
         const auto& lowest = row.die.lowest_passing;
         return lowest ? Field(lowest->text()) : Field();
       }},
  };
}

std::vector<DieColumn> auc_columns() {
  const char* meaning =
      "in place of top1 and min_top1 where the workload is judged by ROC AUC; else empty";
  return {score_column(Metric::kAuc, "share", meaning), minimum_column(Metric::kAuc, meaning)};
}

std::vector<DieColumn> drop_columns() {
  const char* meaning = "reference - metric, with its interval; negative where faults help";
  const auto end = [](double Interval::*bound) {
    return [bound](const DieRow& row) {
      const std::optional<Interval>& interval = row.die.verdict.drop_interval;
      return interval ? Field((*interval).*bound) : Field();
    };
  };
  return {
      {"drop", "share", meaning, [](const DieRow& row) { return row.die.verdict.drop; }},
      {"drop_ci_low", "share", meaning, end(&Interval::low)},
      {"drop_ci_high", "share", meaning, end(&Interval::high)},
      {"settled", "",
       "1 where the target lies outside the interval, 0 where more images may judge otherwise; "
       "empty without an interval",
       [](const DieRow& row) {
         const std::optional<bool>& settled = row.die.verdict.settled;
         return settled ? Field(std::int64_t{*settled}) : Field();
       }},
  };
}

}  // namespace

const std::vector<DieColumn>& die_columns() {
  static const std::vector<DieColumn> columns =
      joined<DieRow>({die_key_columns(), pass_columns(), auc_columns(), drop_columns()});
  return columns;
}

std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     const PassMark& mark) {
  std::vector<DieRow> rows;
  for (const DieVerdict& die : die_verdicts(points, mark)) {
    const std::string map = maps.empty() ? "" : maps.at(die.chip).filename().string();
    rows.push_back({die, map, unit, mark});
  }
  return csv_text(die_columns(), rows);
}

const std::vector<YieldColumn>& yield_columns() {
  const char* chips = "chips, and those that pass";
  const char* share = "passing / chips with its 95 % Wilson interval";
  static const std::vector<YieldColumn> columns = {
      {"voltage", "", kAsInPoints, [](const YieldRow& row) { return row.at.voltage.text(); }},
      {"unit", "", kAsInPoints, &YieldRow::unit},
      {"chips", "count", chips, [](const YieldRow& row) { return row.at.chips; }},
      {"passing", "count", chips, [](const YieldRow& row) { return row.at.passing; }},
      {"yield", "share", share, [](const YieldRow& row) { return row.at.yield(); }},
      {"yield_ci_low", "share", share, [](const YieldRow& row) { return row.at.interval.low; }},
      {"yield_ci_high", "share", share, [](const YieldRow& row) { return row.at.interval.high; }},
      {"unsettled", "count", "chips of which dies.csv has settled 0; empty where it is empty",
       [](const YieldRow& row) { return or_empty(row.at.unsettled); }},
  };
  return columns;
}

std::string yields_csv(const std::vector<VoltageYield>& yields, const std::string& unit) {
  std::vector<YieldRow> rows;
  for (const VoltageYield& at : yields) rows.push_back({at, unit});
  return csv_text(yield_columns(), rows);
}

}  // namespace brownout::experiment
