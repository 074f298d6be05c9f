// `brownout compare`: sweeps side by side.
#include <fmt/format.h>

#include <iterator>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/compare_tables.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/results/safe_sentence.hpp"

namespace brownout::cli {
namespace {

using experiment::ComparedSweep;
using experiment::FinishedSweep;

CommandSpec spec() {
  return {
      .name = "compare",
      .summary = "sweeps side by side: safe voltage, energy, cycles, layers, Pareto front",
      .purpose =
          "Reads directories that sweep wrote (of one with --axis all its sweeps), judges them by "
          "one accuracy target, and compares each at the lowest voltage at which enough of its "
          "chips pass: what differs between them, energy and latency there, by how much more or "
          "less than the first, yields at all voltages, and the voltages that no other beats in "
          "energy and accuracy.",
      .example = "brownout compare out/edge out/vision --max-drop 1",
      .positional = "DIR...",
      .options =
          joined({{{"voltage", "V", "Compares at this voltage instead."},
                   {"layers", "", "Adds the layers, each beside those of its name."}},
                  target_options(),
                  claim_options("Default: all chips have to pass; of both 95 where one is given."),
                  output_options()})};
}

std::vector<FinishedSweep> sweeps_of(const Arguments& arguments) {
  std::vector<FinishedSweep> sweeps;
  for (const std::string& directory : arguments.positionals()) {
    std::vector<FinishedSweep> found = experiment::read_sweeps(directory);
    sweeps.insert(sweeps.end(), std::make_move_iterator(found.begin()),
                  std::make_move_iterator(found.end()));
  }
  if (sweeps.size() < 2) {
    throw InputError("only one sweep is given; usage: brownout compare DIR DIR... [options]");
  }
  return sweeps;
}

/// What their chips have to reach; the claim in a sentence for each sweep.
std::vector<Fact> facts_of(const ComparedSweeps& sweeps,
                           const std::optional<experiment::YieldClaim>& claim) {
  if (!sweeps.front().mark) return {};
  const experiment::PassMark& first = *sweeps.front().mark;
  std::vector<Fact> facts = {
      {{"criterion", "to pass"},
       first.max_drop
           ? fmt::format("at most {:g} {} of {} below the network without faults", *first.max_drop,
                         *first.max_drop == 1 ? "point" : "points", title(first.metric))
           : fmt::format("{:.2f} % {}", 100 * first.minimum, title(first.metric))}};
  for (std::size_t i = 0; claim && i < sweeps.size(); ++i) {
    const ComparedSweep& sweep = sweeps[i];
    const std::string number = std::to_string(i + 1);
    facts.push_back(
        {{"sentence_" + number, number},
         experiment::safe_sentence(*claim, *sweep.mark, sweep.sweep.unit(), sweep.sweep.points)});
  }
  return facts;
}

Notes notes_of(const ComparedSweeps& sweeps, const std::vector<experiment::Difference>& differences,
               const std::vector<experiment::ManifestEntries>& manifests) {
  Notes notes;
  std::string keys;
  for (const std::string& key : experiment::of_images(differences, manifests)) {
    keys += (keys.empty() ? "" : ", ") + key;
  }
  if (!keys.empty()) notes.push_back("accuracies are of different images (" + keys + ")");
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    if (sweeps[i].at) continue;
    notes.push_back("of sweep " + std::to_string(i + 1) +
                    " too few chips pass at its highest voltage: nothing to compare it at");
  }
  return notes;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const auto claim = claim_of(arguments);
  const ComparedSweeps sweeps = experiment::compare(
      sweeps_of(arguments),
      {.target = target_of(arguments), .claim = claim, .voltage = arguments.voltage("voltage")});
  std::vector<experiment::ManifestEntries> manifests;
  for (const ComparedSweep& sweep : sweeps) manifests.push_back(sweep.sweep.manifest);
  const std::vector<experiment::Difference> differences = experiment::differences(manifests);
  Report report{.facts = facts_of(sweeps, claim), .table = sweep_table(sweeps)};
  report.others = {difference_table(differences, sweeps.size()), energy_table(sweeps),
                   common_voltage_table(sweeps), pareto_table(sweeps)};
  if (arguments.has("layers")) report.detail = layer_comparison(sweeps);
  streams.out << render(report, format);
  print_notes(streams.err, notes_of(sweeps, differences, manifests), arguments.has("quiet"));
  return 0;
}

}  // namespace

Command compare_command() { return {spec(), run}; }

}  // namespace brownout::cli
