// Compiled to a list of texts; a line is matched from left to right without going back.
#include "memory/files/line_pattern.hpp"

#include <algorithm>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr std::size_t kLongest = 500;
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kEndsOfValue = " \t\r,;";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

// How many characters of `line` the text takes at its start; nothing when it does not stand there.
std::optional<std::size_t> taken(std::string_view line, std::string_view text) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (at == line.size()) return {};
    if (!is_blank(text[i])) {
      if (line[at++] != text[i]) return {};
      continue;
    }
    if (!is_blank(line[at])) return {};
    while (at < line.size() && is_blank(line[at])) ++at;
    while (i + 1 < text.size() && is_blank(text[i + 1])) ++i;
  }
  return at;
}

struct Found {
  std::size_t first = 0, last = 0;
};

// Where the text, which is not empty, stands first.
std::optional<Found> find(std::string_view line, std::string_view text) {
  for (std::size_t first = 0; first < line.size(); ++first) {
    if (const auto size = taken(line.substr(first), text)) return Found{first, first + *size};
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

LinePattern::LinePattern(std::string_view text) {
  const auto fail = [&](const std::string& message) {
    throw InputError(in_quotes(text) + ": " + message);
  };
  if (text.size() > kLongest) fail("more than " + std::to_string(kLongest) + " characters");
  std::string_view rest = text;
  while (true) {
    const std::size_t open = std::min(rest.find_first_of("{}"), rest.size());
    std::string before(rest.substr(0, open));
    if (open == rest.size()) {
      end_ = std::move(before);
      break;
    }
    const std::size_t close = rest.find_first_of("{}", open + 1);
    if (rest[open] == '}' || close == std::string_view::npos || rest[close] == '{') {
      fail("a brace without its other half");
    }
    const std::string name(rest.substr(open + 1, close - open - 1));
    if (name.empty()) fail("{} has no name; {*} skips a value");
    if (before.empty() && !parts_.empty()) fail("no text between two places");
    parts_.push_back({std::move(before), name != "*"});
    if (name != "*") names_.push_back(name);
    rest.remove_prefix(close + 1);
  }
  if (names_.empty()) fail("no place for a value, such as {voltage}");
  std::vector<std::string> sorted = names_;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    fail("a name stands there twice");
  }
}

bool LinePattern::starts_in(std::string_view line) const {
  return start().empty() || find(line, start()).has_value();
}

std::optional<std::vector<std::string_view>> LinePattern::match(std::string_view line) const {
  std::string_view rest = line;
  if (!start().empty()) {
    const std::optional<Found> found = find(rest, start());
    if (!found) return {};
    rest.remove_prefix(found->last);
  }
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::string& behind = i + 1 < parts_.size() ? parts_[i + 1].text : end_;
    while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
    Found end;
    if (behind.empty()) {
      end.first = end.last = std::min(rest.find_first_of(kEndsOfValue), rest.size());
    } else {
      const std::optional<Found> found = find(rest, behind);
      if (!found) return {};
      end = *found;
    }
    const std::string_view value = trimmed(rest.substr(0, end.first));
    if (value.empty()) return {};
    if (parts_[i].is_kept) values.push_back(value);
    rest.remove_prefix(end.last);
  }
  return values;
}

}  // namespace brownout::memory
