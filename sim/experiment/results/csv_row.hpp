// A row of a CSV file in the making: every type has one text form, and numbers read back exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "memory/base/text_number.hpp"

namespace brownout::experiment {

/// A field before it is text. Nothing is an empty one.
using Field = std::variant<std::monostate, std::string, std::int64_t, std::uint64_t, double>;

template <typename T>
Field or_empty(const std::optional<T>& value) {
  return value ? Field(*value) : Field();
}

/// A name as a CSV field: names come from the network file and may hold anything.
inline std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\n\r") == std::string::npos) return name;
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += '"';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result + '"';
}

/// Joins fields with commas. The first field must not be empty.
class CsvRow {
 public:
  CsvRow& operator<<(double value) { return add(format_double(value)); }
  CsvRow& operator<<(const std::string& text) { return add(text); }
  template <typename Integer>
  requires std::is_integral_v<Integer> CsvRow& operator<<(Integer value) {
    return add(std::to_string(value));
  }
  /// Text is quoted where it has to be.
  CsvRow& add_field(const Field& field) {
    if (const auto* text = std::get_if<std::string>(&field)) return add(quoted(*text));
    if (const auto* integer = std::get_if<std::int64_t>(&field)) return *this << *integer;
    if (const auto* count = std::get_if<std::uint64_t>(&field)) return *this << *count;
    if (const auto* number = std::get_if<double>(&field)) return *this << *number;
    return add("");
  }
  const std::string& text() const { return text_; }

 private:
  CsvRow& add(const std::string& field) {
    if (!text_.empty()) text_ += ',';
    text_ += field;
    return *this;
  }
  std::string text_;
};

}  // namespace brownout::experiment
