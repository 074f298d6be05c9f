// The native file format of fault maps: `# key: value` lines, then one line a failing cell.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/read_noise.hpp"

namespace brownout::memory {
namespace {

constexpr std::string_view kColumns = "bank,row,column,vfail,kind";
constexpr std::string_view kColumnsWithP = "bank,row,column,vfail,kind,p";
constexpr std::array<std::string_view, 8> kKeys = {
    "banks", "rows", "columns", "unit", "source", "lowest_measured", "sigma_read", "faults"};
constexpr std::size_t kRequiredKeys = 5;  // the others are optional
constexpr std::size_t kBlock = 1 << 16;   // bytes written at once

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class FaultMapReader {
 public:
  FaultMapReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  SparseFaultMap read() {
    read_header();
    std::vector<Record> records;
    while (next_line()) {
      if (!line_.empty()) records.push_back({parse_record(), line_number_});
    }
    if (announced_ && *announced_ != records.size()) {
      fail("the file ends after " + std::to_string(records.size()) + " faults; `# faults:` says " +
           std::to_string(*announced_));
    }
    refuse_repeated_cells(records);
    std::vector<Fault> faults;
    faults.reserve(records.size());
    for (const Record& record : records) faults.push_back(record.fault);
    return SparseFaultMap(std::move(header_), std::move(faults));
  }

 private:
  struct Record {
    Fault fault;
    std::size_t line_number;
  };

  std::string at(std::size_t line_number) const {
    return name_ + ":" + std::to_string(std::max<std::size_t>(line_number, 1));
  }
  [[noreturn]] void fail(const InputError& error) const { throw error.within(at(line_number_)); }
  [[noreturn]] void fail(const std::string& message) const { fail(InputError(message)); }

  // Moves line_ on; CR LF ends a line as LF does. False at the end.
  bool next_line() {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    ++line_number_;
    return true;
  }

  // Up to and with the line that names the columns.
  void read_header() {
    if (rest_.empty()) fail("the file is empty");
    while (next_line()) {
      if (line_.empty()) continue;
      if (line_.starts_with('#')) {
        read_key(line_.substr(1));
      } else if (is_fault_map_csv_title(line_)) {
        has_p_ = line_ == kColumnsWithP;
        return check_header();
      } else {
        fail(in_quotes(line_) + " is neither a `# key: value` line nor the column names `" +
             std::string(kColumns) + "[,p]`");
      }
    }
    fail("the file ends before the column names `" + std::string(kColumns) + "[,p]`");
  }

  void read_key(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) fail(in_quotes(line_) + " is not `# key: value`");
    const std::string_view key = trimmed(text.substr(0, colon));
    const std::string_view value = trimmed(text.substr(colon + 1));
    const auto place = std::find(kKeys.begin(), kKeys.end(), key);
    if (place == kKeys.end()) {
      fail(in_quotes(key) +
           " is not a header key: banks, rows, columns, unit, lowest_measured, sigma_read, source, "
           "faults");
    }
    bool& seen = seen_[static_cast<std::size_t>(place - kKeys.begin())];
    if (seen) fail(std::string(key) + ": appears twice");
    seen = true;
    store_key(key, value);
  }

  void store_key(std::string_view key, std::string_view value) {
    if (key == "banks") {
      header_.geometry.banks = parse_size(key, value);
    } else if (key == "rows") {
      header_.geometry.rows = parse_size(key, value);
    } else if (key == "columns") {
      header_.geometry.columns = parse_size(key, value);
    } else if (key == "unit") {
      if (value != "V" && value != "Vmin") fail("unit: " + in_quotes(value) + " is not V or Vmin");
      header_.unit = value;
    } else if (key == "lowest_measured") {
      header_.lowest_measured = parse_voltage(key, value);
      if (header_.lowest_measured->is_infinite()) fail("lowest_measured: inf is not a voltage");
    } else if (key == "sigma_read") {
      header_.sigma_read = parse_sigma_read(value);
    } else if (key == "faults") {
      announced_ = parse_unsigned(value);
      if (!announced_) fail("faults: " + in_quotes(value) + " is not a whole number");
    } else {
      if (!is_one_line(value)) fail("source: " + in_quotes(value) + " is not one line of text");
      header_.source = value;
    }
  }

  void check_header() const {
    for (std::size_t i = 0; i < kRequiredKeys; ++i) {
      if (!seen_[i]) fail("the header above has no `# " + std::string(kKeys[i]) + ":` line");
    }
    try {
      require_possible(header_.geometry);
    } catch (const InputError& error) {
      fail(error);
    }
  }

  std::uint32_t parse_size(std::string_view field, std::string_view text) const {
    return parse_within(field, text, 1, std::numeric_limits<std::uint32_t>::max());
  }

  std::uint32_t parse_within(std::string_view field, std::string_view text, std::uint64_t low,
                             std::uint64_t high) const {
    const std::optional<std::uint64_t> value = parse_unsigned(text);
    if (!value) fail(std::string(field) + ": " + in_quotes(text) + " is not a whole number");
    if (*value < low || *value > high) {
      fail(std::string(field) + ": " + std::string(text) + " is not in " + std::to_string(low) +
           ".." + std::to_string(high));
    }
    return static_cast<std::uint32_t>(*value);
  }

  Voltage parse_voltage(std::string_view field, std::string_view text) const {
    try {
      return Voltage::parse(text);
    } catch (const InputError& error) {
      fail(error.below(std::string(field)));
    }
  }

  FaultKind parse_kind(std::string_view text) const {
    if (text == "flip") return FaultKind::kFlip;
    if (text == "stuck_at_0") return FaultKind::kStuckAt0;
    if (text == "stuck_at_1") return FaultKind::kStuckAt1;
    fail("kind: " + in_quotes(text) + " is not stuck_at_0, stuck_at_1 or flip");
  }

  double parse_p(std::string_view text) const {
    const std::optional<double> p = parse_double(text);
    if (!p || !(*p > 0 && *p <= 1)) {
      fail("p: " + in_quotes(text) + " is not a number above 0 and at most 1");
    }
    return *p;
  }

  double parse_sigma_read(std::string_view text) const {
    const std::optional<double> sigma = parse_double(text);
    if (!sigma) fail("sigma_read: " + in_quotes(text) + " is not a number");
    try {
      check_sigma_read(*sigma);
    } catch (const InputError& error) {
      fail(error);
    }
    return *sigma;
  }

  Fault parse_record() const {
    std::array<std::string_view, 6> fields;
    const std::size_t expected = has_p_ ? 6 : 5;
    const auto found = 1 + static_cast<std::size_t>(std::count(line_.begin(), line_.end(), ','));
    if (found != expected) {
      fail(std::to_string(found) + " fields instead of " + std::to_string(expected) + " (" +
           std::string(has_p_ ? kColumnsWithP : kColumns) + ")");
    }
    std::string_view rest = line_;
    for (std::size_t i = 0; i < expected; ++i) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      fields[i] = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    const SramGeometry& geometry = header_.geometry;
    Fault fault;
    fault.cell.bank = parse_within("bank", fields[0], 0, geometry.banks - 1);
    fault.cell.row = parse_within("row", fields[1], 0, geometry.rows - 1);
    fault.cell.column = parse_within("column", fields[2], 0, geometry.columns - 1);
    fault.vfail = parse_voltage("vfail", fields[3]);
    fault.kind = parse_kind(fields[4]);
    if (has_p_) fault.p = parse_p(fields[5]);
    return fault;
  }

  // Sorts the records by cell.
  void refuse_repeated_cells(std::vector<Record>& records) const {
    const auto key = [](const Record& record) {
      return std::pair(record.fault.cell, record.line_number);
    };
    const auto before = [&](const Record& a, const Record& b) { return key(a) < key(b); };
    if (!std::is_sorted(records.begin(), records.end(), before)) {
      std::sort(records.begin(), records.end(), before);
    }
    const auto twice = std::adjacent_find(
        records.begin(), records.end(),
        [](const Record& a, const Record& b) { return a.fault.cell == b.fault.cell; });
    if (twice == records.end()) return;
    throw InputError("the cell at " + to_string(twice->fault.cell) + " stands in line " +
                     std::to_string(twice->line_number) + " already")
        .within(at(std::next(twice)->line_number));
  }

  std::string_view rest_;
  const std::string& name_;
  std::string_view line_;
  std::size_t line_number_ = 0;
  FaultMapHeader header_;
  std::optional<std::uint64_t> announced_;  // number of faults
  std::array<bool, kKeys.size()> seen_{};
  bool has_p_ = false;
};

// Appends "3," to the text.
void append_field(std::string& text, std::uint64_t number) {
  char buffer[20];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
  text += ',';
}

std::string header_text(const FaultMapHeader& header, std::size_t faults) {
  std::string text;
  const auto line = [&](const char* key, const std::string& value) {
    text += std::string("# ") + key + ": " + value + "\n";
  };
  line("banks", std::to_string(header.geometry.banks));
  line("rows", std::to_string(header.geometry.rows));
  line("columns", std::to_string(header.geometry.columns));
  line("unit", header.unit);
  if (header.lowest_measured) line("lowest_measured", header.lowest_measured->text());
  if (header.sigma_read != 0) line("sigma_read", format_double(header.sigma_read));
  line("source", header.source);
  line("faults", std::to_string(faults));
  return text;
}

}  // namespace

bool is_fault_map_csv_title(std::string_view line) {
  return line == kColumns || line == kColumnsWithP;
}

SparseFaultMap read_fault_map_csv(std::string_view text, const std::string& name) {
  return FaultMapReader(text, name).read();
}

SparseFaultMap read_fault_map_csv(const std::filesystem::path& path) {
  return read_fault_map_csv(read_file_bytes(path), path.string());
}

void write_fault_map_csv(std::ostream& out, const SparseFaultMap& map) {
  const bool has_p = std::any_of(map.faults().begin(), map.faults().end(),
                                 [](const Fault& fault) { return fault.p != 1; });
  std::string text = header_text(map.header(), map.faults().size());
  text += std::string(has_p ? kColumnsWithP : kColumns) + '\n';
  for (const Fault& fault : map.faults()) {
    append_field(text, fault.cell.bank);
    append_field(text, fault.cell.row);
    append_field(text, fault.cell.column);
    text += fault.vfail.text() + ',' + to_string(fault.kind);
    if (has_p) text += ',' + format_double(fault.p);
    text += '\n';
    if (text.size() >= kBlock) {
      out.write(text.data(), static_cast<std::streamsize>(text.size()));
      text.clear();
    }
  }
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace brownout::memory
