// The YAML keys of an energy table. Which prices must be there is energy::EnergyTable's to say.
#include "sim/config/energy_config.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/document.hpp"
#include "sim/config/keys.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using hardware::Key;

// A price of so many joules or watts, with its provenance.
void read_price(const Value& value, std::vector<Key> keys, energy::Provenance& provenance) {
  const std::vector<Key> more = keys_of(provenance);
  keys.insert(keys.end(), more.begin(), more.end());
  read_keys(value, keys);
}

energy::EventPrice read_event(const Value& value) {
  energy::EventPrice price;
  std::optional<double> per_event, per_bit;
  read_price(value, {Key{"joules_per_event", &per_event}, Key{"joules_per_bit", &per_bit}},
             price.provenance);
  if (per_event.has_value() == per_bit.has_value()) {
    fail(value, "needs either joules_per_event or joules_per_bit");
  }
  price.per_bit = per_bit.has_value();
  price.joules = price.per_bit ? *per_bit : *per_event;
  return price;
}

energy::LeakagePrice read_leakage(const Value& value, std::string_view watts_key) {
  energy::LeakagePrice price;
  read_price(value, {Key{.name = std::string(watts_key), .slot = &price.watts, .required = true}},
             price.provenance);
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

}  // namespace

energy::EnergyTable read_energy_table(const Value& energy) {
  energy::EnergyTableData data;
  read_keys(energy, keys_of(data));
  read_events(*energy.find("events"), data);
  read_leakages(*energy.find("leakage"), data);
  return at_place_of(energy, [&] { return energy::EnergyTable(std::move(data)); });
}

energy::EnergyTable load_energy_table(const std::filesystem::path& path) {
  return read_energy_table(file_section(path, "energy"));
}

}  // namespace brownout::config
