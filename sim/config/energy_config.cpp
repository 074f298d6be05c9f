// The YAML keys of an energy table. Which prices must be there is energy::EnergyTable's to say.
#include "sim/config/energy_config.hpp"

#include <string>
#include <utility>
#include <vector>

#include "sim/config/document.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

energy::Provenance read_provenance(const MapReader& map) {
  energy::Provenance provenance;
  map.read_required("component", provenance.component);
  map.read_required("node", provenance.node);
  map.read_required("source", provenance.source);
  map.read_required("date", provenance.date);
  std::string rail;
  map.read_required("rail", rail);
  provenance.rail = at_place_of(map.require("rail"), [&] { return energy::parse_rail(rail); });
  return provenance;
}

energy::EventPrice read_event(const Value& value) {
  const MapReader map(
      value, {"joules_per_event", "joules_per_bit", "component", "rail", "node", "source", "date"});
  const Value* per_event = map.find("joules_per_event");
  const Value* per_bit = map.find("joules_per_bit");
  if ((per_event == nullptr) == (per_bit == nullptr)) {
    fail(value, "needs either joules_per_event or joules_per_bit");
  }
  energy::EventPrice price;
  price.per_bit = per_bit != nullptr;
  convert(price.per_bit ? *per_bit : *per_event, price.joules);
  price.provenance = read_provenance(map);
  return price;
}

energy::LeakagePrice read_leakage(const Value& value, std::string_view watts_key) {
  const MapReader map(value, {watts_key, "component", "rail", "node", "source", "date"});
  energy::LeakagePrice price;
  map.read_required(watts_key, price.watts);
  price.provenance = read_provenance(map);
  return price;
}

void read_events(const Value& value, energy::EnergyTableData& data) {
  const MapReader map(value, {hardware::kEventNames.begin(), hardware::kEventNames.end()});
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    if (const Value* event = map.find(hardware::kEventNames[i]))
      data.events[i] = read_event(*event);
  }
}

void read_leakages(const Value& value, energy::EnergyTableData& data) {
  std::vector<std::string_view> names;
  names.reserve(energy::kLeakerCount);
  for (const energy::LeakageUnit& unit : energy::kLeakageUnits) names.push_back(unit.name);
  const MapReader map(value, std::move(names));
  for (std::size_t i = 0; i < energy::kLeakerCount; ++i) {
    const energy::LeakageUnit& unit = energy::kLeakageUnits[i];
    if (const Value* leaker = map.find(unit.name)) {
      data.leakage[i] = read_leakage(*leaker, unit.watts_key);
    }
  }
}

void read_reference_volts(const Value& value, energy::EnergyTableData& data) {
  // The weight SRAM's reference voltage is the memory profile's.
  const MapReader map(value, {"logic", "activation_sram", "dram"});
  for (const energy::Rail rail :
       {energy::Rail::kLogic, energy::Rail::kActivationSram, energy::Rail::kDram}) {
    map.read_required(energy::kRailNames[static_cast<std::size_t>(rail)],
                      data.reference_volts[rail]);
  }
}

}  // namespace

energy::EnergyTable read_energy_table(const Value& energy) {
  const MapReader map(energy, {"name", "source", "reference_volts", "events", "leakage"});
  energy::EnergyTableData data;
  map.read_required("name", data.name);
  map.read_required("source", data.source);
  read_reference_volts(map.require("reference_volts"), data);
  read_events(map.require("events"), data);
  read_leakages(map.require("leakage"), data);
  return at_place_of(energy, [&] { return energy::EnergyTable(std::move(data)); });
}

energy::EnergyTable load_energy_table(const std::filesystem::path& path) {
  return read_energy_table(file_section(path, "energy"));
}

}  // namespace brownout::config
