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

// `by_model`: without a price it is the table's SRAM model that says it.
energy::EventPrice read_event(const Value& value, bool by_model) {
  energy::EventPrice price;
  std::optional<double> per_event, per_bit;
  read_price(value, {Key{"joules_per_event", &per_event}, Key{"joules_per_bit", &per_bit}},
             price.provenance);
  price.by_model = by_model && !per_event && !per_bit;
  if (price.by_model) return price;
  if (per_event.has_value() == per_bit.has_value()) {
    fail(value, "needs either joules_per_event or joules_per_bit");
  }
  price.per_bit = per_bit.has_value();
  price.joules = price.per_bit ? *per_bit : *per_event;
  return price;
}

energy::LeakagePrice read_leakage(const Value& value, std::string_view watts_key, bool by_model) {
  energy::LeakagePrice price;
  std::optional<double> watts;
  const Key key{.name = std::string(watts_key), .slot = &watts, .required = !by_model};
  read_price(value, {key}, price.provenance);
  price.by_model = !watts.has_value();
  price.watts = watts.value_or(0);
  return price;
}

void read_events(const Value& value, energy::EnergyTableData& data) {
  const MapReader map(value, {hardware::kEventNames.begin(), hardware::kEventNames.end()});
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const bool by_model = data.sram && energy::memory_of(static_cast<hardware::Event>(i));
    if (const Value* event = map.find(hardware::kEventNames[i])) {
      data.events[i] = read_event(*event, by_model);
    }
  }
}

void read_leakages(const Value& value, energy::EnergyTableData& data) {
  std::vector<std::string_view> names;
  names.reserve(energy::kLeakerCount);
  for (const energy::LeakageUnit& unit : energy::kLeakageUnits) names.push_back(unit.name);
  const MapReader map(value, std::move(names));
  for (std::size_t i = 0; i < energy::kLeakerCount; ++i) {
    const energy::LeakageUnit& unit = energy::kLeakageUnits[i];
    const bool by_model = data.sram && energy::memory_of(static_cast<energy::Leaker>(i));
    if (const Value* leaker = map.find(unit.name)) {
      data.leakage[i] = read_leakage(*leaker, unit.watts_key, by_model);
    }
  }
}

template <typename Section>
void read_optional(const Value& energy, std::string_view name, std::optional<Section>& section) {
  if (const Value* value = energy.find(name)) read_keys(*value, keys_of(section.emplace()));
}

}  // namespace

energy::EnergyTable read_energy_table(const Value& energy) {
  energy::EnergyTableData data;
  read_keys(energy, keys_of(data));
  read_optional(energy, "sram", data.sram);
  read_optional(energy, "temperature", data.temperature);
  read_optional(energy, "clock", data.clock);
  read_events(*energy.find("events"), data);
  read_leakages(*energy.find("leakage"), data);
  return at_place_of(energy, [&] { return energy::EnergyTable(std::move(data)); });
}

energy::EnergyTable load_energy_table(const std::filesystem::path& path) {
  return read_energy_table(file_section(path, "energy"));
}

}  // namespace brownout::config
