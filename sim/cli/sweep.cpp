// `brownout sweep`: the voltage-energy-accuracy curve over a grid of voltages and chips.
#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <thread>

#include "sim/cli/command.hpp"
#include "sim/cli/program.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/sweep_summary.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/sweep.hpp"
#include "sim/experiment/workbench.hpp"

namespace brownout::cli {
namespace {

constexpr int kMostChips = 1'000'000;
constexpr int kMostJobs = 1024;
constexpr std::size_t kMostPoints = 10'000'000;

CommandSpec spec() {
  return {
      .name = "sweep",
      .summary = "the voltage-energy-accuracy curve over voltages and chips; resumes",
      .purpose =
          "Evaluates a workload at every voltage of a list on every chip of an ensemble and prints "
          "a line per voltage, means over the chips. DIR gets points.csv (a row per voltage and "
          "chip), layers.csv, manifest.json (configuration, hashes of the inputs, seed) and "
          "results.sqlite, the journal: a sweep that was killed continues where it was when the "
          "same command runs again, and ends with the same files.",
      .example =
          "brownout sweep workloads/mnist_cnn.yaml --voltage 1.00:0.80:0.05 --chips 4 "
          "--out out/mnist",
      .positional = "WORKLOAD.yaml",
      .options = joined(
          {{{"out", "DIR", "Directory of the results; made when it does not exist. Required."},
            {"voltage", "LIST",
             "Voltages in the unit of the memory profile: FROM:TO:STEP, values with commas, or "
             "both. Default: sweep.voltages."},
            {"chips", "N", "Chips 0..N-1 of the ensemble. Default: sweep.chips; 1 with a map."},
            {"jobs", "N", "Worker processes. Default: the hardware threads."},
            {"cosim", "one|all|none",
             "Chips of each voltage whose first image the SystemC model runs too, and must agree "
             "on. Default: one."}},
           image_options(),
           workload_options(),
           output_options()})};
}

void apply_grid(const Arguments& arguments, config::WorkloadConfig& config) {
  if (const auto voltages = arguments.voltages("voltage")) {
    config.sweep.voltages = *voltages;
    config.sweep.place = "--voltage";
  }
  const auto chips = arguments.count("chips", 1, kMostChips);
  if (config.memory.chip.map) {
    if (chips.value_or(1) != 1)
      fail_option("chips", "a fault map is one chip, 1 is the only value");
    config.sweep.chips = 1;
  } else if (chips) {
    config.sweep.chips = *chips;
  }
  config::check_sweep(config);
  const std::size_t voltages = config.sweep.voltages.size();
  if (voltages > kMostPoints / static_cast<std::size_t>(config.sweep.chips)) {
    throw std::runtime_error(std::to_string(voltages) + " voltages x " +
                             std::to_string(config.sweep.chips) + " chips are more than " +
                             std::to_string(kMostPoints) + " points");
  }
}

experiment::CosimPolicy policy_of(const Arguments& arguments) {
  return experiment::parse_cosim_policy(
      arguments.choice("cosim", {"one", "all", "none"}).value_or("one"));
}

std::filesystem::path out_of(const Arguments& arguments) {
  std::filesystem::path out = arguments.required("out");
  std::error_code ignored;
  if (std::filesystem::exists(out, ignored) && !std::filesystem::is_directory(out, ignored)) {
    fail_option("out", out.string() + " is a file, not a directory");
  }
  return out;
}

Report report_of(const experiment::SweepOutcome& outcome, const std::string& unit) {
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", unit},
                          {"unit", ""},
                          {"chips", "chips", "count"},
                          {"ber", "BER", "share", Style::kRate},
                          {"effective_ber", "eff. BER", "share", Style::kRate},
                          {"weights_changed", "changed", "", Style::kPercent},
                          {"top1_mean", "top-1", "", Style::kPercent},
                          {"top1_min", "min", "", Style::kPercent},
                          {"top1_max", "max", "", Style::kPercent},
                          {"energy_j", "energy", "J/inf.", Style::kQuantity},
                          {"energy_rel", "energy", "rel.", Style::kRatio},
                          {"weight_sram_energy_rel", "w. SRAM", "rel.", Style::kRatio},
                          {"weight_sram_share", "w. SRAM", "", Style::kPercent},
                          {"latency_s", "latency", "s", Style::kQuantity}},
              .rows = {}};
  for (const VoltageSummary& row : summarize(outcome.points)) {
    table.rows.push_back({voltage_cell(row.voltage), unit, row.chips, row.ber, row.effective_ber,
                          row.weights_changed, row.top1, row.top1_min, row.top1_max, row.energy_j,
                          row.energy_rel, row.weight_sram_energy_rel, row.weight_sram_share,
                          row.latency_s});
  }
  return {.facts = {}, .table = std::move(table)};
}

// Failed points are no part of any file, so they are no part of a table either.
int report_failures(const experiment::SweepOutcome& outcome, std::ostream& err) {
  for (const std::string& failure : outcome.failures) err << "error: " << one_line(failure) << "\n";
  err << "error: " << outcome.failures.size()
      << " points failed, no CSV is written; the same command tries them again\n";
  return 1;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  const int threads = static_cast<int>(std::thread::hardware_concurrency());
  experiment::SweepOptions options{
      .out = out_of(arguments),
      .jobs = arguments.count("jobs", 1, kMostJobs).value_or(std::clamp(threads, 1, kMostJobs)),
      .cosim = policy_of(arguments),
      .progress = {}};
  config::WorkloadConfig config = load_config(arguments);
  apply_grid(arguments, config);

  experiment::SweepOutcome outcome;
  std::string unit;
  {
    Progress progress(streams.err, stderr_is_terminal() && !quiet);
    progress.show("loading " + config.name);
    options.progress = [&](std::size_t done, std::size_t total) { progress.update(done, total); };
    const experiment::Workbench bench = experiment::make_workbench(config);
    unit = bench.unit();
    outcome = experiment::run_sweep(bench, options);
  }
  if (!outcome.failures.empty()) return report_failures(outcome, streams.err);
  streams.out << render(report_of(outcome, unit), format);
  if (!quiet) {
    streams.err << "wrote points.csv, layers.csv, manifest.json, results.sqlite in "
                << options.out.string() << "; " << outcome.resumed << " of "
                << outcome.points.size() << " points resumed\n";
  }
  return 0;
}

}  // namespace

Command sweep_command() { return {spec(), run}; }

}  // namespace brownout::cli
