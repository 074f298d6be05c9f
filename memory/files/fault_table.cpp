// First all lines as they are, then the geometry that they must lie in, then one fault a cell.
#include "memory/files/fault_table.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/columns.hpp"

namespace brownout::memory {
namespace {

struct Record {
  Fault fault;  // vfail: the voltage of the line
  std::size_t file = 0, line = 0;
};

// What all files of a table say together.
struct Gathered {
  std::vector<Record> records;
  std::optional<bool> of_words, has_vfail, has_bank;  // nothing before the first file
  std::vector<Voltage> voltages;                      // of files
  bool tells_volts = false;
  std::string note;
};

[[noreturn]] void fail_at(const RecordFile& file, std::size_t line, const std::string& message) {
  throw InputError(message).within(file.name + ":" + std::to_string(line));
}

// `# key: value` lines before the first record, into what no option says.
void read_header(const RecordFile& file, const CsvLines& lines, FaultTableFormat& format) {
  for (const auto& comment : lines.comments()) {
    const std::size_t line = comment.first;
    const std::string_view text = comment.second;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = text.substr(0, colon);
    const std::size_t first = std::min(text.find_first_not_of(" \t", colon + 1), text.size());
    const std::string value(text.substr(first));
    const auto size = [&](std::optional<std::uint32_t>& target) {
      const auto number = parse_unsigned(value);
      if (!number || *number == 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
        fail_at(file, line, std::string(key) + ": " + in_quotes(value) + " is not a whole number");
      }
      if (!target) target = static_cast<std::uint32_t>(*number);
    };
    if (key == "banks") size(format.banks);
    if (key == "rows") size(format.rows);
    if (key == "columns") size(format.columns);
    if (key == "unit" && !format.unit) {
      if (value != "V" && value != "Vmin") {
        fail_at(file, line, "unit: " + in_quotes(value) + " is not V or Vmin");
      }
      format.unit = value;
    }
    if (key == "lowest_measured" && !format.lowest_measured) {
      try {
        format.lowest_measured = Voltage::parse(value);
      } catch (const InputError& error) {
        throw error.below("lowest_measured").within(file.name + ":" + std::to_string(line));
      }
    }
  }
}

FaultKind kind_of_text(const Columns& columns) {
  std::string text;
  for (const char c : columns.text(Quantity::kKind)) {
    if (c == '_' || c == '-' || c == ' ') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const char* zero : {"0", "sa0", "stuckat0", "stuck0", "1>0", "1to0"}) {
    if (text == zero) return FaultKind::kStuckAt0;
  }
  for (const char* one : {"1", "sa1", "stuckat1", "stuck1", "0>1", "0to1"}) {
    if (text == one) return FaultKind::kStuckAt1;
  }
  if (text == "flip") return FaultKind::kFlip;
  columns.fail(Quantity::kKind, in_quotes(columns.text(Quantity::kKind)) +
                                    " is not 0, 1, sa0, sa1, stuck_at_0, stuck_at_1, 1->0, 0->1 "
                                    "or flip");
}

class TableReader {
 public:
  TableReader(const std::vector<RecordFile>& files, std::size_t file,
              const FaultTableFormat& format)
      : file_(files[file]),
        number_(file),
        format_(format),
        lines_(file_, format.pattern),
        columns_(lines_, format.column_names) {}

  void read(Gathered& all) {
    check_columns(all);
    while (lines_.next()) add_record(all);
    const std::string notes[] = {columns_.note(), lines_.note()};
    for (const std::string& note : notes) {
      if (number_ == 0 && !note.empty()) all.note += (all.note.empty() ? "" : "; ") + note;
    }
    if (file_.voltage) all.voltages.push_back(*file_.voltage);
  }

  const CsvLines& lines() const { return lines_.lines(); }

 private:
  void check_columns(Gathered& all) {
    const bool of_words = columns_.has(Quantity::kAddress) && columns_.has(Quantity::kBit);
    if (!of_words) columns_.require({Quantity::kRow, Quantity::kColumn});
    has_vfail_ = columns_.has(Quantity::kVfail);
    const int voltages =
        int{has_vfail_} + int{columns_.has(Quantity::kVoltage)} + int{file_.voltage.has_value()};
    if (voltages == 0) lines().fail("no column vfail or voltage");
    if (voltages > 1) lines().fail("vfail, voltage and a voltage of the file exclude each other");
    has_bits_ = columns_.has(Quantity::kExpected) && columns_.has(Quantity::kRead);
    if (!format_.kind && !has_bits_) columns_.require({Quantity::kKind});
    for (const auto& [known, found] :
         {std::pair(&all.of_words, of_words), std::pair(&all.has_vfail, has_vfail_),
          std::pair(&all.has_bank, columns_.has(Quantity::kBank))}) {
      if (known->value_or(found) != found) lines().fail("other columns than in the first file");
      *known = found;
    }
    all.tells_volts = all.tells_volts || columns_.tells_volts();
  }

  void add_record(Gathered& all) {
    Record record{.fault = {}, .file = number_, .line = lines().line_number()};
    Fault& fault = record.fault;
    if (columns_.has(Quantity::kBank)) fault.cell.bank = columns_.number(Quantity::kBank);
    const bool of_words = *all.of_words;
    fault.cell.row = columns_.number(of_words ? Quantity::kAddress : Quantity::kRow);
    fault.cell.column = columns_.number(of_words ? Quantity::kBit : Quantity::kColumn);
    const std::optional<FaultKind> kind = kind_of_line();
    if (!kind) return;  // what was read is what was expected
    fault.kind = *kind;
    fault.vfail = file_.voltage
                      ? *file_.voltage
                      : columns_.voltage(has_vfail_ ? Quantity::kVfail : Quantity::kVoltage);
    if (!has_vfail_ && fault.vfail.is_infinite()) lines().fail("inf is not a voltage of a test");
    if (has_vfail_ && columns_.has(Quantity::kP)) fault.p = probability();
    all.records.push_back(record);
  }

  std::optional<FaultKind> kind_of_line() const {
    if (has_bits_) {
      const bool expected = bit(Quantity::kExpected), read = bit(Quantity::kRead);
      if (expected == read) return {};
      if (!format_.kind) return expected ? FaultKind::kStuckAt0 : FaultKind::kStuckAt1;
    }
    return format_.kind ? *format_.kind : kind_of_text(columns_);
  }

  bool bit(Quantity quantity) const {
    const std::uint32_t value = columns_.number(quantity);
    if (value > 1) columns_.fail(quantity, std::to_string(value) + " is not 0 or 1");
    return value == 1;
  }

  double probability() const {
    const std::optional<double> p = parse_double(columns_.text(Quantity::kP));
    if (p && *p > 0 && *p <= 1) return *p;
    columns_.fail(Quantity::kP, in_quotes(columns_.text(Quantity::kP)) +
                                    " is not a number above 0 and at most 1");
  }

  const RecordFile& file_;
  std::size_t number_;
  const FaultTableFormat& format_;
  RecordLines lines_;
  Columns columns_;
  bool has_vfail_ = false, has_bits_ = false;
};

std::string missing_sizes(const FaultTableFormat& format, const Gathered& all) {
  const bool of_words = *all.of_words;
  std::string missing;
  const auto check = [&](const char* name, const std::optional<std::uint32_t>& value) {
    if (!value) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  if (*all.has_bank) check("banks", format.banks);
  check(of_words ? "words" : "rows", of_words ? format.words : format.rows);
  check(of_words ? "word-bits" : "columns", of_words ? format.word_bits : format.columns);
  return missing;
}

CellAddress largest(const std::vector<Record>& records) {
  CellAddress most;
  for (const Record& record : records) {
    most.bank = std::max(most.bank, record.fault.cell.bank);
    most.row = std::max(most.row, record.fault.cell.row);
    most.column = std::max(most.column, record.fault.cell.column);
  }
  return most;
}

SramGeometry geometry_of(const std::vector<RecordFile>& files, const FaultTableFormat& format,
                         const Gathered& all) {
  const std::string missing = missing_sizes(format, all);
  if (!missing.empty()) {
    throw InputError("neither the header nor an option says " + missing +
                     "; the largest found are " + to_string(largest(all.records)))
        .within(files.front().name);
  }
  const std::uint32_t banks = *all.has_bank ? *format.banks : 1;
  if (*all.of_words) return {banks, *format.words / banks, *format.word_bits};
  if (!*all.has_bank && !format.logical && format.banks.value_or(1) != 1) {
    throw InputError("no column bank, of " + std::to_string(*format.banks) + " banks")
        .within(files.front().name);
  }
  return {banks, *format.rows, *format.columns};
}

void require_inside(const std::vector<RecordFile>& files, const Gathered& all,
                    const SramGeometry& geometry) {
  require_possible(geometry);
  for (const Record& record : all.records) {
    if (geometry.contains(record.fault.cell)) continue;
    fail_at(files[record.file], record.line,
            to_string(record.fault.cell) + " is outside of " + to_string(geometry));
  }
}

// Of a column vfail: a line a cell.
MeasuredFaultMap of_vfail(const std::vector<RecordFile>& files, FaultMapHeader header,
                          Gathered& all) {
  const auto key = [](const Record& record) {
    return std::tuple(record.fault.cell, record.file, record.line);
  };
  std::sort(all.records.begin(), all.records.end(),
            [&](const Record& a, const Record& b) { return key(a) < key(b); });
  Voltage lowest = Voltage::infinite();
  std::vector<Fault> faults;
  for (const Record& record : all.records) {
    if (!faults.empty() && faults.back().cell == record.fault.cell) {
      fail_at(files[record.file], record.line,
              "the cell at " + to_string(record.fault.cell) + " stands there twice");
    }
    faults.push_back(record.fault);
    lowest = std::min(lowest, record.fault.vfail);
  }
  if (!header.lowest_measured && !lowest.is_infinite()) header.lowest_measured = lowest;
  return {SparseFaultMap(std::move(header), std::move(faults)), {}, {}};
}

// Of failures at the voltages of a test.
MeasuredFaultMap of_voltages(const std::vector<RecordFile>& files, FaultMapHeader header,
                             const Gathered& all, const std::vector<Voltage>& tested) {
  std::map<Voltage, std::uint32_t, std::greater<>> steps;
  for (const Voltage voltage : all.voltages) steps[voltage];
  for (const Voltage voltage : tested) steps[voltage];
  for (const Record& record : all.records) {
    if (!tested.empty() && !steps.contains(record.fault.vfail)) {
      fail_at(files[record.file], record.line,
              record.fault.vfail.text() + " is not among the tested voltages");
    }
    steps[record.fault.vfail];
  }
  if (steps.empty()) {
    throw InputError("no line, so the voltages of the test are not known")
        .within(files.front().name);
  }
  std::vector<Voltage> voltages;
  for (auto& [voltage, step] : steps) {
    step = static_cast<std::uint32_t>(voltages.size());
    voltages.push_back(voltage);
  }
  std::vector<FailingRead> reads;
  for (const Record& record : all.records) {
    reads.push_back({record.fault.cell, steps.at(record.fault.vfail), record.fault.kind});
  }
  return summarise(std::move(header), std::move(voltages), std::move(reads));
}

}  // namespace

FaultTable read_fault_tables(const std::vector<RecordFile>& files, const FaultTableFormat& given) {
  FaultTableFormat format = given;
  Gathered all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    TableReader reader(files, i, format);
    reader.read(all);
    read_header(files[i], reader.lines(), format);
  }
  const SramGeometry geometry = geometry_of(files, format, all);
  require_inside(files, all, geometry);
  if (all.tells_volts && format.unit.value_or("V") != "V") {
    throw InputError("the columns say V, the unit is " + *format.unit).within(files.front().name);
  }
  if (!all.tells_volts && !format.unit) {
    throw InputError(
        "neither a column, the header nor an option says the unit, V or "
        "Vmin")
        .within(files.front().name);
  }
  FaultMapHeader header{.geometry = geometry,
                        .unit = format.unit.value_or("V"),
                        .lowest_measured = format.lowest_measured,
                        .source = format.source + (all.note.empty() ? "" : "; " + all.note)};
  MeasuredFaultMap test = *all.has_vfail
                              ? of_vfail(files, std::move(header), all)
                              : of_voltages(files, std::move(header), all, format.tested);
  test.note = all.note;
  return {std::move(test), *all.of_words};
}

}  // namespace brownout::memory
