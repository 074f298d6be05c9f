#include "sim/config/read_voltages_config.hpp"

#include <limits>

namespace brownout::config {

void read_boost(const Mitigation& /*self*/, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"layers", "efficiency"});
  BoostedReads& boost = memory.boost.emplace();
  const Value& layers = map.require("layers");
  if (layers.kind != Value::Kind::kMap || layers.entries.empty()) {
    fail(layers, "is not a map of layers and voltages, such as {conv1: 0.95}");
  }
  for (const MapEntry& entry : layers.entries) {
    BoostedReads::Layer& layer = boost.layers.emplace_back();
    layer.name = entry.key;
    layer.place = entry.value.place();
    convert(entry.value, layer.voltage);
    at_place_of(entry.value, [&] { memory.weight_sram().profile->require_covered(layer.voltage); });
  }
  map.read("efficiency", boost.efficiency);
  if (!(boost.efficiency > 0 && boost.efficiency <= 1)) {
    fail(map.require("efficiency"), "is not above 0 and at most 1");
  }
}

void read_bank_supply(const Mitigation& /*self*/, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"banks", "voltage", "layers"});
  BankSupply& supply = memory.bank_supply.emplace();
  map.read_in_range("banks", supply.banks, 1, std::numeric_limits<int>::max());
  map.read_required("voltage", supply.voltage);
  at_place_of(map.require("voltage"),
              [&] { memory.weight_sram().profile->require_covered(supply.voltage); });
  map.read_required("layers", supply.layers);
  if (supply.layers.empty()) fail(map.require("layers"), "names no layer");
  supply.place = value.place();
}

}  // namespace brownout::config
