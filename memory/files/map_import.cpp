// The options of all formats, each declared once.
#include "memory/files/map_import.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

using Type = ImportOption::Type;
using Formats = std::vector<std::string>;

const Formats kDumps = {"dump", "binary"};

// What a map is, and what its file may not say.
std::vector<ImportOption> options_of_any_map() {
  return {
      {.name = "from",
       .value = "auto|csv|table|ibm|npy|dump|binary|march",
       .text = "Format of the map. Default: auto.",
       .type = Type::kWord,
       .words = {"auto", "csv", "table", "ibm", "npy", "dump", "binary", "march"}},
      {.name = "unit",
       .value = "V|Vmin",
       .text = "Unit of the voltages. Required where the file does not say it.",
       .type = Type::kWord,
       .formats = {"table", "npy", "ibm", "dump", "binary", "march"},
       .words = {"V", "Vmin"}},
      {.name = "source",
       .value = "TEXT",
       .text = "Where the map comes from. Default: of CSV, its own; else its name."},
      {.name = "kind",
       .value = "flip|stuck_at_0|stuck_at_1",
       .text = "What the failing cells do. Required for npy, and for table without such a column.",
       .type = Type::kWord,
       .formats = {"npy", "table"},
       .words = {"flip", "stuck_at_0", "stuck_at_1"}}};
}

// How cells are listed.
std::vector<ImportOption> options_of_tables() {
  return {
      {.name = "lowest-measured",
       .value = "V",
       .text =
           "Lowest voltage of the measurement; runs below it are refused. Default: of npy, none; "
           "of table, the lowest vfail.",
       .type = Type::kVoltage,
       .formats = {"npy", "table"}},
      {.name = "rows",
       .value = "N",
       .text = "For dump and table: rows of a bank.",
       .type = Type::kNumber,
       .formats = {"dump", "binary", "table"}},
      {.name = "columns",
       .value = "N",
       .text = "For dump and table: columns, which are the bits of a row.",
       .type = Type::kNumber,
       .formats = {"dump", "binary", "table"}},
      {.name = "column-names",
       .value = "LIST",
       .text = "For table and march: which title is which column, e.g. row=R,vfail=V:mV. Default: "
               "known titles.",
       .formats = {"table", "march"}},
      {.name = "pattern",
       .value = "TEXT",
       .text =
           "A log of lines, e.g. 'FAIL VDD={voltage} ADDR={address} EXP={expected} GOT={read}'.",
       .formats = {"table", "march"}}};
}

// How a memory was dumped.
std::vector<ImportOption> options_of_dumps() {
  return {
      {.name = "background",
       .value = "HEX",
       .text = "For dump: the row that was written everywhere. Default: all ones.",
       .formats = kDumps},
      {.name = "keep-copy",
       .value = "",
       .text = "For dump: keeps the upper half of the columns even if it repeats the lower half.",
       .type = Type::kFlag,
       .formats = kDumps},
      {.name = "byte-order",
       .value = "little|big",
       .text = "Of dumps in bytes: whether the lowest byte of a row comes first. Default: little.",
       .type = Type::kWord,
       .formats = kDumps,
       .words = {"little", "big"}}};
}

// How addresses of words lead to cells.
std::vector<ImportOption> options_of_words() {
  return {
      {.name = "words",
       .value = "N",
       .text = "Of word addresses: words of all banks.",
       .type = Type::kNumber,
       .formats = {"march", "table"}},
      {.name = "tested",
       .value = "LIST",
       .text = "All voltages of the test. Default: those at which something failed.",
       .type = Type::kVoltages,
       .formats = {"march", "table"}},
      {.name = "logical",
       .value = "",
       .text = "A row of the map is a word, a column a bit of it; needs the next three. Always so "
               "for march.",
       .type = Type::kFlag},
      {.name = "banks",
       .value = "N",
       .text = "Banks: word a is in bank a mod N, unless the map names the banks.",
       .type = Type::kNumber,
       .formats = {"dump", "binary", "march", "table"},
       .of_words = true},
      {.name = "mux",
       .value = "N",
       .text = "Words of a bank that share a row.",
       .type = Type::kNumber,
       .formats = {"march", "table"},
       .of_words = true,
       .highest = 0x3ffffff},
      {.name = "word-bits",
       .value = "N",
       .text = "Bits of a word.",
       .type = Type::kNumber,
       .formats = {"march", "table"},
       .of_words = true,
       .highest = 256},
      {.name = "scramble",
       .value = "FILE.csv",
       .text =
           "With --logical or march: physical address bits as XOR of logical ones. Default: none.",
       .type = Type::kPath,
       .formats = {"march", "table"},
       .of_words = true}};
}

std::vector<ImportOption> declared() {
  std::vector<ImportOption> all = options_of_any_map();
  for (const auto& group : {options_of_tables(), options_of_dumps(), options_of_words()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

struct TextOf {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::uint64_t number) const { return std::to_string(number); }
  std::string operator()(Voltage voltage) const { return voltage.text(); }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const std::vector<Voltage>& voltages) const {
    std::string text;
    for (const Voltage voltage : voltages) text += (text.empty() ? "" : ", ") + voltage.text();
    return "[" + text + "]";
  }
};

}  // namespace

const std::vector<ImportOption>& import_options() {
  static const std::vector<ImportOption> kOptions = declared();
  return kOptions;
}

std::string to_string(const ImportValue& value) { return std::visit(TextOf(), value); }

void MapImport::set(const std::string& name, ImportValue value) {
  const auto& options = import_options();
  if (std::none_of(options.begin(), options.end(),
                   [&](const ImportOption& option) { return option.name == name; })) {
    throw std::logic_error("no import option " + name);
  }
  values_.insert_or_assign(name, std::move(value));
}

std::optional<std::string> MapImport::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return std::get<std::string>(found->second);
}

std::optional<std::uint32_t> MapImport::number(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return static_cast<std::uint32_t>(std::get<std::uint64_t>(found->second));
}

std::optional<Voltage> MapImport::voltage(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return std::get<Voltage>(found->second);
}

std::vector<Voltage> MapImport::voltages(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return std::get<std::vector<Voltage>>(found->second);
}

std::string MapImport::spelled(std::string_view name) const {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', dash_);
  return prefix_ + text;
}

void MapImport::fail(std::string_view name, const std::string& message) const {
  throw InputError(message).within(spelled(name));
}

void MapImport::require(const std::vector<std::string>& names, const std::string& what) const {
  std::string missing;
  for (const std::string& name : names) {
    if (!has(name)) missing += (missing.empty() ? "" : ", ") + spelled(name);
  }
  if (!missing.empty()) throw InputError("required for " + what).within(missing);
}

}  // namespace brownout::memory
