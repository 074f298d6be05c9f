// `brownout sweep`: the voltage-energy-accuracy curve over a grid of voltages and chips.
#include <ostream>

#include "sim/cli/axis_sweep.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/sweep_report.hpp"
#include "sim/cli/sweep_request.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/sweep.hpp"

namespace brownout::cli {
namespace {

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
          "report DIR draws the curves and writes DIR/report.html. With --axis, a sweep of its own "
          "for every combination of the values.",
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
           axis_options(),
           target_options(),
           claim_options(
               "Default: nothing is said about other dies; of both 95 where one is given."),
           grid_options("voltage"),
           image_options(),
           workload_options(),
           output_options()})};
}

int run(const Arguments& arguments, const Streams& streams) {
  if (arguments.has("axis")) return run_axis_sweep(arguments, streams);
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  experiment::SweepOptions options{.out = out_of(arguments),
                                   .jobs = jobs_of(arguments),
                                   .cosim = policy_of(arguments),
                                   .target = {},
                                   .progress = {}};
  const experiment::AskedTarget target = target_of(arguments);
  const SweepRequest request = sweep_request(arguments);
  const config::WorkloadConfig& config = request.config;

  experiment::SweepOutcome outcome;
  std::string unit;
  experiment::Metric metric{};
  Notes notes;
  {
    Progress progress(streams.err, progress_form(quiet));
    progress.show("loading " + config.name);
    options.progress = [&](std::size_t done, std::size_t total) { progress.update({done, total}); };
    const experiment::Session session(config);
    unit = to_string(config.swept_profile().data().unit);
    metric = session.images().metric;
    options.target = experiment::target_for(target, metric);
    require_share(request.claim, metric);
    outcome = experiment::run_sweep(session, options);
    if (outcome.failures.empty()) notes = sweep_notes(session, outcome.points);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  streams.out << render(sweep_report(outcome, metric, unit, request.claim), format);
  print_notes(streams.err, request.notes, quiet);
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
