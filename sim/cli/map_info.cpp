// `brownout map info`: what a fault map file holds.
#include <ostream>
#include <stdexcept>

#include "sim/cli/command.hpp"
#include "sim/cli/map_statistics.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"

namespace brownout::cli {
namespace {

CommandSpec spec() {
  return {
      .name = "map info",
      .summary = "what a fault map file holds: faults and BER per voltage",
      .purpose =
          "Reads a fault map (CSV) and prints its geometry, its source and the failing cells per "
          "voltage. Variance / mean of the faults per row and per column is about 1 - BER where "
          "cells fail independently of each other, and more where whole rows or bitlines are weak.",
      .example = "brownout map info my_chip.csv --voltage 0.90,0.85,0.80",
      .positional = "MAP.csv",
      .options = joined({{{"voltage", "LIST",
                           "Voltages in the map's unit: FROM:TO:STEP, values with commas, or both. "
                           "Default: quantiles of the voltages at which the cells fail."}},
                         output_options()})};
}

Cell optional_cell(const std::optional<double>& value) {
  if (!value) return {};
  return *value;
}

Table fault_table(const memory::SparseFaultMap& map, const std::vector<memory::Voltage>& voltages) {
  Table table{.key = "voltages",
              .columns = {{"voltage", "voltage", map.header().unit},
                          {"faults", "faults", "cells"},
                          {"ber", "BER", "share", Style::kRate},
                          {"flip", "flip", "cells"},
                          {"stuck_at_0", "stuck at 0", "cells"},
                          {"stuck_at_1", "stuck at 1", "cells"},
                          {"row_variance_over_mean", "var./mean", "rows", Style::kRate},
                          {"column_variance_over_mean", "var./mean", "columns", Style::kRate}},
              .rows = {}};
  for (const memory::Voltage voltage : voltages) {
    const FaultsAtVoltage faults = faults_at(map, voltage);
    table.rows.push_back({voltage_cell(voltage), faults.total(), faults.ber, faults.flips,
                          faults.stuck_at_0, faults.stuck_at_1,
                          optional_cell(faults.row_dispersion),
                          optional_cell(faults.column_dispersion)});
  }
  return table;
}

Table fault_table_of(const Arguments& arguments, const memory::SparseFaultMap& map) {
  const auto voltages = arguments.voltages("voltage");
  try {
    return fault_table(map, voltages ? *voltages : telling_voltages(map));
  } catch (const std::runtime_error& error) {
    fail_option("voltage", error.what());
  }
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const memory::SparseFaultMap map = memory::read_fault_map_csv(arguments.positional());
  const memory::FaultMapHeader& header = map.header();
  const Report report{
      .facts = {{{"file", "file"}, arguments.positional()},
                {{"source", "source"}, header.source},
                {{"geometry", "geometry"}, memory::to_string(header.geometry)},
                {{"banks", ""}, std::int64_t{header.geometry.banks}},
                {{"rows", ""}, std::int64_t{header.geometry.rows}},
                {{"columns", ""}, std::int64_t{header.geometry.columns}},
                {{"cells", "cells"}, header.geometry.cells()},
                {{"unit", "unit of voltages"}, header.unit},
                {{"lowest_measured", "lowest measured", header.unit},
                 header.lowest_measured ? voltage_cell(*header.lowest_measured) : Cell{}},
                {{"faults", "failing cells"}, map.faults().size()},
                {{"defects", "  at every voltage"}, defect_count(map)}},
      .table = fault_table_of(arguments, map)};
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_info_command() { return {spec(), run}; }

}  // namespace brownout::cli
