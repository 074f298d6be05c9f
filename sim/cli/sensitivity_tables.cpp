#include "sim/cli/sensitivity_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/cli/score_cells.hpp"
#include "sim/experiment/culprits.hpp"

namespace brownout::cli {
namespace {

using experiment::FaultDimension;
using experiment::LineSensitivityOutcome;
using experiment::LineSummary;
using experiment::Metric;
using experiment::PartSummary;

std::string by_chips(std::size_t chips) {
  return fmt::format("by {} {}", chips, chips == 1 ? "chip" : "chips");
}

/// A mean over chips with its spread: KEY_mean, KEY_std, KEY_ci_low, KEY_ci_high.
std::vector<Column> spread_columns(const std::string& key, const std::string& title, Style style,
                                   bool many) {
  return {{key + "_mean", title, "", style},
          {key + "_std", many ? "std. dev." : "", "", style, 2},
          {key + "_ci_low", many ? "95 % from" : "", "", style},
          {key + "_ci_high", many ? "95 % to" : "", "", style}};
}

/// Titles of the split dimensions only; CSV and JSON have all three.
std::vector<Column> part_columns(const std::vector<FaultDimension>& dimensions) {
  std::vector<Column> columns;
  for (const FaultDimension dimension :
       {FaultDimension::kLayer, FaultDimension::kBit, FaultDimension::kPolarity}) {
    const bool split =
        std::find(dimensions.begin(), dimensions.end(), dimension) != dimensions.end();
    const std::string name = to_string(dimension);
    columns.push_back({name, split ? name : ""});
  }
  return columns;
}

// One chip has no spread.
std::vector<Cell> drop_cells(const experiment::Spread& drop) {
  Cell low, high;
  if (drop.over_chips) {
    low = drop.over_chips->low;
    high = drop.over_chips->high;
  }
  return {drop.mean, optional_cell(drop.std_dev), low, high};
}

Table part_table(const std::vector<PartSummary>& parts,
                 const std::vector<FaultDimension>& dimensions, experiment::Metric metric) {
  Table table{.key = "parts", .columns = part_columns(dimensions), .rows = {}};
  const std::vector<Column> measures = {
      {"weights", "weights", "count", Style::kPlain, 2},
      {"weights_share", "of all", "", Style::kPercent, 3},
      {"weight_bits", "bits", "count", Style::kPlain, 4},
      {"weight_bits_share", "of all bits", "", Style::kPercent, 4},
      {"chips", "chips", "count", Style::kPlain, 3},
      {"effective_ber", "eff. BER", "share", Style::kRate, 1},
      {"weights_changed", "changed", "", Style::kPercent, 1}};
  const Style style = style_of(metric);
  const bool many = parts.front().chips > 1;  // one chip tells nothing of others
  const std::vector<Column> drops =
      spread_columns("drop", experiment::is_share(metric) ? "drop" : "rise", style, many);
  for (const std::vector<Column>& columns : {measures, range_columns(metric, false), drops}) {
    table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  }
  for (const PartSummary& row : parts) {
    std::vector<Cell> cells = {
        row.part.layer,    row.part.bit,         row.part.polarity,     row.part.weights,
        row.weights_share, row.part.weight_bits, row.weight_bits_share, std::uint64_t{row.chips},
        row.effective_ber, row.weights_changed};
    for (Cell& cell : range_cells(row.score)) cells.push_back(std::move(cell));
    for (Cell& cell : drop_cells(row.drop)) cells.push_back(std::move(cell));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// What hurts most, and how sure the chips make of it. Without faults and with all of them stand
// first, and are no parts.
std::vector<Fact> culprit_facts(const std::vector<PartSummary>& parts) {
  std::vector<std::vector<double>> drops;
  for (auto part = parts.begin() + 2; part != parts.end(); ++part) drops.push_back(part->drops);
  const experiment::Culprits culprits = experiment::find_culprits(drops);
  const auto name = [&](std::size_t i) { return parts[i + 2].part.name(); };
  const PartSummary& worst = parts[culprits.worst + 2];
  if (worst.drop.mean <= 0) {
    return {{{"hurts_most", "hurts most"}, std::string("nothing")},
            {{"hurts_most_is_certain"}, std::int64_t{0}},
            {{"not_told_apart"}, Cell()}};
  }
  std::string others;
  for (const std::size_t i : culprits.others) others += (others.empty() ? "" : "; ") + name(i);
  const std::string chips = by_chips(worst.chips);
  return {{{"hurts_most", "hurts most", culprits.certain ? "" : "(not certain " + chips + ")"},
           worst.part.name()},
          {{"hurts_most_is_certain"}, std::int64_t{culprits.certain}},
          {{"not_told_apart", others.empty() ? "" : "  not told apart " + chips},
           others.empty() ? Cell() : Cell(others)}};
}

/// Of one chip its line; of several the rank, which is another line on each.
std::string line_name(const LineSummary& line, memory::LineKind kind) {
  const experiment::LineRow& first = line.chips.front();
  if (line.chips.size() == 1 || kind == memory::LineKind::kBank) {
    return memory::to_string(first.damage.line);
  }
  return fmt::format("{} #{}", memory::to_string(kind), first.rank);
}

Table line_table(const std::vector<LineSummary>& lines, memory::LineKind kind, Metric metric) {
  const bool many = lines.front().chips.size() > 1;
  const Style style = style_of(metric);
  Table table{.key = "lines",
              .columns = {{"line", to_string(kind)},
                          {"chips", many ? "chips" : "", "count"},
                          {"faults", "faults", "on weights", Style::kRate},
                          {"error_share", "share of", "w. error %", Style::kPercent}},
              .rows = {}};
  for (const std::vector<Column>& columns :
       {spread_columns("drop_alone", "alone costs", style, many),
        spread_columns("regained", "repaired regains", style, many)}) {
    table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  }
  for (const LineSummary& line : lines) {
    std::vector<Cell> cells = {line_name(line, kind), std::uint64_t{line.chips.size()},
                               line.faults.mean, line.error_share.mean};
    for (const experiment::Spread* spread : {&line.drop_alone, &line.regained}) {
      for (Cell& cell : drop_cells(*spread)) cells.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

Report part_report(const std::vector<PartSummary>& parts,
                   const std::vector<FaultDimension>& dimensions, Metric metric) {
  return {.facts = culprit_facts(parts), .table = part_table(parts, dimensions, metric)};
}

Report line_report(const LineSensitivityOutcome& outcome, memory::LineKind kind, Metric metric) {
  const std::string best = "best repaired";
  Report report{.facts = {{{"drop_of_all", "all faults cost", "", style_of(metric)},
                           outcome.drop_of_all.mean}},
                .table = {}};
  if (outcome.lines.empty()) {
    report.facts.push_back({{"best_repaired", best}, std::string("nothing: no weight is changed")});
    return report;
  }
  std::vector<std::vector<double>> regained;
  for (const LineSummary& line : outcome.lines) regained.push_back(line.regained_by_chip);
  const experiment::Culprits culprits = experiment::find_culprits(regained);
  const LineSummary& worst = outcome.lines[culprits.worst];
  const bool regains = worst.regained.mean > 0;
  const std::string chips = by_chips(worst.chips.size());
  report.facts.push_back(
      {{"best_repaired", best, regains && !culprits.certain ? "(not certain " + chips + ")" : ""},
       regains ? line_name(worst, kind) : "nothing"});
  report.facts.push_back({{"best_repaired_is_certain"}, std::int64_t{regains && culprits.certain}});
  report.facts.push_back(
      {{"best_repaired_regains", "  which regains", "", style_of(metric)}, worst.regained.mean});
  report.table = line_table(outcome.lines, kind, metric);
  return report;
}

}  // namespace brownout::cli
