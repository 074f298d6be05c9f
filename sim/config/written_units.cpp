// A file's unit is that of the profile which the file itself names, whatever the command line says.
#include "sim/config/written_units.hpp"

#include <optional>
#include <string_view>

#include "sim/config/yaml_parser.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

const Value* at(const Value* value, std::string_view key) {
  const std::size_t dot = key.find('.');
  const Value* child = value == nullptr ? nullptr : value->find(key.substr(0, dot));
  return dot == std::string_view::npos ? child : at(child, key.substr(dot + 1));
}

// Of a file that is not there, nothing is known: an option may stand in for it.
std::optional<std::string> own_unit(const Value& file, const std::string& memory) {
  const Value* profile = at(&file, memory + ".profile");
  if (profile == nullptr) return {};
  Value included;
  if (profile->kind == Value::Kind::kScalar) {
    std::filesystem::path path;
    convert(*profile, path);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    included = parse_yaml_file(path);
    profile = included.find("memory_profile");
  }
  const Value* unit = at(profile, "unit");
  if (unit == nullptr) return {};
  return unit->text;
}

bool is_voltage(std::string_view key) {
  return key.starts_with("mu") || key.starts_with("sigma") || key == "shift";
}

// Not what an option gives, nor what stands in a memory's file beside its profile.
bool is_of(const Value& value, const Value& file) { return value.origin == file.origin; }

void refuse_chip(const Value& chip, const Value& file, const std::string& reason) {
  for (const MapEntry& entry : chip.entries) {
    if (is_of(entry.value, file) && is_voltage(entry.key)) fail(entry.value, reason);
  }
}

}  // namespace

ForeignVoltages foreign_voltages(const Document& document, const hardware::Supplies& supplies,
                                 const MemoryConfig& memory, const hardware::Supply& swept) {
  ForeignVoltages found;
  const auto add = [&](const Value* voltage, const std::string& reason) {
    if (voltage != nullptr && is_of(*voltage, document.file)) {
      found.emplace(voltage->place(), reason);
    }
  };
  for (const auto& [which, faulty] : memory.memories) {
    const memory::VoltageProfileData& profile = faulty.profile->data();
    const std::optional<std::string> unit = own_unit(document.file, key_of(which));
    if (!unit || *unit == memory::to_string(profile.unit)) continue;
    const std::string reason = "written in " + *unit + ", the unit of the file's own profile; " +
                               profile.name + ", which takes its place, has " +
                               memory::to_string(profile.unit) + ": give it again by an option";
    for (const std::string& name : supplies.of(which).names()) {
      add(at(&document.root, "operating_point." + name), reason);
    }
    if (swept.feeds(which)) add(at(&document.root, "sweep.voltages"), reason);
    if (const Value* chip = at(&document.root, key_of(which) + ".chip")) {
      refuse_chip(*chip, document.file, reason);
    }
  }
  return found;
}

}  // namespace brownout::config
