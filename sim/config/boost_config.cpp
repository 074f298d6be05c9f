#include "sim/config/boost_config.hpp"

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

}  // namespace brownout::config
