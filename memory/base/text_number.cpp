// Numbers as text, through <charconv>: exact and independent of the locale.
#include "memory/base/text_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace brownout {
namespace {
constexpr std::size_t kLongestQuote = 60;

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}

std::optional<unsigned> parse_digit(char digit) {
  unsigned value = 0;
  const auto [rest, error] = std::from_chars(&digit, &digit + 1, value, 16);
  if (error != std::errc()) return {};
  return value;
}

std::optional<double> parse_double(std::string_view text) {
  const std::optional<double> value = parse_whole<double>(text);
  if (value && !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::string format_double(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end);
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  std::size_t length = std::min(text.size(), kLongestQuote);
  const auto amid_character = [&] {  // of UTF-8
    return length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U;
  };
  while (length > 0 && amid_character()) --length;
  result.append(text.substr(0, length));
  result += length < text.size() ? "...\"" : "\"";
  return result;
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace brownout
