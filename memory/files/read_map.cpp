// Which format it is, which options belong to it, and a function a format.
#include "memory/files/read_map.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/address_scramble.hpp"
#include "memory/files/dense_fault_map.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/fault_table.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/files/map_format.hpp"
#include "memory/files/march_log.hpp"
#include "memory/files/memory_dump.hpp"
#include "memory/files/npy_fault_map.hpp"
#include "memory/files/voltage_files.hpp"
#include "memory/maps/logical_fault_map.hpp"

namespace brownout::memory {
namespace {

// What `where` names, read once: a pipe gives its text once.
struct MapSource {
  std::string where;
  std::vector<RecordFile> files;  // none of a directory
};

MapSource open_source(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) return {where, {}};
  if (!names_voltage_files(where)) return {where, {{{}, where, read_file_bytes(where)}}};
  MapSource source{where, {}};
  for (VoltageText& file : read_voltage_files(where)) {
    source.files.push_back({file.voltage, std::move(file.name), std::move(file.text)});
  }
  return source;
}

bool is_by_voltage(const MapSource& source) {
  return !source.files.empty() && source.files.front().voltage.has_value();
}

std::vector<VoltageText> by_voltage(const MapSource& source) {
  std::vector<VoltageText> files;
  for (const RecordFile& file : source.files) {
    files.push_back({file.voltage.value(), file.name, file.text});
  }
  return files;
}

std::optional<LinePattern> pattern_of(const MapImport& import) {
  const auto text = import.text("pattern");
  if (!text) return {};
  try {
    return LinePattern(*text);
  } catch (const InputError& error) {
    import.fail("pattern", error.what());
  }
}

std::string format_of(const MapSource& source, const MapImport& import) {
  const std::string from = import.text("from").value_or("auto");
  if (from != "auto") return from;
  if (source.files.empty()) return "ibm";
  if (const auto pattern = pattern_of(import)) {
    const std::string format = format_of_titles(pattern->names());
    if (!format.empty()) return format;
    import.fail("pattern",
                "names neither {row} and {column}, nor {address} and {bit}, nor {address}, "
                "{expected} and {read}");
  }
  const std::string format = format_of_content(source.files.front());
  if (!format.empty()) return format;
  if (is_by_voltage(source)) return "dump";
  throw InputError(source.where +
                   ":1: neither a format that shows itself nor column names that are "
                   "known: " +
                   import.spelled("from") + " names the format, " + import.spelled("column-names") +
                   " the columns, " + import.spelled("pattern") + " is for logs of lines");
}

std::string source_of(const MapSource& from, const MapImport& import) {
  std::string source = import.text("source").value_or(from.where);
  if (!is_one_line(source)) import.fail("source", "must be one line of text");
  return source;
}

std::optional<FaultKind> kind_of(const MapImport& import) {
  if (!import.has("kind")) return {};
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

ImportedMap read_csv(const MapSource& from, const MapImport& import) {
  SparseFaultMap map = read_fault_map_csv(from.files.front().text, from.files.front().name);
  if (!import.has("source")) return {.format = {}, .map = std::move(map)};
  FaultMapHeader header = map.header();
  header.source = source_of(from, import);
  return {.format = {}, .map = {std::move(header), map.faults()}};
}

ImportedMap read_npy(const MapSource& from, const MapImport& import) {
  if (is_by_voltage(from)) {
    if (import.has("lowest-measured")) {
      import.fail("lowest-measured", "the voltages of the files say it");
    }
    return of_test(parse_npy_bitmaps(by_voltage(from), {.unit = *import.text("unit"),
                                                        .kind = kind_of(import).value(),
                                                        .source = source_of(from, import)}));
  }
  return {.format = {},
          .map = parse_npy_fault_map(from.files.front().text, from.files.front().name,
                                     {.unit = *import.text("unit"),
                                      .kind = kind_of(import).value(),
                                      .lowest_measured = import.voltage("lowest-measured"),
                                      .source = source_of(from, import)})};
}

ImportedMap read_pairs(const MapSource& from, const MapImport& import) {
  return of_test(read_dense_fault_map(from.where, *import.text("unit"), source_of(from, import)));
}

ImportedMap read_dumps(const MapSource& from, const MapImport& import) {
  if (!is_by_voltage(from)) {
    throw InputError("a dump is of one voltage: name it as 0.85=" + from.where +
                     ", or those of all voltages by a pattern, 'dump_{V}.txt'")
        .within(from.where);
  }
  const bool is_binary = import.text("from") == "binary";
  return of_test(read_memory_dumps(
      by_voltage(from),
      {.geometry = {*import.number("banks"), *import.number("rows"), *import.number("columns")},
       .background = import.text("background").value_or(""),
       .keep_copy = import.flag("keep-copy"),
       .encoding = is_binary ? std::optional(DumpEncoding::kBinary) : std::nullopt,
       .high_byte_first = import.text("byte-order") == "big",
       .unit = *import.text("unit"),
       .source = source_of(from, import)}));
}

ImportedMap read_march(const MapSource& from, const MapImport& import) {
  const auto pattern = pattern_of(import);
  return of_test(
      read_march_logs(from.files, {.banks = *import.number("banks"),
                                   .words = *import.number("words"),
                                   .word_bits = *import.number("word-bits"),
                                   .tested = import.voltages("tested"),
                                   .column_names = import.text("column-names").value_or(""),
                                   .pattern = pattern ? &*pattern : nullptr,
                                   .unit = *import.text("unit"),
                                   .source = source_of(from, import)}));
}

ImportedMap read_table(const MapSource& from, const MapImport& import) {
  const auto pattern = pattern_of(import);
  FaultTable table =
      read_fault_tables(from.files, {.banks = import.number("banks"),
                                     .rows = import.number("rows"),
                                     .columns = import.number("columns"),
                                     .words = import.number("words"),
                                     .word_bits = import.number("word-bits"),
                                     .logical = import.flag("logical"),
                                     .unit = import.text("unit"),
                                     .kind = kind_of(import),
                                     .lowest_measured = import.voltage("lowest-measured"),
                                     .tested = import.voltages("tested"),
                                     .column_names = import.text("column-names").value_or(""),
                                     .pattern = pattern ? &*pattern : nullptr,
                                     .source = source_of(from, import)});
  ImportedMap result = of_test(std::move(table.test));
  result.of_words = table.of_words;
  return result;
}

struct Format {
  std::string name;
  std::vector<std::string> required;
  ImportedMap (*read)(const MapSource&, const MapImport&);
};

const Format& find_format(const std::string& name) {
  static const std::vector<Format> kFormats = {
      {"csv", {}, read_csv},
      {"table", {}, read_table},
      {"npy", {"unit", "kind"}, read_npy},
      {"ibm", {"unit"}, read_pairs},
      {"dump", {"unit", "banks", "rows", "columns"}, read_dumps},
      {"binary", {"unit", "banks", "rows", "columns"}, read_dumps},
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
  const MapSource source = open_source(where);
  const Format& format = find_format(format_of(source, import));
  check_options(where, import, format);
  ImportedMap result = format.read(source, import);
  result.format = format.name;
  result.of_words = result.of_words || import.flag("logical") || format.name == "march";
  if (!result.of_words) return result;
  import.require({"banks", "mux"}, "a map of words: " + where);
  try {
    result.map = located(result.map, import);
  } catch (const InputError& error) {
    import.fail(import.flag("logical") ? "logical" : "from", error.what());
  }
  return result;
}

std::vector<std::filesystem::path> files_of_map(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) return dense_fault_map_paths(where);
  if (names_voltage_files(where)) return voltage_file_paths(where);
  if (!std::filesystem::exists(where, ignored)) {
    throw InputError("No such file or directory").within(where);
  }
  return {where};
}

}  // namespace brownout::memory
