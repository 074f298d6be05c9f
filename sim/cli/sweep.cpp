// `brownout sweep`: the voltage-energy-accuracy curve over a grid of voltages and chips.
#include <algorithm>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/score_cells.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/cli/verdict_facts.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/inputs/asked.hpp"
#include "sim/experiment/results/safe_sentence.hpp"
#include "sim/experiment/results/sweep_summary.hpp"
#include "sim/experiment/results/yield.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/sweep.hpp"

namespace brownout::cli {
namespace {

using experiment::Metric;
using experiment::VoltageSummary;

CommandSpec spec() {
  return {
      .name = "sweep",
      .summary = "the voltage-energy-accuracy curve over voltages and chips; resumes",
      .purpose =
          "Evaluates a workload at every voltage of a list on every chip of an ensemble and prints "
          "a line per voltage: the share of chips that pass, and means over the chips. DIR gets "
          "points.csv (a row per voltage and chip), layers.csv, statistics.csv (means, spread and "
          "intervals over the chips), dies.csv and yields.csv (which chips pass, and what share), "
          "manifest.json (configuration, hashes of the inputs, seed, "
          "accuracy target), and results.sqlite, the journal: a sweep that was killed continues "
          "where it was when the same command runs again, and ends with the same files. brownout "
          "report "
          "DIR draws the curves and writes DIR/report.html.",
      .example =
          "brownout sweep workloads/mnist_cnn.yaml --voltage 1.00:0.80:0.05 --chips 4 "
          "--out out/mnist",
      .positional = "WORKLOAD.yaml",
      .options = joined(
          {{{"voltage", "LIST",
             "Voltages of the supply that sweep.rail names (default: the weight SRAM's), in the "
             "unit "
             "of its memory's profile: FROM:TO:STEP, values with commas, or both. Default: "
             "sweep.voltages."},
            {"ber", "LIST",
             "Bit error rates with commas, in place of voltages: of each the highest voltage at "
             "which the profile has it, and the error-free voltage to compare them with. Rates of "
             "one voltage are one point."}},
           target_options(),
           claim_options(
               "Default: nothing is said about other dies; of both 95 where one is given."),
           grid_options("voltage"),
           image_options(),
           workload_options(),
           output_options()})};
}

// Returns what is to be told about bit error rates.
Notes apply_grid(const Arguments& arguments, config::WorkloadConfig& config) {
  arguments.exclude("voltage", "ber");
  const experiment::AskedGrid asked{.voltages = arguments.voltages("voltage"),
                                    .rates = arguments.numbers("ber", 0, 1)};
  set_chips(arguments, config);
  experiment::set_grid(config, asked);
  check_grid(config.sweep.voltages.size(), "voltages", config.sweep.chips);
  if (!asked.rates) return {};
  const memory::VoltageProfile& profile = config.swept_profile();
  Notes notes = rate_notes(*asked.rates, profile);
  if (!config.sweep.rates.contains(profile.data().error_free_voltage)) {
    notes.push_back("the error-free voltage, " + profile.data().error_free_voltage.text() + " " +
                    memory::to_string(profile.data().unit) +
                    ", was added: what the others are compared with");
  }
  return notes;
}

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

Table voltage_table(const std::vector<VoltageSummary>& summaries, Metric metric,
                    const std::string& unit) {
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
  return table;
}

/// What is asked about other dies than these is decided by so many chips.
void require_decidable(const std::optional<experiment::YieldClaim>& claim, int chips) {
  if (!claim) return;
  try {
    experiment::require_decidable(*claim, chips);
  } catch (const InputError& error) {
    throw error.within("--chips");
  }
}

void require_share(const std::optional<experiment::YieldClaim>& claim, Metric metric) {
  if (!claim || experiment::is_share(metric)) return;
  fail_option("yield", "the workload's metric is " + title(metric) + ", by which no chip passes");
}

Report report_of(const experiment::SweepOutcome& outcome, Metric metric, const std::string& unit,
                 const std::optional<experiment::YieldClaim>& claim) {
  Report report{.facts = {},
                .table = voltage_table(experiment::summarize(outcome.points), metric, unit)};
  if (!outcome.mark) return report;
  if (claim) {
    report.facts.push_back(
        {{"sentence", "answer"},
         experiment::safe_sentence(*claim, *outcome.mark, unit, outcome.points)});
  }
  append(report.facts, verdict_facts(outcome.points, *outcome.mark, unit));
  add_yields(experiment::yields(outcome.points, *outcome.mark), report.table);
  return report;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  experiment::SweepOptions options{.out = out_of(arguments),
                                   .jobs = jobs_of(arguments),
                                   .cosim = policy_of(arguments),
                                   .target = {},
                                   .progress = {}};
  config::WorkloadConfig config = load_config(arguments);
  const experiment::AskedTarget target = target_of(arguments);
  const Notes of_rates = apply_grid(arguments, config);
  const auto claim = claim_of(arguments);
  require_decidable(claim, config.sweep.chips);

  experiment::SweepOutcome outcome;
  std::string unit;
  Metric metric{};
  Notes notes;
  {
    Progress progress(streams.err, progress_form(quiet));
    progress.show("loading " + config.name);
    options.progress = [&](std::size_t done, std::size_t total) { progress.update({done, total}); };
    const experiment::Session session(config);
    unit = to_string(config.swept_profile().data().unit);
    metric = session.images().metric;
    options.target = experiment::target_for(target, metric);
    require_share(claim, metric);
    outcome = experiment::run_sweep(session, options);
    if (outcome.failures.empty()) notes = sweep_notes(session, outcome.points);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  streams.out << render(report_of(outcome, metric, unit, claim), format);
  print_notes(streams.err, of_rates, quiet);
  print_notes(streams.err, notes, quiet);
  if (!quiet) {
    streams.err << "wrote points.csv, layers.csv, statistics.csv, "
                << (outcome.mark ? "dies.csv, yields.csv, " : "")
                << "manifest.json, results.sqlite in " << options.out.string() << "; "
                << outcome.resumed << " of " << outcome.points.size() << " points resumed"
                << report_hint(options.out) << "\n";
  }
  return 0;
}

}  // namespace

Command sweep_command() { return {spec(), run}; }

}  // namespace brownout::cli
