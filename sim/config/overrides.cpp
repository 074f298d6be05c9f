// A setting: walks the dotted key, makes the maps that are not there, and puts the value in.
#include "sim/config/overrides.hpp"

#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
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
    throw InputError(parent.path + " is not a map").within(origin->name);
  }
  if (Value* found = parent.find(key)) return *found;
  Value child;
  child.path = parent.path.empty() ? std::string(key) : parent.path + "." + std::string(key);
  child.origin = origin;
  return parent.entries.emplace_back(MapEntry{std::string(key), std::move(child)}).value;
}

std::string_view first_of(std::string_view key) { return key.substr(0, key.find('.')); }

bool holds(const Value& root, std::string_view key) {
  const Value* found = root.kind == Value::Kind::kMap ? root.find(first_of(key)) : nullptr;
  const std::size_t dot = key.find('.');
  if (found == nullptr || dot == std::string_view::npos) return found != nullptr;
  return holds(*found, key.substr(dot + 1));
}

// A key without its section, such as dram.latency_cycles, with it; empty for any other.
std::string in_its_section(const Value& root, const std::string& key) {
  if (holds(root, first_of(key))) return {};
  for (const std::string_view part : {std::string_view(key), first_of(key)}) {
    for (const MapEntry& entry : root.entries) {
      if (holds(entry.value, part)) return entry.key + "." + key;
    }
  }
  return {};
}

[[noreturn]] void fail_form(const std::string& option, const std::string& text) {
  throw InputError("must be KEY=VALUE").within(option + " " + text);
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

Setting parse_setting(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) fail_form("--set", assignment);
  return {assignment.substr(0, equals), assignment.substr(equals + 1)};
}

void apply_setting(Value& root, const Setting& setting, const std::string& option,
                   const std::filesystem::path& directory) {
  const std::string& key = setting.key;
  if (key.empty() || key.front() == '.' || key.back() == '.' ||
      key.find("..") != std::string::npos) {
    fail_form(option, key + "=" + setting.value);
  }
  const OriginPointer origin = option_origin(option + " " + key, key, directory);
  if (const std::string meant = in_its_section(root, key); !meant.empty()) {
    throw InputError("unknown key, did you mean " + meant + "?").within(origin->name);
  }
  Value* target = &root;
  std::string_view rest = key;
  while (!rest.empty()) {
    const std::size_t dot = rest.find('.');
    target = &child_of(*target, rest.substr(0, dot), origin);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  *target = parse_override_value(setting.value, key, origin);
}

}  // namespace brownout::config
