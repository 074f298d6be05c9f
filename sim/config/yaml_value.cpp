// Look-ups, and the one form that all errors about a value have.
#include "sim/config/yaml_value.hpp"

#include <algorithm>
#include <stdexcept>

namespace brownout::config {
namespace {

std::string place_of(const Origin& origin, int line, const std::string& path) {
  std::string place = origin.name;
  if (origin.is_file) place += ":" + std::to_string(line);
  if (!path.empty() && path != origin.key) place += ": " + path;
  return place;
}

bool is_key(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

// The value that the dotted key leads to below `map`, as far as there is one.
const Value& deepest(const Value& map, std::string_view key) {
  const std::size_t dot = key.find('.');
  const Value* child = map.find(key.substr(0, dot));
  if (child == nullptr) return map;
  return dot == std::string_view::npos ? *child : deepest(*child, key.substr(dot + 1));
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const MapEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(static_cast<const Value*>(this)->find(key));
}

std::string Value::place() const { return place_of(*origin, line, path); }

void fail(const Value& value, const std::string& text) {
  throw std::runtime_error(value.place() + ": " + text);
}

void fail_below(const Value& map, const std::string& message) {
  const std::size_t colon = message.find(": ");
  const std::string key = message.substr(0, colon);
  if (colon == std::string::npos || !is_key(key)) fail(map, message);
  const Value& nearest = deepest(map, key);
  throw std::runtime_error(place_of(*nearest.origin, nearest.line, map.path + "." + key) +
                           message.substr(colon));
}

}  // namespace brownout::config
