// Conversions that accept exactly one way of writing each type.
#include "sim/config/yaml_reader.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::config {
namespace {

constexpr double kLargestFloat = std::numeric_limits<float>::max();

std::string kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull:
      return "nothing";
    case Value::Kind::kScalar:
      return "a single value";
    case Value::Kind::kList:
      return "a list";
    case Value::Kind::kMap:
      return "a map";
  }
  throw std::logic_error("unknown kind of value");
}

const std::string& scalar_text(const Value& value, std::string_view wanted) {
  if (value.kind != Value::Kind::kScalar) {
    fail(value, "must be " + std::string(wanted) + ", is " + kind_name(value.kind));
  }
  return value.text;
}

const std::string& number_text(const Value& value, std::string_view wanted) {
  const std::string& text = scalar_text(value, wanted);
  if (value.quoted) {
    fail(value,
         in_quotes(text) + " is text in quotes, write " + std::string(wanted) + " without them");
  }
  return text;
}

double finite_number(const Value& value) {
  const std::string& text = number_text(value, "a number");
  const std::optional<double> number = parse_double(text);
  if (!number) fail(value, in_quotes(text) + " is not a finite number");
  return *number;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

void convert(const Value& value, bool& out) {
  const std::string& text = number_text(value, "true or false");
  if (text != "true" && text != "false") {
    fail(value, in_quotes(text) + " is not true or false");
  }
  out = text == "true";
}

void convert(const Value& value, int& out) {
  const std::string& text = number_text(value, "an integer");
  const std::optional<std::int64_t> number = parse_integer(text);
  if (!number) fail(value, in_quotes(text) + " is not an integer");
  if (*number < std::numeric_limits<int>::min() || *number > std::numeric_limits<int>::max()) {
    fail(value, text + " is out of range");
  }
  out = static_cast<int>(*number);
}

void convert(const Value& value, std::uint64_t& out) {
  const std::string& text = number_text(value, "an integer");
  const std::optional<std::uint64_t> number = parse_unsigned(text);
  if (!number) fail(value, in_quotes(text) + " is not an integer of 0 to 2^64 - 1");
  out = *number;
}

void convert(const Value& value, double& out) { out = finite_number(value); }

void convert(const Value& value, float& out) {
  const double number = finite_number(value);
  if (number < -kLargestFloat || number > kLargestFloat)
    fail(value, value.text + " is out of range");
  out = static_cast<float>(number);
}

void convert(const Value& value, std::string& out) {
  out = scalar_text(value, "text");
  if (out.empty()) fail(value, "is empty");
}

void convert(const Value& value, memory::Voltage& out) {
  const std::string& text = number_text(value, "a voltage");
  out = at_place_of(value, [&] { return memory::Voltage::parse_finite(text); });
  if (out <= memory::Voltage()) fail(value, text + " is not above 0");
}

void convert(const Value& value, std::filesystem::path& out) {
  std::string text;
  convert(value, text);
  out = (value.origin->directory / text).lexically_normal();
}

std::size_t read_word(const Value& value, std::span<const std::string_view> words) {
  std::string text;
  convert(value, text);
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) fail(value, "'" + text + "' is not one of " + listed(words));
  return static_cast<std::size_t>(found - words.begin());
}

const std::vector<Value>& items_of(const Value& value) {
  if (value.kind != Value::Kind::kList) fail(value, "must be a list, is " + kind_name(value.kind));
  return value.items;
}

MapReader::MapReader(const Value& value, std::vector<std::string_view> known)
    : value_(&value), known_(std::move(known)) {
  if (value.kind != Value::Kind::kMap) {
    fail(value, "must be a map with the keys " + listed(known_) + "; is " + kind_name(value.kind));
  }
  for (const MapEntry& entry : value.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::size_t colon = entry.key.find(':');
    if (colon != std::string::npos && entry.value.kind == Value::Kind::kNull) {
      fail(entry.value, "a blank is missing behind the colon: write " + entry.key.substr(0, colon) +
                            ": " + entry.key.substr(colon + 1));
    }
    const std::string near = nearest(entry.key, known_);
    fail(entry.value, known_.empty() ? "unknown key; there are none"
                      : near.empty() ? "unknown key; known are " + listed(known_)
                                     : "unknown key, did you mean " + near + "?");
  }
}

const Value* MapReader::find(std::string_view key) const {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
    throw std::logic_error("the key " + std::string(key) + " is read but not declared");
  }
  return value_->find(key);
}

const Value& MapReader::require(std::string_view key) const {
  const Value* found = find(key);
  if (found == nullptr) fail(*value_, "the key " + std::string(key) + " is missing");
  return *found;
}

void MapReader::require_all(const std::vector<std::string_view>& keys) const {
  std::vector<std::string_view> missing;
  for (const std::string_view key : keys) {
    if (find(key) == nullptr) missing.push_back(key);
  }
  if (missing.size() == 1) require(missing.front());
  if (missing.size() > 1) fail(*value_, "the keys " + listed(missing) + " are missing");
}

void MapReader::read_in_range(std::string_view key, int& out, int low, int high) const {
  const Value* found = find(key);
  if (found == nullptr) return;
  convert(*found, out);
  at_place_of(*found, [&] { require_range("", out, low, high); });
}

void require_file(const std::filesystem::path& path, const std::string& place) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    throw InputError("is a directory, not a file: " + path.string()).within(place);
  }
  if (!std::filesystem::exists(status)) {
    throw InputError("no such file: " + path.string()).within(place);
  }
}

std::filesystem::path existing_file(const Value& value) {
  std::filesystem::path path;
  convert(value, path);
  require_file(path, value.place());
  return path;
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2);
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance || (distance == best_distance && best.empty())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace brownout::config
