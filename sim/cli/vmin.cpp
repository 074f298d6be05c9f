// `brownout vmin`: the safe voltage with a confidence.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/inputs/asked.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/vmin/vmin.hpp"

namespace brownout::cli {
namespace {

using experiment::Judgement;
using experiment::SafeVoltage;
using experiment::YieldClaim;

CommandSpec spec() {
  return {
      .name = "vmin",
      .summary = "the safe voltage: how low enough dies keep the accuracy, with confidence",
      .purpose =
          "Finds the lowest voltage of a list at which, with the asked confidence, at least the "
          "asked share of the dies keeps the accuracy target. Judges chips 0..N-1 of the ensemble "
          "only where it is needed, and each on as many images as its verdict takes. DIR gets "
          "v_safe.json (the answer with all its numbers), search.csv (a row per chip and voltage "
          "that was judged), manifest.json, and results.sqlite, the journal: a search that was "
          "killed continues when the same command runs again. brownout report DIR draws it.",
      .example =
          "brownout vmin workloads/mnist_cnn.yaml --voltage 1.00:0.80:0.02 --yield 90 "
          "--images 200 --out out/mnist_vmin",
      .positional = "WORKLOAD.yaml",
      .options = joined(
          {{{"voltage", "LIST",
             "Voltages of the supply that sweep.rail names (default: the weight SRAM's), in the "
             "unit of its memory's profile: FROM:TO:STEP, values with commas, or both. Default: "
             "sweep.voltages."}},
           target_options(),
           claim_options("Default: 95."),
           {{"chips", "N",
             "Chips 0..N-1 of the ensemble. More may fail, and find a lower voltage. Default: the "
             "fewest that decide, 59 for 95 % with 95 %; with fault maps, all of them."},
            {"cosim", "one|none",
             "Whether the SystemC model runs an image of one chip at the safe voltage, too, and "
             "must agree. Default: one."}},
           directory_options(),
           image_options(),
           workload_options(),
           output_options()})};
}

/// Chips that decide: those that are asked for, all fault maps, or the fewest.
void set_deciding_chips(const Arguments& arguments, const YieldClaim& claim,
                        config::WorkloadConfig& config) {
  set_chips(arguments, config);
  const bool asked = arguments.has("chips");
  if (!asked && config.memory.map_count() == 0) {
    const std::int64_t fewest = experiment::least_chips(claim);
    if (fewest > kMostChips) {
      fail_option("yield", fmt::format("{} needs {} chips, more than {}",
                                       experiment::to_string(claim), fewest, kMostChips));
    }
    config.sweep.chips = static_cast<int>(fewest);
  }
  try {
    experiment::require_decidable(claim, config.sweep.chips);
  } catch (const InputError& error) {
    throw error.within(asked ? "--chips" : "fault maps");
  }
}

/// How text shows a number of the answer; the others stand in JSON and CSV only.
struct Shown {
  const char* name;
  const char* title;
  const char* unit;
  Style style;
};
constexpr Shown kShown[] = {
    {"sentence", "answer", "", Style::kPlain},
    {"reference", "accuracy without faults", "", Style::kPercent},
    {"minimum", "  to reach", "", Style::kPercent},
    {"yield_at_least", "yield at least", "", Style::kPercent},
    {"yield_ci_low", "  interval from", "", Style::kPercent},
    {"yield_ci_high", "  to", "", Style::kPercent},
    {"refused_voltage", "next lower voltage", "V", Style::kPlain},
    {"refused_chips", "  chips judged", "", Style::kPlain},
    {"refused_failing", "  of them fail", "", Style::kPlain},
    {"limiting_layer", "  limited by layer", "", Style::kPlain},
    {"limiting_drop", "    which alone loses", "", Style::kPercent},
    {"limiting_drop_of_all", "    all layers together", "", Style::kPercent},
    {"limiting_bit", "  by bit", "of the weights' codes", Style::kPlain},
    {"limiting_bit_drop", "    which alone loses", "", Style::kPercent},
    {"limiting_bitline", "  by bitline", "", Style::kPlain},
    {"limiting_bitline_regained", "    whose repair regains", "", Style::kPercent},
    {"energy_j", "energy per inference", "J", Style::kQuantity},
    {"energy_rel", "  relative", "of that at the error-free voltage", Style::kRatio},
    {"weight_sram_energy_rel", "  of the weight SRAM", "likewise", Style::kRatio},
    {"supply_energy_rel", "  of the joined supply", "likewise", Style::kRatio},
    {"nominal_saving", "  saved against nominal", "", Style::kPercent},
    {"nominal_weight_sram_saving", "  of the weight SRAM", "", Style::kPercent},
    {"nominal_supply_saving", "  of the joined supply", "", Style::kPercent},
    {"latency_s", "latency", "s", Style::kQuantity},
    {"points", "chips x voltages judged", "", Style::kPlain},
    {"grid_points", "  of a grid of", "", Style::kPlain},
    {"images", "images run", "", Style::kPlain},
    {"grid_images", "  of a grid of", "", Style::kPlain},
};

std::vector<Fact> facts_of(const SafeVoltage& answer) {
  std::vector<Fact> facts;
  for (const auto& column : experiment::safe_voltage_columns()) {
    const auto shown = std::find_if(std::begin(kShown), std::end(kShown),
                                    [&](const Shown& each) { return column.name == each.name; });
    Column as{column.name};
    const Cell value = column.field(answer);
    const bool is_there = !std::holds_alternative<std::monostate>(value);
    if (shown != std::end(kShown) && is_there) {
      const std::string unit = shown->unit;
      as = {column.name, shown->title, unit == "V" ? answer.unit : unit, shown->style};
    }
    facts.push_back({std::move(as), value});
  }
  return facts;
}

/// A row per voltage that was looked at.
Table voltage_table(const std::vector<Judgement>& judgements, std::int64_t chips,
                    std::int64_t allowed) {
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", judgements.front().unit},
                          {"unit", ""},
                          {"judged", "judged", "chips"},
                          {"failing", "failing", "chips"},
                          {"images", "images", "count"},
                          {"worst_drop", "worst drop", "", Style::kPercent},
                          {"found", "found"}},
              .rows = {}};
  for (auto first = judgements.begin(); first != judgements.end();) {
    std::int64_t judged = 0, failing = 0, images = 0;
    double worst = first->drop;
    const memory::Voltage voltage = first->voltage;
    for (; first != judgements.end() && first->voltage == voltage; ++first) {
      ++judged;
      failing += first->pass ? 0 : 1;
      images += first->images;
      worst = std::max(worst, first->drop);
    }
    const char* found = failing > allowed ? "refused" : judged == chips ? "accepted" : "open";
    table.rows.push_back({voltage_cell(voltage), judgements.front().unit, judged, failing, images,
                          worst, std::string(found)});
  }
  return table;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const bool quiet = arguments.has("quiet");
  experiment::VminOptions options{
      .out = out_of(arguments),
      .jobs = jobs_of(arguments),
      .cosimulate = arguments.choice("cosim", {"one", "none"}).value_or("one") == "one",
      .claim = claim_of(arguments).value_or(YieldClaim{})};
  const experiment::AskedTarget target = target_of(arguments);
  config::WorkloadConfig config = load_config(arguments);
  set_deciding_chips(arguments, options.claim, config);
  experiment::set_grid(config, {.voltages = arguments.voltages("voltage")});
  check_grid(config.sweep.voltages.size(), "voltages", config.sweep.chips);

  experiment::VminOutcome outcome;
  Notes notes;
  {
    Progress progress(streams.err, progress_form(quiet));
    progress.show("loading " + config.name);
    options.progress = [&](const std::string& voltage, std::size_t judged, std::size_t chips) {
      progress.show(fmt::format("{}: {} of {} chips judged", voltage, judged, chips));
    };
    const experiment::Session session(config);
    options.target = experiment::target_for(target, session.images().metric);
    notes = session.notes();
    outcome = experiment::run_vmin(session, options);
  }
  if (!outcome.failures.empty()) return report_failures(outcome.failures, streams.err);
  streams.out << render({.facts = facts_of(outcome.answer),
                         .table = voltage_table(outcome.judgements, outcome.answer.chips,
                                                outcome.answer.allowed_failures)},
                        format);
  print_notes(streams.err, notes, quiet);
  if (!quiet) {
    streams.err << "wrote v_safe.json, search.csv, manifest.json, results.sqlite in "
                << options.out.string() << "; " << outcome.resumed << " of " << outcome.kept
                << " results resumed" << report_hint(options.out) << "\n";
  }
  return 0;
}

}  // namespace

Command vmin_command() { return {spec(), run}; }

}  // namespace brownout::cli
