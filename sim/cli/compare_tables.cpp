#include "sim/cli/compare_tables.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "sim/cli/score_cells.hpp"
#include "sim/energy/energy_table.hpp"

namespace brownout::cli {
namespace {

using experiment::ComparedSweep;
using experiment::Metric;
using experiment::relative_change;
using experiment::VoltageSummary;

/// So many of a hash tell two files apart.
constexpr std::size_t kHashLetters = 12;

std::string number_of(std::size_t sweep) { return std::to_string(sweep + 1); }

/// Of where a sweep is compared, nothing where it is not.
template <typename Get>
std::optional<double> at_point(const ComparedSweep& sweep, const Get& get) {
  const VoltageSummary* point = sweep.compared();
  if (point == nullptr) return {};
  return get(*point);
}

/// A quantity and by how much it is more than that of the first sweep.
struct Quantity {
  Column column;
  std::function<double(const VoltageSummary&)> get;
  std::string change_title = "change";  ///< empty: not in text
};

std::vector<Quantity> quantities(Metric metric) {
  const auto score = [metric](const VoltageSummary& at) { return at.score[metric].value().mean; };
  return {{{to_string(metric) + "_mean", title(metric), "", style_of(metric)}, score, ""},
          {{"energy_j", "energy", "J/inf.", Style::kQuantity},
           [](const VoltageSummary& at) { return at.energy_j; }},
          {{"weight_sram_energy_j", "w. SRAM", "J/inf.", Style::kQuantity},
           [](const VoltageSummary& at) { return at.rail_energy_j[energy::Rail::kWeightSram]; }},
          {{"latency_s", "latency", "s", Style::kQuantity, 1},
           [](const VoltageSummary& at) { return at.latency_s; }},
          {{"cycles", "cycles", "count"}, [](const VoltageSummary& at) { return at.cycles; }}};
}

/// By how much it is compared at another voltage than the first.
Cell voltage_step(const ComparedSweep& first, const ComparedSweep& other, bool one_unit) {
  if (!one_unit || !first.at || !other.at) return {};
  return memory::Voltage::from_micro(other.compared()->voltage.micro() -
                                     first.compared()->voltage.micro())
      .value();
}

std::vector<Cell> verdict_cells(const ComparedSweep& sweep) {
  const VoltageSummary* point = sweep.compared();
  const bool judged = point != nullptr && sweep.mark;
  return {point == nullptr ? Cell() : voltage_cell(point->voltage),
          std::uint64_t{sweep.voltages.front().chips},
          judged ? Cell(sweep.yields[*sweep.at].yield()) : Cell(),
          sweep.safe ? voltage_cell(sweep.voltages[*sweep.safe].voltage) : Cell(),
          sweep.mark ? Cell(sweep.mark->minimum) : Cell(),
          sweep.sweep.points.front().reference};
}

}  // namespace

bool have_one_unit(const ComparedSweeps& sweeps) {
  return std::all_of(sweeps.begin(), sweeps.end(), [&](const ComparedSweep& sweep) {
    return sweep.sweep.unit() == sweeps.front().sweep.unit();
  });
}

Table sweep_table(const ComparedSweeps& sweeps) {
  const Metric metric = sweeps.front().sweep.metric();
  const bool one_unit = have_one_unit(sweeps);
  const std::string unit = one_unit ? sweeps.front().sweep.unit() : "";
  Table table{
      .key = "sweeps",
      .columns = {{"number", "#"},
                  {"directory", "sweep"},
                  {"voltage", "compared at", unit},
                  {"chips", "chips", "count", Style::kPlain, 2},
                  {"yield", experiment::is_share(metric) ? "pass" : "", "", Style::kPercent},
                  {"safe_voltage", "", unit},
                  {"minimum", "to pass", "", style_of(metric), 2},
                  {"reference", "no faults", "", style_of(metric), 1},
                  {"unit", one_unit ? "" : "unit"},
                  {"voltage_step", one_unit ? "step" : "", unit}},
      .rows = {}};
  for (const Quantity& quantity : quantities(metric)) {
    table.columns.push_back(quantity.column);
    table.columns.emplace_back(quantity.column.key + "_change", quantity.change_title, "",
                               Style::kPercent, quantity.column.rank);
  }
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    const ComparedSweep& sweep = sweeps[i];
    std::vector<Cell> row = {std::uint64_t{i + 1}, sweep.sweep.directory.string()};
    for (Cell& cell : verdict_cells(sweep)) row.push_back(std::move(cell));
    row.emplace_back(sweep.sweep.unit());
    row.push_back(voltage_step(sweeps.front(), sweep, one_unit));
    for (const Quantity& quantity : quantities(metric)) {
      const auto first = at_point(sweeps.front(), quantity.get);
      const auto own = at_point(sweep, quantity.get);
      row.push_back(optional_cell(own));
      row.push_back(optional_cell(relative_change(first, own)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table difference_table(const std::vector<experiment::Difference>& differences, std::size_t sweeps) {
  Table table{.key = "differences", .columns = {{"key", "different"}}, .rows = {}};
  if (differences.empty()) return {};
  for (std::size_t i = 0; i < sweeps; ++i) table.columns.emplace_back(number_of(i), number_of(i));
  for (const experiment::Difference& difference : differences) {
    const bool is_hash = difference.key.starts_with("inputs/");
    std::vector<Cell> row = {difference.key};
    for (const std::optional<std::string>& value : difference.values) {
      row.push_back(!value    ? Cell()
                    : is_hash ? Cell(value->substr(0, kHashLetters))
                              : Cell(*value));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table energy_table(const ComparedSweeps& sweeps) {
  Table table{.key = "energy", .columns = {{"part", "energy"}}, .rows = {}};
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    table.columns.emplace_back("joules_" + number_of(i), number_of(i), "J/inf.", Style::kQuantity);
    table.columns.emplace_back("change_" + number_of(i), i == 0 ? "" : "change", "",
                               Style::kPercent);
  }
  const auto add_row = [&](const std::string& name, const auto& get) {
    std::vector<Cell> row = {name};
    const std::optional<double> first = at_point(sweeps.front(), get);
    for (const ComparedSweep& sweep : sweeps) {
      row.push_back(optional_cell(at_point(sweep, get)));
      row.push_back(optional_cell(relative_change(first, at_point(sweep, get))));
    }
    table.rows.push_back(std::move(row));
  };
  for (const energy::Rail rail : energy::kRails) {
    add_row(to_string(rail) + "_energy_j",
            [rail](const VoltageSummary& at) { return at.rail_energy_j[rail]; });
  }
  add_row("energy_j", [](const VoltageSummary& at) { return at.energy_j; });
  const auto add_part = [&](const std::string& name, std::optional<double> VoltageSummary::*part) {
    const bool is_there = std::any_of(sweeps.begin(), sweeps.end(), [&](const auto& sweep) {
      return at_point(sweep, [&](const VoltageSummary& at) { return at.*part; }).has_value();
    });
    if (is_there) add_row(name, [&](const VoltageSummary& at) { return at.*part; });
  };
  add_part("mitigation_energy_j", &VoltageSummary::mitigation_energy_j);
  add_part("supply_energy_j", &VoltageSummary::supply_energy_j);
  return table;
}

Table common_voltage_table(const ComparedSweeps& sweeps) {
  if (!have_one_unit(sweeps)) return {};
  const Metric metric = sweeps.front().sweep.metric();
  const bool is_share = experiment::is_share(metric);
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", sweeps.front().sweep.unit()}},
              .rows = {}};
  std::map<memory::Voltage, std::vector<Cell>, std::greater<>> rows;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    table.columns.emplace_back("yield_" + number_of(i), is_share ? number_of(i) + " pass" : "", "",
                               Style::kPercent);
    table.columns.emplace_back(to_string(metric) + "_mean_" + number_of(i),
                               number_of(i) + " " + title(metric), "", style_of(metric));
    for (std::size_t j = 0; j < sweeps[i].voltages.size(); ++j) {
      const VoltageSummary& at = sweeps[i].voltages[j];
      std::vector<Cell>& row = rows[at.voltage];
      row.resize(1 + 2 * sweeps.size());
      row[0] = voltage_cell(at.voltage);
      if (is_share) row[1 + 2 * i] = sweeps[i].yields[j].yield();
      row[2 + 2 * i] = at.score[metric].value().mean;
    }
  }
  for (auto& [voltage, row] : rows) table.rows.push_back(std::move(row));
  return table;
}

Table pareto_table(const ComparedSweeps& sweeps) {
  const Metric metric = sweeps.front().sweep.metric();
  Table table{
      .key = "pareto_front",
      .columns = {{"energy_j", "Pareto front", "J/inf.", Style::kQuantity},
                  {to_string(metric) + "_mean", title(metric), "", style_of(metric)},
                  {"number", "sweep", "count"},
                  {"voltage", "voltage", have_one_unit(sweeps) ? sweeps.front().sweep.unit() : ""}},
      .rows = {}};
  for (const experiment::OperatingChoice& choice : experiment::best_choices(sweeps)) {
    const VoltageSummary& at = sweeps[choice.sweep].voltages[choice.voltage];
    table.rows.push_back(
        {choice.energy_j, choice.score, std::uint64_t{choice.sweep + 1}, voltage_cell(at.voltage)});
  }
  return table;
}

Table layer_comparison(const ComparedSweeps& sweeps) {
  Table table{.key = "layers", .columns = {{"layer", "layer"}}, .rows = {}};
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    const std::string n = number_of(i);
    table.columns.emplace_back("cycles_" + n, n + " cycles", "count");
    table.columns.emplace_back("cycles_change_" + n, i == 0 ? "" : "change", "", Style::kPercent);
    table.columns.emplace_back("energy_j_" + n, n + " energy", "J/inf.", Style::kQuantity);
    table.columns.emplace_back("energy_j_change_" + n, i == 0 ? "" : "change", "", Style::kPercent);
    table.columns.emplace_back("weight_sram_energy_j_" + n, "", "J/inf.", Style::kQuantity);
    table.columns.emplace_back("weights_changed_" + n, n + " changed", "", Style::kPercent);
  }
  for (const experiment::ComparedLayer& layer : experiment::compare_layers(sweeps)) {
    std::vector<Cell> row = {layer.layer};
    const auto& first = layer.in_sweeps.front();
    for (const std::optional<experiment::LayerSummary>& own : layer.in_sweeps) {
      if (!own) {
        row.resize(row.size() + 6);
        continue;
      }
      const auto change = [&](double experiment::LayerSummary::*part) {
        return optional_cell(first ? relative_change((*first).*part, (*own).*part)
                                   : std::optional<double>());
      };
      row.insert(row.end(), {own->cycles, change(&experiment::LayerSummary::cycles), own->energy_j,
                             change(&experiment::LayerSummary::energy_j), own->weight_sram_energy_j,
                             own->weights_changed});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace brownout::cli
