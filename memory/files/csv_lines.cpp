// Splits at line ends (LF or CR LF) and separators.
#include "memory/files/csv_lines.hpp"

#include <algorithm>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view unquoted(std::string_view field) {
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') return field;
  return trimmed(field.substr(1, field.size() - 2));
}

// The separator that a line shows.
char separator_of(std::string_view line) {
  for (const char separator : {',', ';', '\t'}) {
    if (line.find(separator) != std::string_view::npos) return separator;
  }
  return ' ';
}

}  // namespace

bool CsvLines::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_number_;
    if (line_.starts_with('#')) comments_.emplace_back(line_number_, trimmed(line_.substr(1)));
    if (line_.empty() || line_.starts_with('#') || (any_ && line_.starts_with("//"))) continue;
    if (any_ && fields_.empty()) separator_ = separator_of(line_);
    split(line_);
    return true;
  }
  return false;
}

void CsvLines::split(std::string_view line) {
  fields_.clear();
  while (true) {
    const std::size_t found =
        separator_ == ' ' ? line.find_first_of(kBlanks) : line.find(separator_);
    const std::size_t end = std::min(found, line.size());
    const std::string_view field = trimmed(line.substr(0, end));
    fields_.push_back(any_ ? unquoted(field) : field);
    if (end == line.size()) return;
    line.remove_prefix(end + 1);
    if (separator_ == ' ') line = trimmed(line);
  }
}

void CsvLines::fail_at(std::size_t line_number, const std::string& message) const {
  throw InputError(message).within(name_ + ":" +
                                   std::to_string(std::max<std::size_t>(line_number, 1)));
}

}  // namespace brownout::memory
