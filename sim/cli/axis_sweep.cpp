#include "sim/cli/axis_sweep.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/sweep_report.hpp"
#include "sim/cli/sweep_request.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/experiment/axes.hpp"
#include "sim/experiment/results/safe_sentence.hpp"

namespace brownout::cli {
namespace {

using config::Axis;
using config::Setting;
using experiment::Variant;

/// Options that set a key, beside --set.
constexpr std::pair<const char*, std::string_view> kOptionKeys[] = {
    {"accelerator", "accelerator"},
    {"memory", "memory.profile"},
    {"fault-map", "memory.chip.map"},
    {"mitigate", "memory.mitigations"}};

/// An axis would have the last word.
void exclude_other_settings(const Arguments& arguments, const Axis& axis) {
  const auto refuse = [&](const std::string& other) {
    throw InputError("--axis " + axis.key + " and " + other + " exclude each other");
  };
  for (const std::string& assignment : arguments.all("set")) {
    if (config::parse_setting(assignment).key == axis.key) refuse("--set " + axis.key);
  }
  for (const auto& [option, key] : kOptionKeys) {
    if (axis.key == key && arguments.has(option)) refuse("--" + std::string(option));
  }
}

std::vector<Axis> axes_of(const Arguments& arguments) {
  std::vector<Axis> axes;
  for (const std::string& text : arguments.all("axis")) {
    axes.push_back(config::parse_axis(text));
    exclude_other_settings(arguments, axes.back());
  }
  return axes;
}

/// One below the other: a column of `from` that `to` has not is empty above, and the other way.
void append_rows(Table& to, const Table& from) {
  for (const Column& column : from.columns) {
    const auto found = std::find_if(to.columns.begin(), to.columns.end(),
                                    [&](const Column& own) { return own.key == column.key; });
    if (found == to.columns.end()) {
      to.columns.push_back(column);
      for (std::vector<Cell>& row : to.rows) row.emplace_back();
      continue;
    }
    if (found->title.empty()) found->title = column.title;
    if (found->unit != column.unit) found->unit.clear();
  }
  for (const std::vector<Cell>& cells : from.rows) {
    std::vector<Cell> row;
    for (const Column& column : to.columns) {
      const auto found = std::find_if(from.columns.begin(), from.columns.end(),
                                      [&](const Column& own) { return own.key == column.key; });
      row.push_back(found == from.columns.end()
                        ? Cell()
                        : cells[static_cast<std::size_t>(found - from.columns.begin())]);
    }
    to.rows.push_back(std::move(row));
  }
}

/// With the values of the axes before each row.
Table with_settings(const Table& table, const std::vector<Setting>& settings) {
  Table with{.key = table.key, .columns = {}, .rows = {}};
  std::vector<Cell> before;
  for (const Setting& setting : settings) {
    with.columns.emplace_back(setting.key, setting.key);
    before.emplace_back(setting.value);
  }
  with.columns.insert(with.columns.end(), table.columns.begin(), table.columns.end());
  for (const std::vector<Cell>& cells : table.rows) {
    with.rows.push_back(before);
    with.rows.back().insert(with.rows.back().end(), cells.begin(), cells.end());
  }
  return with;
}

/// What the variants printed would be, put together as they finish.
struct Findings {
  std::optional<experiment::YieldClaim> claim;
  Report report = {};
  Notes notes = {};

  void add(const Variant& variant, const std::string& name, const experiment::Session& session,
           const experiment::SweepOutcome& outcome) {
    const std::string unit = to_string(variant.config.swept_profile().data().unit);
    if (claim && outcome.mark) {
      report.facts.push_back(
          {{name, name}, experiment::safe_sentence(*claim, *outcome.mark, unit, outcome.points)});
    }
    const Table table = voltage_table(outcome, session.images().metric, unit);
    append_rows(report.table, with_settings(table, variant.settings));
    for (const std::string& note : sweep_notes(session, outcome.points)) {
      notes.push_back(name + ": " + note);
    }
  }
};

}  // namespace

OptionSpecs axis_options() {
  return {{"axis", "KEY=A,B",
           "Sweeps with every value of a key, which are those of --set KEY=VALUE; of several axes "
           "with all combinations. DIR gets a sweep's directory for each, and a points.csv of all. "
           "Repeatable.",
           true}};
}

int run_axis_sweep(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  experiment::AxesOptions options{.out = out_of(arguments),
                                  .jobs = jobs_of(arguments),
                                  .cosim = policy_of(arguments),
                                  .target = target_of(arguments)};
  std::vector<Variant> variants;
  Findings findings{.claim = claim_of(arguments)};
  const std::vector<std::vector<Setting>> combinations = config::combinations(axes_of(arguments));
  for (const std::vector<Setting>& settings : combinations) {
    SweepRequest request = sweep_request(arguments, settings);
    if (variants.empty()) append(findings.notes, request.notes);
    variants.push_back({settings, std::move(request.config)});
  }
  const std::vector<std::string> names = experiment::directory_names(combinations);
  experiment::AxesOutcome outcome;
  {
    Progress progress(streams.err, progress_form(quiet));
    progress.show("loading " + std::to_string(variants.size()) + " sweeps");
    options.progress = [&](std::size_t done, std::size_t total) { progress.update({done, total}); };
    options.finished = [&](const Variant& variant, const experiment::Session& session,
                           const experiment::SweepOutcome& swept) {
      const auto number = static_cast<std::size_t>(&variant - variants.data());
      findings.add(variant, names[number], session, swept);
    };
    outcome = experiment::run_axes(variants, options);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  streams.out << render(findings.report, format);
  print_notes(streams.err, findings.notes, quiet);
  if (!quiet) {
    streams.err << "wrote points.csv, axes.json and " << variants.size()
                << (variants.size() == 1 ? " sweep in " : " sweeps in ") << options.out.string()
                << "; " << outcome.resumed << " of " << outcome.points << " points resumed\n";
  }
  return 0;
}

}  // namespace brownout::cli
