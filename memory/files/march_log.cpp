// Lines to failing reads, voltage by voltage.
#include "memory/files/march_log.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/columns.hpp"
#include "memory/word_bits.hpp"

namespace brownout::memory {
namespace {

// Failing reads, their steps still open.
using Reads = std::map<Voltage, std::vector<FailingRead>, std::greater<>>;

class LogReader {
 public:
  LogReader(const RecordFile& log, const MarchLogFormat& format)
      : format_(format),
        voltage_(log.voltage),
        lines_(log, format.pattern),
        columns_(lines_, format.column_names) {}

  // Adds to `reads`; whether the log has a column `bank`.
  bool read(Reads& reads) {
    columns_.require({Quantity::kAddress, Quantity::kExpected, Quantity::kRead});
    if (columns_.has(Quantity::kVoltage) == voltage_.has_value()) {
      lines_.lines().fail(voltage_ ? "a column voltage, and a voltage of the whole file"
                                   : "column voltage is missing");
    }
    if (voltage_) reads[*voltage_];
    while (lines_.next()) read_line(reads);
    return columns_.has(Quantity::kBank);
  }

  std::string note() const {
    const std::string columns = columns_.note(), lines = lines_.note();
    return columns + (columns.empty() || lines.empty() ? "" : "; ") + lines;
  }

 private:
  void read_line(Reads& reads) {
    const bool has_bank = columns_.has(Quantity::kBank);
    const std::uint64_t words = has_bank ? format_.words / format_.banks : format_.words;
    CellAddress cell;
    if (has_bank) cell.bank = columns_.number(Quantity::kBank, 10, format_.banks);
    cell.row = columns_.number(Quantity::kAddress, 16, words);
    const std::string_view expected = word(Quantity::kExpected), read = word(Quantity::kRead);
    std::vector<FailingRead>& found = reads[voltage_ ? *voltage_ : voltage()];
    for (cell.column = 0; cell.column < format_.word_bits; ++cell.column) {
      const bool was_1 = bit(expected, cell.column);
      if (was_1 == bit(read, cell.column)) continue;
      found.push_back({cell, 0, was_1 ? FaultKind::kStuckAt0 : FaultKind::kStuckAt1});
    }
  }

  Voltage voltage() const {
    const Voltage found = columns_.voltage(Quantity::kVoltage);
    if (found.is_infinite()) columns_.fail(Quantity::kVoltage, "inf is not a voltage of a test");
    return found;
  }

  // The digits of a word. With 0x leading zeros may be left out.
  std::string_view word(Quantity quantity) const {
    std::string_view text = columns_.text(quantity);
    const bool prefixed = text.starts_with("0x") || text.starts_with("0X");
    if (prefixed) text.remove_prefix(2);
    const std::size_t digits = (format_.word_bits + 3) / 4;
    bool fits = prefixed ? !text.empty() && text.size() <= digits : text.size() == digits;
    for (const char c : text) fits = fits && parse_digit(c).has_value();
    if (fits && text.size() == digits && format_.word_bits % 4 != 0) {
      fits = *parse_digit(text.front()) >> (format_.word_bits % 4) == 0;
    }
    if (fits) return text;
    columns_.fail(quantity, in_quotes(columns_.text(quantity)) + " is not " +
                                std::to_string(digits) + " hexadecimal digits of a word of " +
                                std::to_string(format_.word_bits) + " bits");
  }

  static bool bit(std::string_view digits, std::uint32_t number) {
    const std::size_t from_last = number / 4;
    if (from_last >= digits.size()) return false;
    return (parse_digit(digits[digits.size() - 1 - from_last]).value() >> (number % 4) & 1) != 0;
  }

  const MarchLogFormat& format_;
  std::optional<Voltage> voltage_;
  RecordLines lines_;
  Columns columns_;
};

void check(const MarchLogFormat& format) {
  if (format.banks == 0 || format.words == 0 || format.words % format.banks != 0) {
    throw InputError(std::to_string(format.words) + " words in " + std::to_string(format.banks) +
                     " banks");
  }
  if (format.words > std::numeric_limits<std::uint32_t>::max() || format.word_bits == 0 ||
      format.word_bits > WideBits::kMost) {
    throw InputError(std::to_string(format.words) + " words of " +
                     std::to_string(format.word_bits) + " bits are no memory");
  }
}

// The voltages of the test that had no failures become known; those of the logs must be among them.
void add_tested(Reads& reads, const std::vector<Voltage>& tested) {
  if (tested.empty()) return;
  for (const auto& [voltage, found] : reads) {
    if (std::find(tested.begin(), tested.end(), voltage) == tested.end()) {
      throw InputError("the log has failures at " + voltage.text() +
                       ", which is not among the tested voltages");
    }
  }
  for (const Voltage voltage : tested) reads[voltage];
}

}  // namespace

MeasuredFaultMap read_march_logs(const std::vector<RecordFile>& logs,
                                 const MarchLogFormat& format) {
  check(format);
  Reads reads;
  std::optional<bool> banked;
  std::string note;
  for (const RecordFile& log : logs) {
    LogReader reader(log, format);
    const bool has_bank = reader.read(reads);
    if (&log == &logs.front()) note = reader.note();
    if (banked.value_or(has_bank) != has_bank) {
      throw InputError("not all logs have a column bank").within(log.name);
    }
    banked = has_bank;
  }
  add_tested(reads, format.tested);
  if (reads.empty()) {
    throw InputError("no line, so the voltages of the test are not known")
        .within(logs.front().name);
  }
  std::vector<Voltage> voltages;
  std::vector<FailingRead> all;
  for (auto& [voltage, found] : reads) {
    for (FailingRead& read : found) {
      read.step = static_cast<std::uint32_t>(voltages.size());
      all.push_back(read);
    }
    voltages.push_back(voltage);
  }
  const std::uint32_t banks = banked.value_or(false) ? format.banks : 1;
  MeasuredFaultMap result = summarise(
      {.geometry = {banks, static_cast<std::uint32_t>(format.words / banks), format.word_bits},
       .unit = format.unit,
       .lowest_measured = {},
       .source = format.source + (note.empty() ? "" : "; " + note)},
      std::move(voltages), std::move(all));
  result.note = std::move(note);
  return result;
}

}  // namespace brownout::memory
