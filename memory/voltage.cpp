// Decimal text <-> millionths, without floating point.
#include "memory/voltage.hpp"

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr std::int64_t kMicroPerUnit = 1'000'000;
constexpr std::size_t kDecimals = 6;

// Appends the digits of `text` to `value`; false for anything but digits and on overflow.
bool append_digits(std::string_view text, std::int64_t& value) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return false;
    if (__builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) return false;
  }
  return true;
}

// A decimal in millionths; negative when the text is none.
std::int64_t parse_micro(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  const bool empty_part = whole.empty() || (point != std::string_view::npos && decimals.empty());
  if (empty_part || decimals.size() > kDecimals) return -1;
  std::int64_t micro = 0;
  const std::string_view padding = std::string_view("000000").substr(decimals.size());
  const bool fits = append_digits(whole, micro) && append_digits(decimals, micro) &&
                    append_digits(padding, micro);
  return fits && micro != Voltage::infinite().micro() ? micro : -1;
}

[[noreturn]] void refuse(std::string_view text, const char* otherwise) {
  throw InputError(in_quotes(text) +
                   " is not a voltage: a decimal such as 0.85 with at most six digits "
                   "after the point and no unit" +
                   otherwise);
}

}  // namespace

Voltage Voltage::parse(std::string_view text) {
  if (text == "inf") return infinite();
  const std::int64_t micro = parse_micro(text);
  if (micro < 0) refuse(text, ", or inf");
  return from_micro(micro);
}

Voltage Voltage::parse_finite(std::string_view text) {
  const std::int64_t micro = parse_micro(text);
  if (micro < 0) refuse(text, "");
  return from_micro(micro);
}

double Voltage::value() const {
  if (is_infinite()) return std::numeric_limits<double>::infinity();
  return static_cast<double>(micro_) / static_cast<double>(kMicroPerUnit);
}

std::string Voltage::text() const {
  if (is_infinite()) return "inf";
  std::string result;
  auto size = static_cast<std::uint64_t>(micro_);
  if (micro_ < 0) {  // parse() yields none, yet a message may have to print one
    size = 0 - size;
    result += '-';
  }
  result += std::to_string(size / kMicroPerUnit);
  const std::string decimals = std::to_string(size % kMicroPerUnit + kMicroPerUnit);  // "1dddddd"
  const std::size_t last = decimals.find_last_not_of('0');
  if (last > 0) result.append(1, '.').append(decimals, 1, last);
  return result;
}

}  // namespace brownout::memory
