// --set: walks the dotted key, makes the maps that are not there, and puts the value in.
#include "sim/config/overrides.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "sim/config/yaml_parser.hpp"

namespace brownout::config {
namespace {

using OriginPointer = std::shared_ptr<const Origin>;

OriginPointer option_origin(const std::string& name, const std::string& key,
                            const std::filesystem::path& directory) {
  return std::make_shared<const Origin>(
      Origin{.name = name, .is_file = false, .directory = directory, .key = key});
}

// The child map or value of `parent`, made when it is not there.
Value& child_of(Value& parent, std::string_view key, const OriginPointer& origin) {
  if (parent.kind == Value::Kind::kNull) parent.kind = Value::Kind::kMap;
  if (parent.kind != Value::Kind::kMap) {
    throw std::runtime_error(origin->name + ": " + parent.path + " is not a map");
  }
  if (Value* found = parent.find(key)) return *found;
  Value child;
  child.path = parent.path.empty() ? std::string(key) : parent.path + "." + std::string(key);
  child.origin = origin;
  return parent.entries.emplace_back(MapEntry{std::string(key), std::move(child)}).value;
}

}  // namespace

Value text_value(const std::string& text, const std::string& path, const std::string& option,
                 const std::filesystem::path& directory) {
  Value value;
  value.kind = Value::Kind::kScalar;
  value.text = text;
  value.path = path;
  value.origin = option_origin(option, path, directory);
  return value;
}

Value yaml_value(const std::string& text, const std::string& path, const std::string& option,
                 const std::filesystem::path& directory) {
  return parse_override_value(text, path, option_origin(option, path, directory));
}

void apply_set(Value& root, const std::string& assignment, const std::filesystem::path& directory) {
  const std::size_t equals = assignment.find('=');
  const std::string key = assignment.substr(0, equals);
  if (equals == std::string::npos || key.empty() || key.front() == '.' || key.back() == '.' ||
      key.find("..") != std::string::npos) {
    throw std::runtime_error("--set " + assignment + ": must be KEY=VALUE");
  }
  const OriginPointer origin = option_origin("--set " + key, key, directory);
  Value* target = &root;
  std::string_view rest = key;
  while (!rest.empty()) {
    const std::size_t dot = rest.find('.');
    target = &child_of(*target, rest.substr(0, dot), origin);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  *target = parse_override_value(std::string_view(assignment).substr(equals + 1), key, origin);
}

}  // namespace brownout::config
