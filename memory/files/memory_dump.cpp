// Digits that differ from the background to failing reads, row after row.
#include "memory/files/memory_dump.hpp"

#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/dump_contents.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kBits = 4;  // of a digit

// The digits of a row as it was written, the highest bit first.
std::vector<int> background_of(const MemoryDumpFormat& format) {
  const std::size_t digits = format.geometry.columns / kBits;
  if (format.background.empty()) return std::vector<int>(digits, 15);
  std::vector<int> values;
  for (const char c : format.background) {
    if (const auto value = parse_digit(c)) values.push_back(static_cast<int>(*value));
  }
  if (values.size() != digits || format.background.size() != digits) {
    throw InputError("the background " + in_quotes(format.background) + " is not " +
                     std::to_string(digits) + " hexadecimal digits");
  }
  return values;
}

class DumpReader {
 public:
  explicit DumpReader(const MemoryDumpFormat& format)
      : geometry_(format.geometry), background_(background_of(format)) {}

  void add(const VoltageText& dump, const MemoryDumpFormat& format) {
    const std::size_t first = reads_.size();
    const std::vector<std::uint8_t> digits =
        dump_digits(dump.text, dump.name, format.encoding.value_or(dump_encoding_of(dump.text)),
                    geometry_, format.high_byte_first);
    for (std::size_t i = 0; i < digits.size(); ++i) add_digit(i, digits[i]);
    if (reads_.size() - first > geometry_.cells() / 2) {
      throw InputError(std::to_string(reads_.size() - first) + " bits of " + to_string(geometry_) +
                       " differ from what was written: was it another background?")
          .within(dump.name);
    }
    ++step_;
  }

  std::vector<FailingRead> take() { return std::move(reads_); }
  // Every row of every dump repeats its lower half, and there were faults to see it by.
  bool is_copied() const { return copied_ && !reads_.empty(); }

 private:
  void add_digit(std::uint64_t number, unsigned value) {
    const std::uint64_t row = number / background_.size();
    const auto place = static_cast<std::uint32_t>(number % background_.size());
    if (place == 0) row_start_ = reads_.size();
    const auto written = static_cast<unsigned>(background_[place]);
    const std::uint32_t lowest = geometry_.columns - kBits * (place + 1);
    for (std::uint32_t bit = 0; bit < kBits; ++bit) {
      if (((value ^ written) >> bit & 1) == 0) continue;
      reads_.push_back({{static_cast<std::uint32_t>(row / geometry_.rows),
                         static_cast<std::uint32_t>(row % geometry_.rows), lowest + bit},
                        step_,
                        (written >> bit & 1) != 0 ? FaultKind::kStuckAt0 : FaultKind::kStuckAt1});
    }
    if (place + 1 == background_.size()) copied_ = copied_ && row_is_copied();
  }

  // The row's reads come by falling digit, so the upper half stands first, in the same order.
  bool row_is_copied() const {
    const std::size_t count = reads_.size() - row_start_;
    if (count == 0) return true;
    if (count % 2 != 0 || geometry_.columns % (2 * kBits) != 0) return false;
    const auto upper = reads_.begin() + static_cast<std::ptrdiff_t>(row_start_);
    const auto lower = upper + static_cast<std::ptrdiff_t>(count / 2);
    return std::equal(upper, lower, lower, reads_.end(),
                      [&](const FailingRead& high, const FailingRead& low) {
                        return high.cell.column == low.cell.column + geometry_.columns / 2 &&
                               high.kind == low.kind;
                      });
  }

  SramGeometry geometry_;
  std::vector<int> background_;
  std::vector<FailingRead> reads_;
  std::uint32_t step_ = 0;
  std::size_t row_start_ = 0;  // in reads_, of the current row
  bool copied_ = true;
};

}  // namespace

MeasuredFaultMap read_memory_dumps(const std::vector<VoltageText>& dumps,
                                   const MemoryDumpFormat& format) {
  require_possible(format.geometry);
  if (format.geometry.columns % kBits != 0) {
    throw InputError("rows of " + std::to_string(format.geometry.columns) +
                     " bits are no whole number of hexadecimal digits");
  }
  DumpReader reader(format);
  std::vector<Voltage> voltages;
  for (const VoltageText& dump : dumps) {
    reader.add(dump, format);
    voltages.push_back(dump.voltage);
  }
  FaultMapHeader header{.geometry = format.geometry,
                        .unit = format.unit,
                        .lowest_measured = {},
                        .source = format.source};
  std::string note;
  const bool drop_copy = reader.is_copied() && !format.keep_copy;
  std::vector<FailingRead> reads = reader.take();
  if (drop_copy) {
    const std::uint32_t half = format.geometry.columns / 2;
    std::erase_if(reads, [&](const FailingRead& read) { return read.cell.column >= half; });
    header.geometry.columns = half;
    note = "columns " + std::to_string(half) + " to " + std::to_string(2 * half - 1) +
           " dropped: in every row they repeat columns 0 to " + std::to_string(half - 1);
    header.source += "; " + note;
  }
  MeasuredFaultMap result = summarise(std::move(header), std::move(voltages), std::move(reads));
  result.note = std::move(note);
  return result;
}

}  // namespace brownout::memory
