#include "sim/config/axis.hpp"

#include <algorithm>
#include <string_view>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::config {
namespace {

constexpr std::size_t kMostCombinations = 10'000;

[[noreturn]] void fail_axis(const std::string& key, const std::string& text) {
  throw InputError(text).within("--axis " + key);
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// At commas that stand in no brackets, braces or quotes.
std::vector<std::string> split(const std::string& key, std::string_view text) {
  std::vector<std::string> values;
  std::string open;  // what closes the brackets that are open; a quote, while it is
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool in_quotes = !open.empty() && (open.back() == '"' || open.back() == '\'');
    if (!open.empty() && c == open.back()) {
      open.pop_back();
    } else if (in_quotes) {
      continue;
    } else if (c == '[' || c == '{') {
      open += c == '[' ? ']' : '}';
    } else if (c == '"' || c == '\'') {
      open += c;
    } else if (c == ',' && open.empty()) {
      values.push_back(trimmed(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  if (!open.empty()) fail_axis(key, "a " + std::string(1, open.back()) + " is missing");
  values.push_back(trimmed(text.substr(start)));
  return values;
}

}  // namespace

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  if (equals == std::string::npos || key.empty()) fail_axis(text, "must be KEY=A,B");
  Axis axis{key, split(key, std::string_view(text).substr(equals + 1))};
  for (auto value = axis.values.begin(); value != axis.values.end(); ++value) {
    if (value->empty()) fail_axis(key, "a value is empty; values stand as in " + key + "=A,B");
    if (std::find(axis.values.begin(), value, *value) != value) {
      fail_axis(key, in_quotes(*value) + " is given twice");
    }
  }
  return axis;
}

std::vector<std::vector<Setting>> combinations(const std::vector<Axis>& axes) {
  std::vector<std::vector<Setting>> all = {{}};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Axis& axis = axes[i];
    const auto same = [&](const Axis& other) { return other.key == axis.key; };
    if (std::count_if(axes.begin(), axes.end(), same) > 1) fail_axis(axis.key, "is given twice");
    if (all.size() * axis.values.size() > kMostCombinations) {
      fail_axis(axis.key,
                "the axes have more than " + std::to_string(kMostCombinations) + " combinations");
    }
    std::vector<std::vector<Setting>> longer;
    for (const std::vector<Setting>& settings : all) {
      for (const std::string& value : axis.values) {
        longer.push_back(settings);
        longer.back().push_back({axis.key, value});
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace brownout::config
