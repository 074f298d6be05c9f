// Splits at line ends (LF or CR LF) and commas.
#include "memory/files/csv_lines.hpp"

#include <algorithm>
#include <stdexcept>

namespace brownout::memory {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

bool CsvLines::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_number_;
    if (line.empty() || line.starts_with('#')) continue;
    fields_.clear();
    while (true) {
      const std::size_t comma = std::min(line.find(','), line.size());
      fields_.push_back(trimmed(line.substr(0, comma)));
      if (comma == line.size()) return true;
      line.remove_prefix(comma + 1);
    }
  }
  return false;
}

void CsvLines::fail(const std::string& message) const {
  throw std::runtime_error(name_ + ":" + std::to_string(std::max<std::size_t>(line_number_, 1)) +
                           ": " + message);
}

}  // namespace brownout::memory
