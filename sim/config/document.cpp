// Includes are a closed list: accelerator, energy, profiles of memories. A path that the command
// line puts there replaces the file's before any is opened; all other settings act on the assembled
// tree.
#include "sim/config/document.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sim/config/yaml_parser.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

constexpr std::string_view kIncludes[] = {"accelerator",
                                          "energy",
                                          "memory.profile",
                                          "memory.activation_sram.profile",
                                          "memory.accumulator.profile",
                                          "memory.mitigations.protected_msbs.profile"};

/// The settings that replace an included file, or all others.
void apply_settings(Value& root, const Overrides& overrides, bool includes,
                    const std::filesystem::path& directory) {
  const auto apply = [&](const Setting& setting, const std::string& option) {
    const bool replaces =
        std::find(std::begin(kIncludes), std::end(kIncludes), setting.key) != std::end(kIncludes);
    if (replaces == includes) apply_setting(root, setting, option, directory);
  };
  for (const std::string& assignment : overrides.set) apply(parse_setting(assignment), "--set");
  for (const Setting& setting : overrides.axes) apply(setting, "--axis");
}

void put(Value& map, const std::string& key, Value value) {
  if (Value* found = map.find(key)) {
    *found = std::move(value);
  } else {
    map.entries.push_back({key, std::move(value)});
  }
}

Value open_file(const std::filesystem::path& path, std::vector<std::filesystem::path>& files) {
  Value root = parse_yaml_file(path);
  if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
  return root;
}

// Puts the section of the file that `value` names in place of `value`.
void include(Value& value, const std::string& section, std::vector<std::filesystem::path>& files) {
  if (value.kind != Value::Kind::kScalar) return;
  const Value file = open_file(existing_file(value), files);
  value = MapReader(file, {section}).require(section);
}

void include_accelerator(Value& root, std::vector<std::filesystem::path>& files) {
  Value* value = root.find("accelerator");
  if (value == nullptr || value->kind != Value::Kind::kScalar) return;
  const Value file = open_file(existing_file(*value), files);
  const MapReader reader(file, {"accelerator", "energy"});
  *value = reader.require("accelerator");
  const Value* energy = reader.find("energy");
  if (energy != nullptr && root.find("energy") == nullptr) put(root, "energy", *energy);
}

void include_energy(Value& root, std::vector<std::filesystem::path>& files) {
  if (Value* energy = root.find("energy")) include(*energy, "energy", files);
}

// The map `key` of `root`, for an option that writes into it. Another kind of value is left to
// the reader's complaint.
Value* writable_map(Value& root, const std::string& key) {
  Value* found = root.find(key);
  return found != nullptr && found->kind == Value::Kind::kMap ? found : nullptr;
}

// The profile of a memory and the chip that stands beside it in its file.
void include_memory(Value& memory, std::vector<std::filesystem::path>& files) {
  Value* profile = memory.find("profile");
  if (profile == nullptr || profile->kind != Value::Kind::kScalar) return;
  const bool asked_for = !profile->origin->is_file;  // by an option
  const Value file = open_file(existing_file(*profile), files);
  const MapReader reader(file, {"memory_profile", "chip"});
  *profile = reader.require("memory_profile");
  const Value* own = memory.find("chip");
  const Value* chip = reader.find("chip");
  if (chip != nullptr && (own == nullptr || (asked_for && own->origin->is_file))) {
    put(memory, "chip", *chip);
  }
}

void apply_path_options(Value& root, const Overrides& overrides) {
  // Paths of the command line are relative to the working directory.
  const std::filesystem::path here;
  if (overrides.accelerator) {
    put(root, "accelerator",
        text_value(overrides.accelerator->string(), "accelerator", "--accelerator", here));
  }
  Value* memory = writable_map(root, "memory");
  if (memory == nullptr) return;
  if (overrides.memory_profile) {
    put(*memory, "profile",
        text_value(overrides.memory_profile->string(), "memory.profile", "--memory", here));
  }
  if (overrides.fault_map) {
    Value map = text_value(overrides.fault_map->string(), "memory.chip.map", "--fault-map", here);
    Value chip;
    chip.kind = Value::Kind::kMap;
    chip.path = "memory.chip";
    chip.origin = map.origin;
    chip.entries.push_back({"map", std::move(map)});
    put(*memory, "chip", std::move(chip));
  }
  if (overrides.mitigate) {
    put(*memory, "mitigations",
        yaml_value("{" + *overrides.mitigate + "}", "memory.mitigations", "--mitigate", here));
  }
}

Value open_root(const std::filesystem::path& path, std::vector<std::filesystem::path>& files) {
  require_file(path, "");
  return open_file(path, files);
}

}  // namespace

Document assemble_workload(const std::filesystem::path& path, const Overrides& overrides) {
  Document document;
  document.root = open_root(path, document.files);
  document.file = document.root;
  Value& root = document.root;
  apply_path_options(root, overrides);
  apply_settings(root, overrides, true, path.parent_path());
  include_accelerator(root, document.files);
  include_energy(root, document.files);
  if (Value* memory = writable_map(root, "memory")) {
    include_memory(*memory, document.files);
    for (const char* key : {"activation_sram", "accumulator"}) {
      if (Value* other = writable_map(*memory, key)) include_memory(*other, document.files);
    }
    if (Value* mitigations = writable_map(*memory, "mitigations")) {
      Value* msbs = writable_map(*mitigations, "protected_msbs");
      if (msbs != nullptr) include_memory(*msbs, document.files);
    }
  }
  apply_settings(root, overrides, false, path.parent_path());
  return document;
}

Document assemble_accelerator(const std::filesystem::path& path,
                              const std::vector<std::string>& set) {
  Overrides overrides;
  overrides.set = set;
  Document document;
  document.root = open_root(path, document.files);
  apply_settings(document.root, overrides, true, path.parent_path());
  include_energy(document.root, document.files);
  apply_settings(document.root, overrides, false, path.parent_path());
  return document;
}

Document assemble_memory(const std::filesystem::path& path) {
  Document document;
  document.root = open_root(path, document.files);
  return document;
}

Value file_section(const std::filesystem::path& path, const std::string& key) {
  std::vector<std::filesystem::path> files;
  const Value root = open_root(path, files);
  return MapReader(root, {key}).require(key);
}

}  // namespace brownout::config
