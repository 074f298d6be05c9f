// Lines to failing reads, voltage by voltage.
#include "memory/files/march_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "memory/files/csv_lines.hpp"
#include "memory/numbers/text_number.hpp"
#include "memory/word_bits.hpp"

namespace brownout::memory {
namespace {

enum Column : std::size_t { kVoltage, kBank, kAddress, kExpected, kRead, kElement };
constexpr std::array<std::string_view, 6> kNames = {"voltage",  "bank", "address",
                                                    "expected", "read", "element"};
// Of each column, its place in a line.
using Places = std::array<std::optional<std::size_t>, kNames.size()>;
// Failing reads, their steps still open.
using Reads = std::map<Voltage, std::vector<FailingRead>, std::greater<>>;

class LogReader {
 public:
  LogReader(const MarchLog& log, const MarchLogFormat& format)
      : lines_(log.text, log.name), format_(format), voltage_(log.voltage) {}

  // Adds to `reads`; whether the log has a column `bank`.
  bool read(Reads& reads) {
    read_names();
    if (voltage_) reads[*voltage_];
    while (lines_.next()) read_line(reads);
    return places_[kBank].has_value();
  }

 private:
  void read_names() {
    if (!lines_.next()) lines_.fail("the column names are missing");
    for (std::size_t i = 0; i < lines_.fields().size(); ++i) {
      const std::string_view name = lines_.fields()[i];
      const auto known = std::find(kNames.begin(), kNames.end(), name);
      if (known == kNames.end()) {
        lines_.fail(in_quotes(name) +
                    " is not one of the columns voltage, bank, address, "
                    "expected, read, element");
      }
      auto& place = places_[static_cast<std::size_t>(known - kNames.begin())];
      if (place) lines_.fail("column " + std::string(name) + " stands twice");
      place = i;
    }
    for (const Column column : {kAddress, kExpected, kRead}) {
      if (!places_[column]) lines_.fail("column " + std::string(kNames[column]) + " is missing");
    }
    if (places_[kVoltage].has_value() == voltage_.has_value()) {
      lines_.fail(voltage_ ? "a column voltage, and a voltage of the whole file"
                           : "column voltage is missing");
    }
    columns_ = lines_.fields().size();
  }

  std::string_view field(Column column) const { return lines_.fields()[*places_[column]]; }

  void read_line(Reads& reads) {
    if (lines_.fields().size() != columns_) {
      lines_.fail(std::to_string(lines_.fields().size()) + " fields instead of " +
                  std::to_string(columns_));
    }
    const std::uint64_t words = places_[kBank] ? format_.words / format_.banks : format_.words;
    CellAddress cell;
    if (places_[kBank]) cell.bank = number(kBank, format_.banks, 10);
    cell.row = number(kAddress, words, 16);
    const WordBits expected = word(kExpected);
    const WordBits differs = expected ^ word(kRead);
    std::vector<FailingRead>& found = reads[voltage_ ? *voltage_ : voltage()];
    for (cell.column = 0; cell.column < format_.word_bits; ++cell.column) {
      if (!differs.bit(cell.column)) continue;
      const bool was_1 = expected.bit(cell.column);
      found.push_back({cell, 0, was_1 ? FaultKind::kStuckAt0 : FaultKind::kStuckAt1});
    }
  }

  Voltage voltage() const {
    try {
      const Voltage found = Voltage::parse(field(kVoltage));
      if (!found.is_infinite()) return found;
    } catch (const std::runtime_error& error) {
      lines_.fail(std::string("voltage: ") + error.what());
    }
    lines_.fail("voltage: inf is not a voltage of a test");
  }

  // A whole number, with or without 0x if hexadecimal.
  static std::optional<std::uint64_t> parsed(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || rest != text.data() + text.size()) return {};
    return value;
  }

  std::string_view hexadecimal(Column column) const {
    std::string_view text = field(column);
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return text;
  }

  std::uint32_t number(Column column, std::uint64_t size, int base) const {
    const auto value = parsed(base == 16 ? hexadecimal(column) : field(column), base);
    if (!value || *value >= size) {
      lines_.fail(std::string(kNames[column]) + ": " + in_quotes(field(column)) + " is not a" +
                  (base == 16 ? " hexadecimal" : "") + " number below " + std::to_string(size));
    }
    return static_cast<std::uint32_t>(*value);
  }

  // Digits of a word of any width, a part at a time from the lowest.
  static std::optional<WordBits> parsed_word(std::string_view text) {
    constexpr std::size_t kPartDigits = WordBits::kPartBits / 4;
    WordBits value;
    for (std::uint64_t& part : value.parts) {
      if (text.empty()) break;
      const std::size_t first = text.size() - std::min(text.size(), kPartDigits);
      const auto digits = parsed(text.substr(first), 16);
      if (!digits) return {};
      part = *digits;
      text = text.substr(0, first);
    }
    return value;
  }

  WordBits word(Column column) const {
    const std::string_view text = hexadecimal(column);
    const std::size_t digits = (format_.word_bits + 3) / 4;
    const auto value = text.size() == digits ? parsed_word(text) : std::nullopt;
    if (!value || (*value & ~WordBits::ones(format_.word_bits)) != WordBits{}) {
      lines_.fail(std::string(kNames[column]) + ": " + in_quotes(field(column)) + " is not " +
                  std::to_string(digits) + " hexadecimal digits of a word of " +
                  std::to_string(format_.word_bits) + " bits");
    }
    return *value;
  }

  CsvLines lines_;
  const MarchLogFormat& format_;
  std::optional<Voltage> voltage_;
  Places places_;
  std::size_t columns_ = 0;
};

void check(const MarchLogFormat& format) {
  if (format.banks == 0 || format.words == 0 || format.words % format.banks != 0) {
    throw std::runtime_error(std::to_string(format.words) + " words in " +
                             std::to_string(format.banks) + " banks");
  }
  if (format.words > std::numeric_limits<std::uint32_t>::max() || format.word_bits == 0 ||
      format.word_bits > WordBits::kMost) {
    throw std::runtime_error(std::to_string(format.words) + " words of " +
                             std::to_string(format.word_bits) + " bits are no memory");
  }
}

// The voltages of the test that had no failures become known; those of the logs must be among them.
void add_tested(Reads& reads, const std::vector<Voltage>& tested) {
  if (tested.empty()) return;
  for (const auto& [voltage, found] : reads) {
    if (std::find(tested.begin(), tested.end(), voltage) == tested.end()) {
      throw std::runtime_error("the log has failures at " + voltage.text() +
                               ", which is not among the tested voltages");
    }
  }
  for (const Voltage voltage : tested) reads[voltage];
}

}  // namespace

MeasuredFaultMap read_march_logs(const std::vector<MarchLog>& logs, const MarchLogFormat& format) {
  check(format);
  Reads reads;
  std::optional<bool> banked;
  for (const MarchLog& log : logs) {
    const bool has_bank = LogReader(log, format).read(reads);
    if (banked.value_or(has_bank) != has_bank) {
      throw std::runtime_error(log.name + ": not all logs have a column bank");
    }
    banked = has_bank;
  }
  add_tested(reads, format.tested);
  if (reads.empty()) {
    throw std::runtime_error(logs.front().name +
                             ": no line, so the voltages of the test are not known");
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
  return summarise(
      {.geometry = {banks, static_cast<std::uint32_t>(format.words / banks), format.word_bits},
       .unit = format.unit,
       .lowest_measured = {},
       .source = format.source},
      std::move(voltages), std::move(all));
}

}  // namespace brownout::memory
