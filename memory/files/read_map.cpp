// Which format it is, which options belong to it, and a function a format.
#include "memory/files/read_map.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "memory/files/address_scramble.hpp"
#include "memory/files/dense_fault_map.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/files/march_log.hpp"
#include "memory/files/memory_dump.hpp"
#include "memory/files/npy_array.hpp"
#include "memory/files/npy_fault_map.hpp"
#include "memory/files/voltage_files.hpp"
#include "memory/maps/logical_fault_map.hpp"

namespace brownout::memory {
namespace {

// Of a file that no option and no name tells: .npy and march logs show it, the rest is a CSV map.
std::string format_of_content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  while (std::getline(in, line) && line.starts_with('#')) {
  }
  if (is_npy(line)) return "npy";
  return line.find("expected") != std::string::npos ? "march" : "csv";
}

std::string format_of(const std::string& where, const MapImport& import) {
  const std::string from = import.text("from").value_or("auto");
  if (from != "auto") return from;
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) return "ibm";
  if (names_voltage_files(where)) return "dump";
  return format_of_content(where);
}

std::string source_of(const std::string& where, const MapImport& import) {
  std::string source = import.text("source").value_or(where);
  for (const char c : source) {
    if (static_cast<unsigned char>(c) < ' ') import.fail("source", "must be one line of text");
  }
  return source;
}

FaultKind kind_of(const MapImport& import) {
  for (const FaultKind kind : {FaultKind::kFlip, FaultKind::kStuckAt0, FaultKind::kStuckAt1}) {
    if (to_string(kind) == import.text("kind")) return kind;
  }
  throw std::logic_error("a kind of fault that is none");
}

ImportedMap of_test(MeasuredFaultMap test) {
  return {.format = {},
          .map = std::move(test.map),
          .voltages = std::move(test.voltages),
          .failing = std::move(test.failing),
          .nesting_violations = test.nesting_violations,
          .note = std::move(test.note)};
}

ImportedMap read_csv(const std::string& where, const MapImport& import) {
  SparseFaultMap map = read_fault_map_csv(where);
  if (!import.has("source")) return {.format = {}, .map = std::move(map)};
  FaultMapHeader header = map.header();
  header.source = source_of(where, import);
  return {.format = {}, .map = {std::move(header), map.faults()}};
}

ImportedMap read_npy(const std::string& where, const MapImport& import) {
  return {.format = {},
          .map = read_npy_fault_map(where, {.unit = *import.text("unit"),
                                            .kind = kind_of(import),
                                            .lowest_measured = import.voltage("lowest-measured"),
                                            .source = source_of(where, import)})};
}

ImportedMap read_pairs(const std::string& where, const MapImport& import) {
  return of_test(read_dense_fault_map(where, *import.text("unit"), source_of(where, import)));
}

ImportedMap read_dumps(const std::string& where, const MapImport& import) {
  return of_test(read_memory_dumps(
      read_voltage_files(where),
      {.geometry = {*import.number("banks"), *import.number("rows"), *import.number("columns")},
       .background = import.text("background").value_or(""),
       .keep_copy = import.flag("keep-copy"),
       .unit = *import.text("unit"),
       .source = source_of(where, import)}));
}

ImportedMap read_march(const std::string& where, const MapImport& import) {
  std::vector<MarchLog> logs;
  if (names_voltage_files(where)) {
    for (VoltageText& file : read_voltage_files(where)) {
      logs.push_back({file.voltage, std::move(file.name), std::move(file.text)});
    }
  } else {
    logs.push_back({{}, where, read_file_bytes(where)});
  }
  return of_test(read_march_logs(logs, {.banks = *import.number("banks"),
                                        .words = *import.number("words"),
                                        .word_bits = *import.number("word-bits"),
                                        .tested = import.voltages("tested"),
                                        .unit = *import.text("unit"),
                                        .source = source_of(where, import)}));
}

struct Format {
  std::string name;
  std::vector<std::string> required;
  ImportedMap (*read)(const std::string&, const MapImport&);
};

const Format& find_format(const std::string& name) {
  static const std::vector<Format> kFormats = {
      {"csv", {}, read_csv},
      {"npy", {"unit", "kind"}, read_npy},
      {"ibm", {"unit"}, read_pairs},
      {"dump", {"unit", "banks", "rows", "columns"}, read_dumps},
      {"march", {"unit", "words", "word-bits", "banks", "mux"}, read_march}};
  return *std::find_if(kFormats.begin(), kFormats.end(),
                       [&](const Format& format) { return format.name == name; });
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

bool takes(const ImportOption& option, const std::string& format, bool is_logical) {
  return option.formats.empty() || (option.of_words && is_logical) ||
         std::find(option.formats.begin(), option.formats.end(), format) != option.formats.end();
}

void check_options(const std::string& where, const MapImport& import, const Format& format) {
  import.require(format.required, "a map in the format " + format.name + ": " + where);
  if (import.flag("logical")) {
    const bool has_columns = import.has("columns");  // those are the bits of its words
    import.require(has_columns ? std::vector<std::string>{"banks", "mux"}
                               : std::vector<std::string>{"banks", "mux", "word-bits"},
                   "a map of words: " + where);
  }
  for (const ImportOption& option : import_options()) {
    if (!import.has(option.name) || takes(option, format.name, import.flag("logical"))) continue;
    import.fail(option.name, "a map in the format " + format.name + " takes none; it belongs to " +
                                 listed(option.formats) +
                                 (option.of_words ? ", or to " + import.spelled("logical") : ""));
  }
}

// Word addresses and bits to cells.
SparseFaultMap located(const SparseFaultMap& logical, const MapImport& import) {
  const SramOrganisation organisation{
      .banks = *import.number("banks"),
      .word_bits = import.number("word-bits").value_or(logical.geometry().columns),
      .column_mux = *import.number("mux")};
  const auto scramble = import.text("scramble");
  if (!scramble) return physical_fault_map(logical, organisation);
  const auto equations = AddressScramble::parse(
      read_file_bytes(*scramble), *scramble, logical.geometry().rows, logical.geometry().columns);
  return physical_fault_map(unscrambled(logical, equations), organisation);
}

}  // namespace

ImportedMap read_map(const std::string& where, const MapImport& import) {
  static_cast<void>(files_of_map(where));  // that a file is missing comes before its options
  const Format& format = find_format(format_of(where, import));
  check_options(where, import, format);
  ImportedMap result = format.read(where, import);
  result.format = format.name;
  const bool is_march = format.name == "march";
  if (!import.flag("logical") && !is_march) return result;
  try {
    result.map = located(result.map, import);
  } catch (const std::runtime_error& error) {
    import.fail(is_march ? "from" : "logical", error.what());
  }
  return result;
}

std::vector<std::filesystem::path> files_of_map(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) return dense_fault_map_paths(where);
  if (names_voltage_files(where)) return voltage_file_paths(where);
  if (!std::filesystem::exists(where, ignored)) {
    throw std::runtime_error(where + ": No such file or directory");
  }
  return {where};
}

}  // namespace brownout::memory
