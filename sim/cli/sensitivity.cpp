// `brownout sensitivity`: which layers, bits and directions of the faults cost the accuracy.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/score_cells.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/culprits.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"
#include "sim/experiment/sensitivity.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::cli {
namespace {

using experiment::FaultDimension;
using experiment::PartSummary;

CommandSpec spec() {
  return {
      .name = "sensitivity",
      .summary = "where it hurts: accuracy when one layer, bit or direction alone fails",
      .purpose =
          "Runs a workload at one voltage of its weight SRAM on every chip of an ensemble, again "
          "and again, each time with only a part of the faults acting: those in the weights of one "
          "layer, at one bit of a weight's code (0 is the lowest), or in one direction (0to1: "
          "stored 0, read 1). The cells fail alike every time, so all parts meet the same bit "
          "error rate. Prints a line per part, first that without faults and that with all. DIR "
          "gets sensitivity.csv (a row per part and chip), manifest.json and results.sqlite, the "
          "journal: a killed command continues when it runs again. brownout report DIR draws it.",
      .example =
          "brownout sensitivity workloads/mnist_cnn.yaml --by layer --ber 0.01 --chips 3 "
          "--images 100 --out out/mnist_layers",
      .positional = "WORKLOAD.yaml",
      .options = joined({{{"by", "layer|bit|polarity",
                           "What the faults are split by, or two of them with a comma. Default: "
                           "layer."}},
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
  const std::vector<Column> measures = {{"weights", "weights", "count"},
                                        {"weights_share", "weights", "", Style::kPercent},
                                        {"weight_bits", "bits", "count"},
                                        {"weight_bits_share", "bits", "", Style::kPercent},
                                        {"chips", "chips", "count"},
                                        {"effective_ber", "eff. BER", "share", Style::kRate},
                                        {"weights_changed", "changed", "", Style::kPercent}};
  const Style style = style_of(metric);
  const bool many = parts.front().chips > 1;  // one chip tells nothing of others
  const std::vector<Column> drops = {
      {"drop_mean", experiment::is_share(metric) ? "drop" : "rise", "", style},
      {"drop_std", "std. dev.", "", style},
      {"drop_ci_low", many ? "95 % from" : "", "", style},
      {"drop_ci_high", many ? "95 % to" : "", "", style}};
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
  const std::string chips =
      fmt::format("by {} {}", worst.chips, worst.chips == 1 ? "chip" : "chips");
  return {{{"hurts_most", "hurts most", culprits.certain ? "" : "(not certain " + chips + ")"},
           worst.part.name()},
          {{"hurts_most_is_certain"}, std::int64_t{culprits.certain}},
          {{"not_told_apart", others.empty() ? "" : "  not told apart " + chips},
           others.empty() ? Cell() : Cell(others)}};
}

std::vector<Fact> facts_of(const experiment::Session& session, std::optional<double> ber,
                           const std::vector<PartSummary>& parts) {
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
  append(facts, culprit_facts(parts));
  return facts;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  experiment::SensitivityOptions options{
      .dimensions = dimensions_of(arguments),
      .cosim = policy_of(arguments),
      .runner = {.out = out_of(arguments), .jobs = jobs_of(arguments), .progress = {}}};
  config::WorkloadConfig config = load_config(arguments);
  const auto ber = set_operating_point(arguments, config);
  set_chips(arguments, config);
  config.sweep.voltages = {config.operating_point.voltage(hardware::OnChipMemory::kWeightSram)};

  experiment::SensitivityOutcome outcome;
  std::vector<Fact> facts;
  experiment::Metric metric{};
  Notes notes;
  {
    Progress progress(streams.err, stderr_is_terminal() && !quiet);
    progress.show("loading " + config.name);
    options.runner.progress = [&](std::size_t done, std::size_t total) {
      progress.update(done, total);
    };
    const experiment::Session session(config);
    metric = session.images().metric;
    notes = session.notes();
    if (ber) append(notes, rate_notes({*ber}, *config.memory.weight_sram().profile));
    outcome = experiment::run_sensitivity(session, options);
    if (outcome.failures.empty()) facts = facts_of(session, ber, outcome.parts);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  streams.out << render(
      {.facts = std::move(facts), .table = part_table(outcome.parts, options.dimensions, metric)},
      format);
  print_notes(streams.err, notes, quiet);
  if (!quiet) {
    streams.err << "wrote sensitivity.csv, manifest.json, results.sqlite in "
                << options.runner.out.string() << "; " << outcome.resumed << " of "
                << outcome.points << " points resumed" << report_hint(options.runner.out) << "\n";
  }
  return 0;
}

}  // namespace

Command sensitivity_command() { return {spec(), run}; }

}  // namespace brownout::cli
