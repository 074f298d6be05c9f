// `brownout map convert`: measured fault maps in other formats and coordinates to and from CSV.
#include <algorithm>
#include <fstream>
#include <limits>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "memory/dense_fault_map.hpp"
#include "memory/logical_fault_map.hpp"
#include "memory/npy_array.hpp"
#include "memory/npy_fault_map.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map_statistics.hpp"
#include "sim/cli/output_directory.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/whole_file.hpp"

namespace brownout::cli {
namespace {

using memory::SparseFaultMap;
using memory::Voltage;

CommandSpec spec() {
  return {
      .name = "map convert",
      .summary = "turns a measured fault map into CSV, or into IBM's text pairs",
      .purpose =
          "Reads a fault map and writes it in another format: a CSV map; a directory of IBM's "
          "dense text pairs fmap_sa0_v_<V>.txt and fmap_sa1_v_<V>.txt (rows of 0 and 1, one bank); "
          "or an .npy array (rows, columns) or (banks, rows, columns) of the highest voltage at "
          "which each cell fails. With --logical the rows of the input are word addresses and its "
          "columns the bits of a word; they are put where the SRAM has them.",
      .example = "brownout map convert my_chip.csv --source \"lot 3, die 7\" --out die7.csv",
      .positional = "IN",
      .options = joined(
          {{{"out", "FILE.csv|DIR",
             "File that is written; with --to ibm, a new directory. Required."},
            {"from", "auto|csv|ibm|npy", "Format of IN. Default: auto."},
            {"to", "csv|ibm", "Format that is written. Default: csv."},
            {"voltage", "LIST", "With --to ibm: voltages to write a pair of files for."},
            {"unit", "V|Vmin", "Unit of the voltages. Required for ibm and npy."},
            {"source", "TEXT", "Where the map comes from. Default: of CSV, its own; else IN."},
            {"kind", "flip|stuck_at_0|stuck_at_1", "What the failing cells do. Required for npy."},
            {"lowest-measured", "V",
             "For npy: lowest voltage of the measurement; runs below it are refused. Default: "
             "none."},
            {"logical", "", "IN has a word a row and a bit a column; needs the next three."},
            {"banks", "N", "Banks of the SRAM: word a is in bank a mod N."},
            {"mux", "N", "Words of a bank that share a row."},
            {"word-bits", "N", "Bits of a word, 8 to 64."}},
           output_options()})};
}

// What was read, and what only IBM's pairs tell.
struct Input {
  SparseFaultMap map;
  std::vector<Voltage> voltages;
  std::optional<std::uint64_t> nesting_violations;
};

std::string format_of_input(const Arguments& arguments) {
  std::string from = arguments.choice("from", {"auto", "csv", "ibm", "npy"}).value_or("auto");
  if (from != "auto") return from;
  const std::filesystem::path path = arguments.positional();
  if (std::filesystem::is_directory(path)) return "ibm";
  std::string start(6, '\0');
  std::ifstream(path, std::ios::binary).read(start.data(), 6);
  return memory::is_npy(start) ? "npy" : "csv";
}

void refuse_options(const Arguments& arguments, const std::vector<std::string>& names,
                    const std::string& reason) {
  for (const std::string& name : names) {
    if (arguments.has(name)) fail_option(name, reason);
  }
}

std::string source_of(const Arguments& arguments) {
  std::string source = arguments.text("source").value_or(arguments.positional());
  for (const char c : source) {
    if (static_cast<unsigned char>(c) < ' ') fail_option("source", "must be one line of text");
  }
  return source;
}

std::string unit_of(const Arguments& arguments) {
  arguments.required("unit");
  return *arguments.choice("unit", {"V", "Vmin"});
}

Input read_csv(const Arguments& arguments) {
  refuse_options(arguments, {"unit", "kind", "lowest-measured"}, "a CSV map says it itself");
  const SparseFaultMap map = memory::read_fault_map_csv(arguments.positional());
  memory::FaultMapHeader header = map.header();
  if (arguments.has("source")) header.source = source_of(arguments);
  return {{std::move(header), map.faults()}, {}, {}};
}

Input read_ibm(const Arguments& arguments) {
  refuse_options(arguments, {"kind", "lowest-measured"}, "the text pairs say it themselves");
  memory::DenseFaultMap dense = memory::read_dense_fault_map(
      arguments.positional(), unit_of(arguments), source_of(arguments));
  return {std::move(dense.map), std::move(dense.voltages), dense.nesting_violations};
}

Input read_npy(const Arguments& arguments) {
  memory::NpyFaultMapOptions options{.unit = unit_of(arguments), .source = source_of(arguments)};
  arguments.required("kind");
  const std::string kind = *arguments.choice("kind", {"flip", "stuck_at_0", "stuck_at_1"});
  options.kind = kind == "flip"         ? memory::FaultKind::kFlip
                 : kind == "stuck_at_0" ? memory::FaultKind::kStuckAt0
                                        : memory::FaultKind::kStuckAt1;
  options.lowest_measured = arguments.voltage("lowest-measured");
  return {memory::read_npy_fault_map(arguments.positional(), options), {}, {}};
}

// The organisation of --logical, its words still open.
std::optional<memory::SramOrganisation> organisation_of(const Arguments& arguments) {
  const std::vector<std::string> names = {"banks", "mux", "word-bits"};
  if (!arguments.has("logical")) {
    refuse_options(arguments, names, "needs --logical");
    return {};
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const auto size = [&](const std::string& name, std::uint64_t low, std::uint64_t high) {
    arguments.required(name);
    return static_cast<std::uint32_t>(*arguments.integer(name, low, high));
  };
  return memory::SramOrganisation{.banks = size("banks", 1, kMost),
                                  .word_bits = size("word-bits", 8, 64),
                                  .column_mux = size("mux", 1, kMost / 64)};
}

Input read_input(const Arguments& arguments, const std::string& from) {
  const auto organisation = organisation_of(arguments);
  Input input = from == "csv"   ? read_csv(arguments)
                : from == "ibm" ? read_ibm(arguments)
                                : read_npy(arguments);
  if (!organisation) return input;
  try {
    input.map = memory::physical_fault_map(input.map, *organisation);
  } catch (const std::runtime_error& error) {
    fail_option("logical", error.what());
  }
  return input;
}

std::string csv_text(const SparseFaultMap& map) {
  std::ostringstream text;
  memory::write_fault_map_csv(text, map);
  return std::move(text).str();
}

std::vector<OutputFile> ibm_files(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  std::vector<OutputFile> files;
  try {
    for (memory::TextFile& file : memory::dense_fault_map_files(map, voltages)) {
      files.push_back({std::move(file.name), std::move(file.text)});
    }
  } catch (const std::runtime_error& error) {
    fail_option("to", std::string("ibm: ") + error.what());
  }
  return files;
}

Cell list_cell(const std::vector<Voltage>& voltages) {
  std::string text;
  for (const Voltage voltage : voltages) text += (text.empty() ? "" : ", ") + voltage.text();
  return text.empty() ? Cell{} : Cell{text};
}

// The cells that fail at one of the voltages at least.
std::uint64_t faults_within(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  const Voltage lowest = *std::min_element(voltages.begin(), voltages.end());
  return static_cast<std::uint64_t>(
      std::count_if(map.faults().begin(), map.faults().end(),
                    [&](const memory::Fault& fault) { return lowest <= fault.vfail; }));
}

Report report_of(const Input& input, const std::string& from, const std::string& out,
                 const std::vector<Voltage>& written) {
  const SparseFaultMap& map = input.map;
  const std::string& unit = map.header().unit;
  std::vector<Fact> facts = {
      {{"file", "written"}, out},
      {{"from", "from"}, from},
      {{"source", "source"}, map.source()},
      {{"geometry", "geometry"}, memory::to_string(map.geometry())},
      {{"cells", "cells"}, map.geometry().cells()},
      {{"unit", "unit of voltages"}, unit},
      {{"lowest_measured", "lowest measured", unit},
       map.header().lowest_measured ? voltage_cell(*map.header().lowest_measured) : Cell{}},
      {{"faults", "failing cells"}, map.faults().size()},
      {{"defects", "  at every voltage"}, defect_count(map)}};
  if (input.nesting_violations) {
    append(facts,
           {{{"voltages", "voltages found", unit}, list_cell(input.voltages)},
            {{"nesting_violations", "nesting violations", "cells"}, *input.nesting_violations}});
  } else {
    append(facts, {{{"voltages", "quantiles of vfail", unit}, list_cell(telling_voltages(map))}});
  }
  if (!written.empty()) {
    append(facts, {{{"voltages_written", "voltages written", unit}, list_cell(written)},
                   {{"faults_written", "failing cells there"}, faults_within(map, written)}});
  }
  return {.facts = std::move(facts), .table = {}};
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  const bool to_ibm = arguments.choice("to", {"csv", "ibm"}).value_or("csv") == "ibm";
  std::vector<Voltage> voltages;
  if (to_ibm) {
    arguments.required("voltage");
    voltages = *arguments.voltages("voltage");
    check_output_directory(out, "out");
  } else {
    refuse_options(arguments, {"voltage"}, "needs --to ibm");
    check_output_file(out, "out");
  }
  const std::string from = format_of_input(arguments);
  const Input input = read_input(arguments, from);
  if (to_ibm) {
    write_whole_directory(out, ibm_files(input.map, voltages));
  } else {
    experiment::write_whole_file(out, csv_text(input.map));
  }
  streams.out << render(report_of(input, from, out.string(), voltages), format);
  return 0;
}

}  // namespace

Command map_convert_command() { return {spec(), run}; }

}  // namespace brownout::cli
