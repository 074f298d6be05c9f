// One function a format. Which option belongs to which format is checked first.
#include "sim/cli/map/input.hpp"

#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "memory/files/address_scramble.hpp"
#include "memory/files/dense_fault_map.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/files/march_log.hpp"
#include "memory/files/memory_dump.hpp"
#include "memory/files/npy_array.hpp"
#include "memory/files/npy_fault_map.hpp"
#include "memory/maps/logical_fault_map.hpp"

namespace brownout::cli {
namespace {

using memory::MeasuredFaultMap;
using memory::SparseFaultMap;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();

// Of a file that no option and no name tells: .npy and march logs show it, the rest is a CSV map.
std::string format_of_content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  while (std::getline(in, line) && line.starts_with('#')) {
  }
  if (memory::is_npy(line)) return "npy";
  return line.find("expected") != std::string::npos ? "march" : "csv";
}

std::string format_of_input(const Arguments& arguments) {
  std::string from =
      arguments.choice("from", {"auto", "csv", "ibm", "npy", "dump", "march"}).value_or("auto");
  if (from != "auto") return from;
  if (std::filesystem::is_directory(arguments.positional())) return "ibm";
  if (memory::names_voltage_files(arguments.positional())) return "dump";
  return format_of_content(arguments.positional());
}

// All that is missing at once.
void require_options(const Arguments& arguments, const std::string& from) {
  static const std::map<std::string, std::vector<std::string>> kRequired = {
      {"csv", {}},
      {"npy", {"unit", "kind"}},
      {"ibm", {"unit"}},
      {"dump", {"unit", "banks", "rows", "columns"}},
      {"march", {"unit", "words", "word-bits", "banks", "mux"}}};
  std::string missing;
  for (const std::string& name : kRequired.at(from)) {
    if (!arguments.has(name)) missing += (missing.empty() ? "--" : ", --") + name;
  }
  if (missing.empty()) return;
  throw std::runtime_error(missing + ": required for a map in the format " + from);
}

void check_options(const Arguments& arguments, const std::string& from) {
  require_options(arguments, from);
  if (from == "csv") {
    refuse_options(arguments, {"unit", "kind", "lowest-measured"}, "a CSV map says it itself");
  }
  if (from != "npy") {
    refuse_options(arguments, {"kind", "lowest-measured"}, "the measurement says it itself");
  }
  if (from != "dump") {
    refuse_options(arguments, {"rows", "columns", "background", "keep-copy"}, "needs --from dump");
  }
  if (from != "march") refuse_options(arguments, {"words", "tested"}, "needs --from march");
  if (from == "march" || arguments.has("logical")) return;
  refuse_options(arguments, {"mux", "word-bits", "scramble"}, "needs --logical or --from march");
  if (from != "dump") {
    refuse_options(arguments, {"banks"}, "needs --logical, --from dump or --from march");
  }
}

std::string source_of(const Arguments& arguments) {
  std::string source = arguments.text("source").value_or(arguments.positional());
  for (const char c : source) {
    if (static_cast<unsigned char>(c) < ' ') fail_option("source", "must be one line of text");
  }
  return source;
}

std::string unit_of(const Arguments& arguments) { return *arguments.choice("unit", {"V", "Vmin"}); }

std::uint32_t size_of(const Arguments& arguments, const std::string& name,
                      std::uint64_t high = kMost) {
  arguments.required(name);
  return static_cast<std::uint32_t>(*arguments.integer(name, 1, high));
}

MapInput read_csv(const Arguments& arguments) {
  SparseFaultMap map = memory::read_fault_map_csv(arguments.positional());
  if (!arguments.has("source")) return {.format = "csv", .map = std::move(map)};
  memory::FaultMapHeader header = map.header();
  header.source = source_of(arguments);
  return {.format = "csv", .map = {std::move(header), map.faults()}};
}

MapInput read_npy(const Arguments& arguments) {
  memory::NpyFaultMapOptions options{.unit = unit_of(arguments), .source = source_of(arguments)};
  const std::string kind = *arguments.choice("kind", {"flip", "stuck_at_0", "stuck_at_1"});
  options.kind = kind == "flip"         ? memory::FaultKind::kFlip
                 : kind == "stuck_at_0" ? memory::FaultKind::kStuckAt0
                                        : memory::FaultKind::kStuckAt1;
  options.lowest_measured = arguments.voltage("lowest-measured");
  return {.format = "npy", .map = memory::read_npy_fault_map(arguments.positional(), options)};
}

MeasuredFaultMap read_dumps(const Arguments& arguments) {
  return memory::read_memory_dumps(
      memory::read_voltage_files(arguments.positional()),
      {.geometry = {size_of(arguments, "banks"), size_of(arguments, "rows"),
                    size_of(arguments, "columns")},
       .background = arguments.text("background").value_or(""),
       .keep_copy = arguments.has("keep-copy"),
       .unit = unit_of(arguments),
       .source = source_of(arguments)});
}

MeasuredFaultMap read_march(const Arguments& arguments) {
  std::vector<memory::MarchLog> logs;
  const std::string& in = arguments.positional();
  if (memory::names_voltage_files(in)) {
    for (memory::VoltageText& file : memory::read_voltage_files(in)) {
      logs.push_back({file.voltage, std::move(file.name), std::move(file.text)});
    }
  } else {
    logs.push_back({{}, in, memory::read_file_bytes(in)});
  }
  return memory::read_march_logs(
      logs, {.banks = size_of(arguments, "banks"),
             .words = size_of(arguments, "words"),
             .word_bits = size_of(arguments, "word-bits", memory::WordBits::kMost),
             .tested = arguments.voltages("tested").value_or(std::vector<memory::Voltage>{}),
             .unit = unit_of(arguments),
             .source = source_of(arguments)});
}

MapInput of_test(const std::string& from, MeasuredFaultMap test) {
  return {.format = from,
          .map = std::move(test.map),
          .voltages = std::move(test.voltages),
          .failing = std::move(test.failing),
          .nesting_violations = test.nesting_violations,
          .note = std::move(test.note)};
}

// Word addresses and bits to cells.
SparseFaultMap located(const SparseFaultMap& logical, const Arguments& arguments, bool is_dump) {
  const memory::SramOrganisation organisation{
      .banks = size_of(arguments, "banks"),
      .word_bits = is_dump && !arguments.has("word-bits")
                       ? logical.geometry().columns
                       : static_cast<std::uint32_t>(
                             size_of(arguments, "word-bits", memory::WordBits::kMost)),
      .column_mux = size_of(arguments, "mux", kMost / memory::WordBits::kMost)};
  const auto scramble = arguments.path("scramble");
  if (!scramble) return memory::physical_fault_map(logical, organisation);
  const auto equations =
      memory::AddressScramble::parse(memory::read_file_bytes(*scramble), scramble->string(),
                                     logical.geometry().rows, logical.geometry().columns);
  return memory::physical_fault_map(memory::unscrambled(logical, equations), organisation);
}

}  // namespace

std::vector<OptionSpec> map_input_options() {
  return {
      {"from", "auto|csv|ibm|npy|dump|march", "Format of the map. Default: auto."},
      {"unit", "V|Vmin", "Unit of the voltages. Required but for CSV, which says it."},
      {"source", "TEXT", "Where the map comes from. Default: of CSV, its own; else its name."},
      {"kind", "flip|stuck_at_0|stuck_at_1", "What the failing cells do. Required for npy."},
      {"lowest-measured", "V",
       "For npy: lowest voltage of the measurement; runs below it are refused. Default: none."},
      {"rows", "N", "For dump: rows of a bank."},
      {"columns", "N", "For dump: bits of a row, a multiple of 4."},
      {"background", "HEX", "For dump: the row that was written everywhere. Default: all ones."},
      {"keep-copy", "",
       "For dump: keeps the upper half of the columns even if it repeats the lower half."},
      {"words", "N", "For march: words of all banks."},
      {"tested", "LIST",
       "For march: all voltages of the test. Default: those at which something failed."},
      {"logical", "",
       "A row of the map is a word, a column a bit of it; needs the next three. Always so for "
       "march."},
      {"banks", "N", "Banks: word a is in bank a mod N, unless the map names the banks."},
      {"mux", "N", "Words of a bank that share a row."},
      {"word-bits", "N", "Bits of a word, 8 to 256."},
      {"scramble", "FILE.csv",
       "With --logical or march: physical address bits as XOR of logical ones. Default: none."}};
}

std::vector<OptionSpec> bitline_options() {
  return {{"cells-per-bitline", "N", "Rows of a column that share a bitline. Default: all."},
          {"interleaved-bitlines", "N",
           "Bitlines of a column that take turns row by row; 2: even and odd rows. Default: 1."}};
}

memory::BitlineShape bitline_of(const Arguments& arguments, const SparseFaultMap& map) {
  const std::uint64_t rows = map.geometry().rows;
  const auto number = [&](const std::string& name, std::uint64_t otherwise) {
    return static_cast<std::uint32_t>(arguments.integer(name, 1, rows).value_or(otherwise));
  };
  return {.interleaved = number("interleaved-bitlines", 1),
          .cells = number("cells-per-bitline", 0)};
}

MapInput read_map_input(const Arguments& arguments) {
  const std::string from = format_of_input(arguments);
  check_options(arguments, from);
  MapInput input =
      from == "csv"   ? read_csv(arguments)
      : from == "npy" ? read_npy(arguments)
      : from == "ibm"
          ? of_test(from, memory::read_dense_fault_map(arguments.positional(), unit_of(arguments),
                                                       source_of(arguments)))
      : from == "dump" ? of_test(from, read_dumps(arguments))
                       : of_test(from, read_march(arguments));
  if (!arguments.has("logical") && from != "march") return input;
  try {
    input.map = located(input.map, arguments, from == "dump");
  } catch (const std::runtime_error& error) {
    fail_option(from == "march" ? "from" : "logical", error.what());
  }
  return input;
}

std::vector<Fact> map_facts(const SparseFaultMap& map) {
  const memory::FaultMapHeader& header = map.header();
  return {{{"source", "source"}, header.source},
          {{"geometry", "geometry"}, memory::to_string(header.geometry)},
          {{"cells", "cells"}, header.geometry.cells()},
          {{"unit", "unit of voltages"}, header.unit},
          {{"lowest_measured", "lowest measured", header.unit},
           header.lowest_measured ? voltage_cell(*header.lowest_measured) : Cell{}},
          {{"faults", "failing cells"}, map.faults().size()},
          {{"defects", "  at every voltage"}, memory::defect_count(map)}};
}

std::vector<Fact> test_facts(const MapInput& input) {
  if (!input.is_test()) return {};
  return {{{"note", "note"}, input.note.empty() ? Cell{} : Cell{input.note}},
          {{"nesting_violations", "nesting violations", "cells"}, input.nesting_violations}};
}

Cell list_cell(const std::vector<memory::Voltage>& voltages) {
  std::string text;
  for (const memory::Voltage voltage : voltages) {
    text += (text.empty() ? "" : ", ") + voltage.text();
  }
  return text.empty() ? Cell{} : Cell{text};
}

void refuse_options(const Arguments& arguments, const std::vector<std::string>& names,
                    const std::string& reason) {
  for (const std::string& name : names) {
    if (arguments.has(name)) fail_option(name, reason);
  }
}

}  // namespace brownout::cli
