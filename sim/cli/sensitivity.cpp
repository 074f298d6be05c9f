// `brownout sensitivity`: which layers, bits and directions of the faults cost the accuracy.
#include <ostream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/sensitivity_tables.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"
#include "sim/experiment/sensitivity.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::cli {
namespace {

using experiment::FaultDimension;

CommandSpec spec() {
  return {
      .name = "sensitivity",
      .summary = "where it hurts: accuracy when one layer, bit, bank or bitline alone fails",
      .purpose =
          "Runs a workload at one voltage of its weight SRAM on every chip of an ensemble, again "
          "and again, each time with only a part of the faults acting: those in the weights of one "
          "layer, at one bit of a weight's code (0 is the lowest), or in one direction (0to1: "
          "stored 0, read 1). The cells fail alike every time, so all parts meet the same bit "
          "error rate. Prints a line per part, first that without faults and that with all. DIR "
          "gets sensitivity.csv (a row per part and chip), manifest.json and results.sqlite, the "
          "journal: a killed command continues when it runs again. brownout report DIR draws it. "
          "Split by bank, row or bitline it tells what the faults of one line of the SRAM cost "
          "alone and what comes back when the line is repaired, of the lines of each chip that "
          "damage weights most; DIR gets lines.csv in place of sensitivity.csv.",
      .example =
          "brownout sensitivity workloads/mnist_cnn.yaml --by layer --ber 0.01 --chips 3 "
          "--images 100 --out out/mnist_layers",
      .positional = "WORKLOAD.yaml",
      .options = joined(
          {{{"by", "layer|bit|polarity|bank|row|bitline",
             "What the faults are split by, or two of the first three with a comma. "
             "Default: layer."},
            {"lines", "N", "Rows or bitlines of each chip, those of the most damage. Default: 8."}},
           operating_point_options(),
           grid_options("part"),
           image_options(),
           workload_options(),
           output_options()})};
}

std::vector<FaultDimension> dimensions_of(const Arguments& arguments) {
  try {
    return experiment::parse_dimensions(arguments.text("by").value_or("layer"));
  } catch (const InputError& error) {
    throw error.within("--by");
  }
}

/// What a split gives.
struct Outcome {
  Report report;  ///< without the facts of the workload
  std::string file;
  std::size_t points = 0, resumed = 0;
  std::vector<std::string> failures;
};

/// Still without its report.
template <typename Found>
Outcome outcome_of(const char* file, const Found& found) {
  return {.report = Report{},
          .file = file,
          .points = found.points,
          .resumed = found.resumed,
          .failures = found.failures};
}

Outcome by_parts(const experiment::Session& session, std::vector<FaultDimension> dimensions,
                 experiment::CosimPolicy cosim, const experiment::RunnerOptions& runner) {
  const experiment::SensitivityOptions options{std::move(dimensions), cosim, runner};
  const experiment::SensitivityOutcome found = experiment::run_sensitivity(session, options);
  Outcome outcome = outcome_of("sensitivity.csv", found);
  if (!outcome.failures.empty()) return outcome;
  outcome.report = part_report(found.parts, options.dimensions, session.images().metric);
  return outcome;
}

Outcome by_lines(const experiment::Session& session, memory::LineKind kind, std::size_t lines,
                 experiment::CosimPolicy cosim, const experiment::RunnerOptions& runner) {
  const experiment::LineSensitivityOptions options{kind, lines, cosim, runner};
  const experiment::LineSensitivityOutcome found =
      experiment::run_line_sensitivity(session, options);
  Outcome outcome = outcome_of("lines.csv", found);
  if (!outcome.failures.empty()) return outcome;
  outcome.report = line_report(found, kind, session.images().metric);
  return outcome;
}

/// Of the workload, before those of the split.
std::vector<Fact> facts_of(const experiment::Session& session, std::optional<double> ber) {
  const config::WorkloadConfig& config = session.plan().config;
  std::vector<Fact> facts = {
      {{"workload", "workload"}, config.name},
      {{"accelerator", "accelerator"}, config.accelerator.name},
      {{"memory_profile", "memory profile"}, config.memory.weight_sram().profile->data().name},
      {{"faults", "faults that act"}, experiment::describe(config.memory.faults)}};
  facts.push_back(ber_fact(ber));
  append(facts,
         {{{"voltage", "voltage", session.plan().unit()},
           voltage_cell(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram))},
          {{"unit", ""}, session.plan().unit()},
          {{"images", "images"}, session.images().count}});
  return facts;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  const std::optional<memory::LineKind> kind =
      experiment::line_kind_of(arguments.text("by").value_or(""));
  if (arguments.has("lines") && (!kind || kind == memory::LineKind::kBank)) {
    fail_option("lines", "is for --by row and --by bitline");
  }
  const std::vector<FaultDimension> dimensions =
      kind ? std::vector<FaultDimension>{} : dimensions_of(arguments);
  const int lines = arguments.count("lines", 1, 1000).value_or(8);
  const experiment::CosimPolicy cosim = policy_of(arguments);
  experiment::RunnerOptions runner{
      .out = out_of(arguments), .jobs = jobs_of(arguments), .progress = {}};
  config::WorkloadConfig config = load_config(arguments);
  const auto ber = set_operating_point(arguments, config);
  set_chips(arguments, config);
  config.sweep.voltages = {config.operating_point.voltage(hardware::OnChipMemory::kWeightSram)};

  Outcome outcome;
  std::vector<Fact> facts;
  Notes notes;
  {
    Progress progress(streams.err, progress_form(quiet));
    progress.show("loading " + config.name);
    runner.progress = [&](std::size_t done, std::size_t total) { progress.update({done, total}); };
    const experiment::Session session(config);
    notes = session.notes();
    if (ber) append(notes, rate_notes({*ber}, *config.memory.weight_sram().profile));
    outcome = kind ? by_lines(session, *kind, static_cast<std::size_t>(lines), cosim, runner)
                   : by_parts(session, dimensions, cosim, runner);
    facts = facts_of(session, ber);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  append(facts, std::move(outcome.report.facts));
  outcome.report.facts = std::move(facts);
  streams.out << render(outcome.report, format);
  print_notes(streams.err, notes, quiet);
  if (!quiet) {
    streams.err << "wrote " << outcome.file << ", manifest.json, results.sqlite in "
                << runner.out.string() << "; " << outcome.resumed << " of " << outcome.points
                << " points resumed" << report_hint(runner.out) << "\n";
  }
  return 0;
}

}  // namespace

Command sensitivity_command() { return {spec(), run}; }

}  // namespace brownout::cli
