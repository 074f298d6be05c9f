// `brownout map info`: what a fault map holds.
#include <algorithm>
#include <ostream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/maps/map_statistics.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"

namespace brownout::cli {
namespace {

using memory::CellGroup;
using memory::SparseFaultMap;
using memory::Voltage;

CommandSpec spec() {
  return {
      .name = "map info",
      .summary = "what a fault map holds: faults, BER and clusters per voltage",
      .purpose =
          "Reads a fault map, in any format that map convert reads, and prints its geometry, its "
          "source and the failing cells per voltage. Variance / mean of the faults per row, "
          "column, "
          "bitline and bank is about 1 - BER where cells fail independently of each other, and "
          "more "
          "where whole rows, bitlines or banks are weak.",
      .example = "brownout map info my_chip.csv --voltage 0.90,0.85,0.80",
      .positional = "MAP",
      .options = joined(
          {{{"voltage", "LIST",
             "Voltages in the map's unit: FROM:TO:STEP, values with commas, or both. Default: "
             "those "
             "of the test, or quantiles of the voltages at which the cells fail."}},
           bitline_options(),
           map_input_options(),
           output_options()})};
}

Cell optional_cell(const std::optional<double>& value) {
  if (!value) return {};
  return *value;
}

Table fault_table(const SparseFaultMap& map, const std::vector<Voltage>& voltages,
                  const memory::BitlineShape& bitline) {
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", map.header().unit},
                          {"faults", "faults", "cells"},
                          {"ber", "BER", "share", Style::kRate},
                          {"flip", "flip", "cells", Style::kPlain, 1},
                          {"stuck_at_0", "stuck at 0", "cells", Style::kPlain, 1},
                          {"stuck_at_1", "stuck at 1", "cells", Style::kPlain, 1},
                          {"row_variance_over_mean", "rows", "var./mean", Style::kRate, 2},
                          {"column_variance_over_mean", "columns", "var./mean", Style::kRate, 2},
                          {"bitline_variance_over_mean", "bitlines", "var./mean", Style::kRate, 2},
                          {"bank_variance_over_mean", "banks", "var./mean", Style::kRate, 2}},
              .rows = {}};
  for (const Voltage voltage : voltages) {
    const memory::FaultsAtVoltage faults = memory::faults_at(map, voltage);
    std::vector<Cell> row = {voltage_cell(voltage), faults.total(),    faults.ber,
                             faults.flips,          faults.stuck_at_0, faults.stuck_at_1};
    for (const CellGroup group :
         {CellGroup::kRow, CellGroup::kColumn, CellGroup::kBitline, CellGroup::kBank}) {
      row.push_back(optional_cell(memory::group_counts(map, voltage, group, bitline).dispersion()));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// How the faults gather at one voltage.
std::vector<Fact> cluster_facts(const SparseFaultMap& map, Voltage voltage,
                                const memory::BitlineShape& bitline) {
  constexpr std::uint64_t kWeak = 5;  // faults that make a bitline a weak one
  const auto lines = memory::group_counts(map, voltage, CellGroup::kBitline, bitline);
  const auto banks = memory::group_counts(map, voltage, CellGroup::kBank);
  const auto polarity = memory::bitline_polarity(map, voltage, kWeak, bitline);
  const auto titled = [&](const char* title) { return polarity.bitlines == 0 ? "" : title; };
  const auto most = [](const memory::GroupCounts& counts) {
    return counts.faults.empty() ? std::uint64_t{0} : counts.faults.front();
  };
  return {{{"clusters_at", "clusters at", map.header().unit}, voltage_cell(voltage)},
          {{"bitlines", "  bitlines"}, lines.groups},
          {{"faulty_bitlines", "  with faults"}, lines.faults.size()},
          {{"worst_bitline_faults", "  most faults of one"}, most(lines)},
          {{"share_on_bitlines_of_5", "  faults on those of 5 or more", "", Style::kPercent},
           optional_cell(lines.share_in_groups_of(kWeak))},
          {{"bitlines_of_5_stuck", titled("  with 5 stuck cells or more")}, polarity.bitlines},
          {{"pure_at_0", titled("    all stuck at 0")}, polarity.pure_at_0},
          {{"pure_at_1", titled("    all stuck at 1")}, polarity.pure_at_1},
          {{"faulty_banks", "  banks with faults"}, banks.faults.size()},
          {{"worst_bank_faults", "  most faults of one"}, most(banks)}};
}

std::vector<Voltage> voltages_of(const Arguments& arguments, const memory::ImportedMap& input) {
  if (const auto voltages = arguments.voltages("voltage")) return *voltages;
  return input.is_test() ? input.voltages : memory::telling_voltages(input.map);
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const memory::ImportedMap input = read_map_input(arguments);
  const SparseFaultMap& map = input.map;
  const memory::BitlineShape bitline = bitline_of(arguments, map);
  const std::vector<Voltage> voltages = voltages_of(arguments, input);
  Report report{.facts = {{{"file", "file"}, arguments.positional()}}, .table = {}};
  append(report.facts, map_facts(map));
  append(report.facts, {{{"banks", ""}, std::int64_t{map.geometry().banks}},
                        {{"rows", ""}, std::int64_t{map.geometry().rows}},
                        {{"columns", ""}, std::int64_t{map.geometry().columns}}});
  append(report.facts, test_facts(input));
  try {
    report.table = fault_table(map, voltages, bitline);
    if (!voltages.empty()) {
      append(report.facts,
             cluster_facts(map, *std::min_element(voltages.begin(), voltages.end()), bitline));
    }
  } catch (const InputError& error) {
    throw error.within("--voltage");
  }
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_info_command() { return {spec(), run}; }

}  // namespace brownout::cli
