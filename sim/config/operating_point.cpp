#include "sim/config/operating_point.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using hardware::OnChipMemory;
using hardware::Supply;

const memory::VoltageProfileData* profile_of(const MemoryConfig& memory, OnChipMemory which) {
  const FaultyMemory* found = memory.find(which);
  return found == nullptr ? nullptr : &found->profile->data();
}

// Those of a supply that may fail; of a joined one all of them or none (check_joined_memories).
bool may_fail(const Supply& supply, const MemoryConfig& memory) {
  return std::any_of(supply.memories.begin(), supply.memories.end(),
                     [&](OnChipMemory which) { return memory.find(which) != nullptr; });
}

memory::Voltage error_free_voltage(const Supply& supply, const MemoryConfig& memory) {
  memory::Voltage highest;
  for (const OnChipMemory which : supply.memories) {
    highest = std::max(highest, profile_of(memory, which)->error_free_voltage);
  }
  return highest;
}

// Why one voltage cannot be both memories', or nothing.
std::string difference(const MemoryConfig& memory, OnChipMemory first, OnChipMemory second) {
  const memory::VoltageProfileData* one = profile_of(memory, first);
  const memory::VoltageProfileData* other = profile_of(memory, second);
  if (one == nullptr && other == nullptr) return {};
  if (one == nullptr || other == nullptr) {
    const OnChipMemory missing = one == nullptr ? first : second;
    return key_of(missing) + ".profile is not given: memories of one supply fail together, or none";
  }
  const auto names = to_string(first) + " and " + to_string(second);
  if (one->unit != other->unit) {
    return "the profiles of " + names + " are in " + to_string(one->unit) + " and " +
           to_string(other->unit) + ": one voltage has one unit";
  }
  if (one->unit == memory::VoltageUnit::kVmin && one->vmin_volts != other->vmin_volts) {
    return "the profiles of " + names + " have different vmin_volts: 1 Vmin is not one voltage";
  }
  return {};
}

[[noreturn]] void refuse_error_free(const Value& value, OnChipMemory which) {
  fail(value, key_of(which) + " is not given: that memory is error-free");
}

// The value of a supply, under its name or that of something that it feeds.
const Value* find_supply(const MapReader& map, const Supply& supply) {
  const Value* found = nullptr;
  for (const std::string& name : supply.names()) {
    const Value* value = map.find(name);
    if (value == nullptr) continue;
    if (found != nullptr) fail(*value, "the supply " + supply.name + " has a voltage already");
    found = value;
  }
  return found;
}

// The supplies' names first; no name is in two of them.
std::vector<std::string> known_names(const hardware::Supplies& supplies) {
  std::vector<std::string> names, fed;
  for (const Supply& supply : supplies.all()) {
    const std::vector<std::string> of_supply = supply.names();
    names.push_back(of_supply.front());
    fed.insert(fed.end(), of_supply.begin() + 1, of_supply.end());
  }
  names.insert(names.end(), fed.begin(), fed.end());
  return names;
}

void read_logic(const Value& value, const energy::EnergyTable& table, double& volts) {
  const double highest = memory::kMostOverReference * volts;  // that is, the default
  convert(value, volts);
  if (!(volts > 0)) fail(value, value.text + " is not above 0");
  if (volts > highest) {
    fail(value, value.text + " is above " + format_double(highest) + " V, " +
                    std::to_string(memory::kMostOverReference) +
                    " x the reference voltage of the energy table");
  }
  if (table.clock() && volts <= table.clock()->threshold_v) {
    fail(value, value.text + " is not above energy.clock.threshold_v, " +
                    format_double(table.clock()->threshold_v) + " V");
  }
}

}  // namespace

const SupplyPoint& OperatingPoint::of(OnChipMemory memory) const {
  for (const SupplyPoint& point : supplies) {
    if (point.supply.feeds(memory)) return point;
  }
  throw std::logic_error("the voltage of a memory that is error-free: " + to_string(memory));
}

bool OperatingPoint::any_joined() const {
  return std::any_of(supplies.begin(), supplies.end(),
                     [](const SupplyPoint& point) { return point.supply.memories.size() > 1; });
}

void OperatingPoint::set(std::string_view supply, memory::Voltage voltage, std::string place) {
  for (SupplyPoint& point : supplies) {
    if (point.supply.name != supply) continue;
    point.voltage = voltage;
    point.place = std::move(place);
    return;
  }
  throw std::logic_error("the operating point has no supply " + std::string(supply));
}

OperatingPoint error_free(OperatingPoint point, const MemoryConfig& memory) {
  for (SupplyPoint& of : point.supplies) of.voltage = error_free_voltage(of.supply, memory);
  return point;
}

void check_joined_memories(const Value& accelerator, const hardware::Supplies& supplies,
                           const MemoryConfig& memory) {
  for (const Supply& supply : supplies.all()) {
    for (const OnChipMemory which : supply.memories) {
      const std::string reason = difference(memory, supply.memories.front(), which);
      if (!reason.empty()) fail(accelerator, InputError("supplies." + supply.name, reason));
    }
  }
}

OperatingPoint read_operating_point(const Value& root, const hardware::Supplies& supplies,
                                    const MemoryConfig& memory, const energy::EnergyTable& table) {
  OperatingPoint point{.supplies = {}, .logic_volts = table.reference_volts(energy::Rail::kLogic)};
  for (const Supply& supply : supplies.all()) {
    if (!may_fail(supply, memory)) continue;
    point.supplies.push_back({.supply = supply,
                              .voltage = error_free_voltage(supply, memory),
                              .place = root.place() + ": operating_point." + supply.name});
  }
  const Value* section = root.find("operating_point");
  if (section == nullptr) return point;
  const std::vector<std::string> names = known_names(supplies);
  const MapReader map(*section, {names.begin(), names.end()});
  for (const Supply& supply : supplies.all()) {
    const Value* value = find_supply(map, supply);
    if (value == nullptr) continue;
    if (supply.logic) {
      read_logic(*value, table, point.logic_volts);
      continue;
    }
    if (!may_fail(supply, memory)) refuse_error_free(*value, supply.memories.front());
    memory::Voltage voltage;
    convert(*value, voltage);
    point.set(supply.name, voltage, value->place());
  }
  return point;
}

Supply read_swept_supply(const Value& name, const hardware::Supplies& supplies,
                         const MemoryConfig& memory) {
  const auto find = [&](const std::string& text) { return &supplies.of_memories(text); };
  const Supply* supply = read_text(name, find);
  if (!may_fail(*supply, memory)) refuse_error_free(name, supply->memories.front());
  return *supply;
}

}  // namespace brownout::config
