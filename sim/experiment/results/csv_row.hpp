// A row of a CSV file in the making: every type has one text form, and numbers read back exactly.
#pragma once

#include <string>
#include <type_traits>

#include "memory/base/text_number.hpp"

namespace brownout::experiment {

/// Joins fields with commas. The first field must not be empty.
class CsvRow {
 public:
  CsvRow& operator<<(double value) { return add(format_double(value)); }
  CsvRow& operator<<(const std::string& text) { return add(text); }
  template <typename Integer>
  requires std::is_integral_v<Integer> CsvRow& operator<<(Integer value) {
    return add(std::to_string(value));
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

}  // namespace brownout::experiment
