// `brownout map convert`: measured fault maps in other formats, coordinates, geometries, voltages.
#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/dense_fault_map.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/npy_fault_map.hpp"
#include "memory/maps/map_statistics.hpp"
#include "memory/maps/rescale_fault_map.hpp"
#include "memory/maps/resize_fault_map.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/output_directory.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

using memory::SparseFaultMap;
using memory::Voltage;

CommandSpec spec() {
  return {
      .name = "map convert",
      .summary = "fault maps between formats, coordinates and geometries",
      .purpose =
          "Reads a fault map and writes it as a CSV map, as IBM's dense text pairs or as an .npy "
          "array. IN is a CSV map; an .npy array (banks, rows, columns) of the highest voltage at "
          "which each cell fails; a directory of text pairs fmap_sa0_v_<V>.txt and "
          "fmap_sa1_v_<V>.txt; a march or MBIST log; or memory dumps, one file a voltage, named by "
          "a pattern such as 'dumps/bram_{V}.txt' or a list such as 0.54=a.txt,0.53=b.txt. What is "
          "done to the map beyond that happens in the order of the options below, and its source "
          "tells it.",
      .example = "brownout map convert my_chip.csv --source \"lot 3, die 7\" --out die7.csv",
      .positional = "IN",
      .options = joined(
          {{{"out", "FILE|DIR", "File that is written; with --to ibm, a new directory. Required."},
            {"to", "csv|ibm|npy", "Format that is written. Default: csv."},
            {"voltage", "LIST", "With --to ibm: voltages to write a pair of files for."}},
           map_input_options(),
           {{"join-banks", "N", "Puts N banks side by side, as one bank of N times the columns."},
            {"crop", "BANKS,ROWS,COLUMNS", "Cuts a map of this geometry out."},
            {"tile", "BANKS,ROWS,COLUMNS", "Repeats the map until this geometry is filled."},
            {"offset", "B,R,C", "The map's cell at which --crop or --tile begins. Default: 0,0,0."},
            {"vmin-volts", "V", "Makes V of Vmin or Vmin of V, with this Vmin in volts."},
            {"shift", "V", "Adds this to all voltages of the map, which may be negative."}},
           output_options()})};
}

// Three whole numbers with commas.
memory::SramGeometry triple(const Arguments& arguments, const std::string& name) {
  const std::string text = arguments.text(name).value_or("0,0,0");
  std::vector<std::uint32_t> numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto number = parse_unsigned(part);
    if (!number || *number > 0xffffffff) break;
    numbers.push_back(static_cast<std::uint32_t>(*number));
  }
  if (numbers.size() != 3 || std::count(text.begin(), text.end(), ',') != 2) {
    fail_option(name, in_quotes(text) + " is not three whole numbers with commas");
  }
  return {numbers[0], numbers[1], numbers[2]};
}

// Runs one step of the conversion under its option's name.
template <typename Step>
void apply(const Arguments& arguments, const std::string& option, SparseFaultMap& map,
           const Step& step) {
  if (!arguments.has(option)) return;
  try {
    map = step();
  } catch (const InputError& error) {
    throw error.within("--" + option);
  }
}

void transform(const Arguments& arguments, SparseFaultMap& map) {
  const auto joined = arguments.integer("join-banks", 1, 0xffffffff);
  apply(arguments, "join-banks", map,
        [&] { return memory::with_banks_joined(map, static_cast<std::uint32_t>(*joined)); });
  arguments.exclude("crop", "tile");
  if (!arguments.has("crop") && !arguments.has("tile")) {
    refuse_options(arguments, {"offset"}, "needs --crop or --tile");
  }
  const memory::SramGeometry at = triple(arguments, "offset");
  const memory::CellAddress offset{at.banks, at.rows, at.columns};
  const memory::SramGeometry crop = triple(arguments, "crop");
  apply(arguments, "crop", map, [&] {
    return memory::resized(map, crop, {memory::Resize::kCrop, offset});
  });
  const memory::SramGeometry tile = triple(arguments, "tile");
  apply(arguments, "tile", map, [&] {
    return memory::resized(map, tile, {memory::Resize::kTile, offset});
  });
  const auto vmin = arguments.voltage("vmin-volts");
  apply(arguments, "vmin-volts", map, [&] { return memory::in_other_unit(map, *vmin); });
  apply(arguments, "shift", map, [&] {
    return memory::shifted(map, memory::parse_voltage_shift(*arguments.text("shift")));
  });
}

std::string csv_text(const SparseFaultMap& map) {
  std::ostringstream text;
  memory::write_fault_map_csv(text, map);
  return std::move(text).str();
}

std::vector<OutputFile> ibm_files(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  std::vector<OutputFile> files;
  for (memory::TextFile& file : memory::dense_fault_map_files(map, voltages)) {
    files.push_back({std::move(file.name), std::move(file.text)});
  }
  return files;
}

void write(const SparseFaultMap& map, const std::string& to, const std::vector<Voltage>& voltages,
           const std::filesystem::path& out) {
  if (to == "csv") return experiment::write_whole_file(out, csv_text(map));
  std::vector<OutputFile> files;
  std::string bytes;
  try {
    if (to == "ibm") files = ibm_files(map, voltages);
    if (to == "npy") bytes = memory::npy_fault_map_bytes(map);
  } catch (const InputError& error) {
    throw error.within(to).within("--to");
  }
  if (to == "ibm") return write_whole_directory(out, files);
  experiment::write_whole_file(out, bytes);
}

// The cells that fail at one of the voltages at least.
std::uint64_t faults_within(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  const Voltage lowest = *std::min_element(voltages.begin(), voltages.end());
  return static_cast<std::uint64_t>(
      std::count_if(map.faults().begin(), map.faults().end(),
                    [&](const memory::Fault& fault) { return lowest <= fault.vfail; }));
}

// What the test saw at each voltage, before anything was done to the map.
Table test_table(const memory::ImportedMap& input, const SparseFaultMap& read) {
  if (!input.is_test()) return {};
  Table table{.key = "measured",
              .columns = {{"voltage", "voltage", read.header().unit},
                          {"failing", "failed", "cells"},
                          {"faults", "in the map", "cells"}},
              .rows = {}};
  for (std::size_t i = 0; i < input.voltages.size(); ++i) {
    table.rows.push_back({voltage_cell(input.voltages[i]), input.failing[i],
                          memory::faults_at(read, input.voltages[i]).total()});
  }
  return table;
}

Report report_of(const memory::ImportedMap& input, const SparseFaultMap& map,
                 const std::string& out, const std::vector<Voltage>& written) {
  const std::string& unit = map.header().unit;
  std::vector<Fact> facts = {{{"file", "written"}, out}, {{"from", "from"}, input.format}};
  append(facts, map_facts(map));
  append(facts, test_facts(input));
  if (input.is_test()) {
    append(facts,
           {{{"voltages", "voltages found", input.map.header().unit}, list_cell(input.voltages)}});
  } else {
    append(facts,
           {{{"voltages", "quantiles of vfail", unit}, list_cell(memory::telling_voltages(map))}});
  }
  if (!written.empty()) {
    append(facts, {{{"voltages_written", "voltages written", unit}, list_cell(written)},
                   {{"faults_written", "failing cells there"}, faults_within(map, written)}});
  }
  return {.facts = std::move(facts), .table = test_table(input, input.map)};
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  const std::string to = arguments.choice("to", {"csv", "ibm", "npy"}).value_or("csv");
  std::vector<Voltage> voltages;
  if (to == "ibm") {
    arguments.required("voltage");
    voltages = *arguments.voltages("voltage");
    check_output_directory(out, "out");
  } else {
    refuse_options(arguments, {"voltage"}, "needs --to ibm");
    check_output_file(out, "out");
  }
  const memory::ImportedMap input = read_map_input(arguments);
  SparseFaultMap map = input.map;
  transform(arguments, map);
  write(map, to, voltages, out);
  streams.out << render(report_of(input, map, out.string(), voltages), format);
  return 0;
}

}  // namespace

Command map_convert_command() { return {spec(), run}; }

}  // namespace brownout::cli
