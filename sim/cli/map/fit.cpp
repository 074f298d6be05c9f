// `brownout map fit`: the parameters of a generator that makes chips like a measured one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/fit/fit_goodness.hpp"
#include "memory/fit/polarity_fit.hpp"
#include "memory/fit/row_fit.hpp"
#include "memory/fit/vmin_fit.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"

namespace brownout::cli {
namespace {

using memory::Simulated;

constexpr int kChips = 20;

CommandSpec spec() {
  return {
      .name = "map fit",
      .summary = "the generator that makes chips like a measured fault map",
      .purpose =
          "Estimates the parameters of gaussian_vmin and bitline_vmin from a measured map, in any "
          "format that map convert reads, by maximum likelihood, with standard errors and Akaike's "
          "criterion (AIC), and prints the "
          "map below memory.chip of a workload that makes such chips. The table compares the "
          "map's faults and their concentration on bitlines with chips that the fitted generators "
          "make: their mean and their 5th and 95th percentile. The p-value is the share of chips, "
          "the measured one among them, that lie at least as far from the others.",
      .example = "brownout map fit my_chip.csv --cells-per-bitline 512",
      .positional = "MAP",
      .options = joined(
          {{{"generator", "NAME", "gaussian_vmin, bitline_vmin or all. Default: all."},
            {"cells-per-bitline", "N",
             "Cells of a column on one bitline. Default: the whole column."},
            {"interleaved-bitlines", "N",
             "Bitlines side by side that take the rows of a column in turn. Default: 1."},
            {"voltage", "LIST",
             "Measured voltages: FROM:TO:STEP, values with commas, or both. Name those without a "
             "fault, too: they tell that cells work there. Default: those of the test where the "
             "format tells them, else those at which cells of the map fail first, and its lowest "
             "measured one; of more than 12, 12 evenly spaced."},
            {"chips", "N", fmt::format("Chips of each fitted generator. Default: {}.", kChips)},
            {"seed", "N", "Seed of these chips. Default: 0."}},
           map_input_options(),
           output_options()})};
}

memory::BitlineLayout layout_of(const Arguments& arguments) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  memory::BitlineLayout layout;
  if (const auto cells = arguments.integer("cells-per-bitline", 1, kMost)) {
    layout.cells = static_cast<std::uint32_t>(*cells);
  }
  if (const auto interleave = arguments.integer("interleaved-bitlines", 1, kMost)) {
    layout.interleave = static_cast<std::uint32_t>(*interleave);
  }
  return layout;
}

std::vector<memory::VminFit> fits_of(const memory::SparseFaultMap& map, const memory::FitData& data,
                                     const std::string& generator) {
  std::vector<memory::VminFit> fits;
  if (generator != "bitline_vmin") fits.push_back(memory::fit_gaussian_vmin(data));
  if (generator != "gaussian_vmin") {
    fits.push_back(memory::with_row_term(map, data, memory::fit_bitline_vmin(data)));
  }
  return fits;
}

// A millionth of the unit is the resolution of a voltage.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

// A log-likelihood whose third decimal matters compares nothing.
double to_thousandths(double value) { return std::round(value * 1e3) / 1e3; }

Cell optional_cell(const std::optional<double>& value) {
  if (!value) return {};
  return *value;
}

Cell rounded_cell(const std::optional<double>& value) {
  if (!value) return {};
  return rounded(*value);
}

std::string layout_text(const memory::BitlineLayout& layout) {
  std::string text;
  if (layout.cells) text += ", cells_per_bitline: " + std::to_string(*layout.cells);
  if (layout.interleave != 1) {
    text += ", interleaved_bitlines: " + std::to_string(layout.interleave);
  }
  return text;
}

/// What to write below memory.chip.
std::string chip_text(const memory::FitData& data, const memory::VminFit& fit, double sigma_read) {
  const auto number = [](double value) { return format_double(rounded(value)); };
  const memory::VminParameters& estimate = fit.estimate;
  std::string text = "{generator: " + fit.generator + ", mu: " + number(estimate.mu);
  if (fit.generator == "bitline_vmin") {
    text += ", sigma_bitline: " + number(estimate.sigma_bitline) +
            ", sigma_cell: " + number(estimate.sigma_cell);
    if (estimate.sigma_row != 0) text += ", sigma_row: " + number(estimate.sigma_row);
  } else {
    text += ", sigma: " + number(estimate.sigma_cell);
  }
  const auto polarity = memory::fit_polarity(data);
  const bool stuck = polarity && data.stuck_at_0 + data.stuck_at_1 > data.flips;
  const bool polar = stuck && polarity->polarity == memory::Polarity::kBitline;
  if (fit.generator == "bitline_vmin" || polar) text += layout_text(data.layout);
  text += stuck ? fmt::format(", kind: stuck, stuck_at_0_share: {:.3g}", polarity->stuck_at_0_share)
                : ", kind: flip";
  if (polar) text += ", polarity: bitline";
  if (sigma_read != 0) text += ", sigma_read: " + format_double(sigma_read);
  return text + "}";
}

/// How the map's stuck cells are stuck; nothing without any.
std::vector<Fact> polarity_facts(const memory::FitData& data) {
  const auto fit = memory::fit_polarity(data);
  if (!fit) return {};
  return {{{"polarity", "polarity of stuck cells"}, to_string(fit->polarity)},
          {{"stuck_at_0_share", "  stuck_at_0_share"}, rounded(fit->stuck_at_0_share)},
          {{"stuck_at_0_share_error", "    standard error"}, rounded(fit->standard_error)},
          {{"against_bitline", "  cells against their bitline", "", Style::kPercent},
           rounded(fit->against_bitline)}};
}

struct Fitted {
  memory::VminFit fit;
  memory::FitGoodness goodness;
};

std::vector<Fact> facts_of(const memory::FitData& data, const Fitted& fitted,
                           const memory::FaultMapHeader& header) {
  const std::string& unit = header.unit;
  const memory::VminFit& fit = fitted.fit;
  const std::string& name = fit.generator;
  const bool bitlines = name == "bitline_vmin";
  std::vector<Fact> facts{
      {{name, name},
       std::string(bitlines ? "Vmin = mu + B(bitline) + C(cell)" : "Vmin = mu + C(cell)")}};
  const auto add = [&](const char* key, double value, const std::optional<double>& error) {
    facts.push_back({{name + "_" + key, std::string("  ") + key, unit}, rounded(value)});
    facts.push_back(
        {{name + "_" + key + "_error", "    standard error", unit}, rounded_cell(error)});
  };
  add("mu", fit.estimate.mu, fit.standard_error[0]);
  if (bitlines) add("sigma_bitline", fit.estimate.sigma_bitline, fit.standard_error[1]);
  add(bitlines ? "sigma_cell" : "sigma", fit.estimate.sigma_cell, fit.standard_error[2]);
  if (bitlines) add("sigma_row", fit.estimate.sigma_row, fit.row_error);
  append(facts,
         {{{name + "_log_likelihood", "  log-likelihood"}, to_thousandths(fit.log_likelihood)},
          {{name + "_aic", "  AIC"}, to_thousandths(fit.aic())},
          {{name + "_p_value", "  p-value of the map", "", Style::kRate}, fitted.goodness.p_value},
          {{name + "_chip", "  memory.chip"}, chip_text(data, fit, header.sigma_read)}});
  return facts;
}

std::optional<double> figure_of(const std::optional<Simulated>& simulated,
                                double Simulated::*figure) {
  if (!simulated) return {};
  return (*simulated).*figure;
}

Table goodness_table(const memory::FitData& data, const std::vector<memory::FitMeasure>& measures,
                     const std::vector<Fitted>& all, const std::string& unit) {
  Table table{.key = "measures",
              .columns = {{"voltage", "voltage", unit},
                          {"measure", "measure"},
                          {"measured", "measured", "", Style::kRate}},
              .rows = {}};
  for (const Fitted& fitted : all) {
    const std::string& name = fitted.fit.generator;
    const std::string title = name.substr(0, name.find('_'));  // "gaussian", "bitline"
    table.columns.push_back({name + "_mean", title + " mean", "", Style::kRate});
    table.columns.push_back({name + "_p05", title + " 5 %", "", Style::kRate, 1});
    table.columns.push_back({name + "_p95", title + " 95 %", "", Style::kRate, 1});
  }
  const memory::MeasureValues measured = memory::values(data, measures);
  for (std::size_t i = 0; i < measures.size(); ++i) {
    std::vector<Cell> row{voltage_cell(measures[i].voltage), to_string(measures[i]),
                          optional_cell(measured[i])};
    for (const Fitted& fitted : all) {
      const auto& simulated = fitted.goodness.simulated[i];
      for (const auto figure : {&Simulated::mean, &Simulated::low, &Simulated::high}) {
        row.push_back(optional_cell(figure_of(simulated, figure)));
      }
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

memory::FitData data_of(const Arguments& arguments, const memory::ImportedMap& input) {
  const memory::BitlineLayout layout = layout_of(arguments);
  const auto voltages = arguments.voltages("voltage");
  try {
    memory::FitData data = memory::fit_data(input.map, layout, voltages.value_or(input.voltages));
    data.require_spread();
    return data;
  } catch (const InputError& error) {
    throw error.within(voltages ? "--voltage" : arguments.positional());
  }
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::string generator =
      arguments.choice("generator", {"gaussian_vmin", "bitline_vmin", "all"}).value_or("all");
  const int chips = arguments.count("chips", 5, 10'000).value_or(kChips);
  const std::uint64_t seed =
      arguments.integer("seed", 0, std::numeric_limits<std::uint64_t>::max()).value_or(0);
  const memory::ImportedMap input = read_map_input(arguments);
  const memory::SparseFaultMap& map = input.map;
  const memory::FitData data = data_of(arguments, input);

  const std::string& unit = map.header().unit;
  const std::vector<memory::FitMeasure> measures = fit_measures(data);
  std::vector<Fitted> all;
  Progress progress(streams.err, progress_form(arguments.has("quiet")));
  progress.show("fitting");
  for (const memory::VminFit& fit : fits_of(map, data, generator)) {
    progress.show("comparing with chips of " + fit.generator);
    all.push_back({fit, fit_goodness(data, fit, measures, chips, seed)});
  }
  progress.clear();
  Report report{
      .facts = {{{"file", "file"}, arguments.positional()},
                {{"source", "source"}, map.source()},
                {{"geometry", "geometry"}, memory::to_string(map.geometry())},
                {{"unit", "unit of voltages"}, unit},
                {{"bitlines", "bitlines"}, data.bitlines},
                {{"cells_per_bitline", "cells of a bitline"}, std::uint64_t{data.longest_bitline}},
                {{"faults", "failing cells"}, data.faults()},
                {{"stuck_at_0", "  stuck at 0"}, data.stuck_at_0},
                {{"stuck_at_1", "  stuck at 1"}, data.stuck_at_1},
                {{"flip", "  flip"}, data.flips},
                {{"defects", "at every voltage, left out"}, data.defects}},
      .table = {}};
  append(report.facts, polarity_facts(data));
  for (const Fitted& fitted : all) append(report.facts, facts_of(data, fitted, map.header()));
  const auto best = std::min_element(all.begin(), all.end(), [](const Fitted& a, const Fitted& b) {
    return a.fit.aic() < b.fit.aic();
  });
  report.facts.push_back({{"preferred", "preferred by AIC"}, best->fit.generator});
  report.table = goodness_table(data, measures, all, unit);
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_fit_command() { return {spec(), run}; }

}  // namespace brownout::cli
