// Look-ups, and the one form that all errors about a value have.
#include "sim/config/yaml_value.hpp"

#include <algorithm>

namespace brownout::config {
namespace {

std::string file_and_line(const Origin& origin, int line) {
  return origin.is_file ? origin.name + ":" + std::to_string(line) : origin.name;
}

// The name of an option may tell the key already.
std::string untold(const Origin& origin, const std::string& path) {
  return path == origin.key ? "" : path;
}

InputError error_at(const Origin& origin, int line, const std::string& path,
                    const std::string& text) {
  return InputError(untold(origin, path), text).within(file_and_line(origin, line));
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

std::string Value::place() const {
  const std::string key = untold(*origin, path);
  return file_and_line(*origin, line) + (key.empty() ? "" : ": " + key);
}

void fail(const Value& value, const std::string& text) {
  throw error_at(*value.origin, value.line, value.path, text);
}

void fail(const Value& value, const InputError& error) {
  if (error.key().empty() || !error.place().empty()) fail(value, error.what());
  const Value& nearest = deepest(value, error.key());
  throw error_at(*nearest.origin, nearest.line, value.path + "." + error.key(), error.text());
}

}  // namespace brownout::config
