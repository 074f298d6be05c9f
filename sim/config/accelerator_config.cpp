// The YAML keys of the accelerator; its defaults are AcceleratorSpec's, its limits
// hardware::validate's.
#include "sim/config/accelerator_config.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "sim/config/document.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

// A word of which only one is implemented yet.
void require_only(const MapReader& map, std::string_view key, std::string_view only) {
  const Value* found = map.find(key);
  if (found == nullptr) return;
  std::string text;
  convert(*found, text);
  if (text != only) fail(*found, "'" + text + "' is not one of " + std::string(only));
}

void read_array(const Value& value, hardware::ArraySpec& array) {
  const MapReader map(value, {"rows", "columns"});
  map.read("rows", array.rows);
  map.read("columns", array.columns);
}

void read_accumulator(const Value& value, hardware::AccumulatorSpec& accumulator) {
  const MapReader map(value, {"bits", "depth", "overflow"});
  map.read("bits", accumulator.bits);
  map.read("depth", accumulator.depth);
  const Value* overflow = map.find("overflow");
  if (overflow == nullptr) return;
  std::string text;
  convert(*overflow, text);
  if (text != "wrap" && text != "saturate") {
    fail(*overflow, "'" + text + "' is not one of wrap, saturate");
  }
  accumulator.overflow = text == "wrap" ? models::Overflow::kWrap : models::Overflow::kSaturate;
}

void read_sram(const Value& value, hardware::SramSpec& sram) {
  const MapReader map(value, {"capacity_kib", "banks", "word_bits", "column_mux"});
  map.read("capacity_kib", sram.capacity_kib);
  map.read("banks", sram.banks);
  map.read("word_bits", sram.word_bits);
  map.read("column_mux", sram.column_mux);
}

void read_dram(const Value& value, hardware::DramSpec& dram) {
  const MapReader map(value, {"bytes_per_cycle", "latency_cycles", "burst_bytes"});
  map.read("bytes_per_cycle", dram.bytes_per_cycle);
  map.read("latency_cycles", dram.latency_cycles);
  map.read("burst_bytes", dram.burst_bytes);
}

hardware::Supply read_supply(const MapEntry& entry) {
  hardware::Supply supply{.name = entry.key};
  std::vector<std::string> fed;
  convert(entry.value, fed);
  for (std::size_t i = 0; i < fed.size(); ++i) {
    try {
      supply.feed(fed[i]);
    } catch (const InputError& error) {
      fail(items_of(entry.value)[i], error.text());
    }
  }
  return supply;
}

// Their names are the user's: any key will do.
hardware::Supplies read_supplies(const Value& value) {
  if (value.kind != Value::Kind::kMap) {
    fail(value, "must be a map: {NAME: [weight_sram, ...]}");
  }
  std::vector<hardware::Supply> supplies;
  for (const MapEntry& entry : value.entries) supplies.push_back(read_supply(entry));
  return at_place_of(value, [&] { return hardware::Supplies(std::move(supplies)); });
}

void read_placement(const Value& value, hardware::Placement& placement) {
  std::string name;
  convert(value, name);
  placement = at_place_of(value, [&] { return hardware::parse_placement(name); });
}

}  // namespace

hardware::AcceleratorSpec read_accelerator(const Value& accelerator) {
  const MapReader map(accelerator, {"name", "clock_hz", "dataflow", "array", "weight_prefetch",
                                    "accumulator", "weight_sram", "activation_sram", "placement",
                                    "vector_unit", "dram", "supplies"});
  hardware::AcceleratorSpec spec;
  map.read("name", spec.name);
  map.read("clock_hz", spec.clock_hz);
  require_only(map, "dataflow", "weight_stationary");
  map.read("weight_prefetch", spec.weight_prefetch);
  if (const Value* value = map.find("array")) read_array(*value, spec.array);
  if (const Value* value = map.find("accumulator")) read_accumulator(*value, spec.accumulator);
  if (const Value* value = map.find("weight_sram")) read_sram(*value, spec.weight_sram);
  if (const Value* value = map.find("activation_sram")) read_sram(*value, spec.activation_sram);
  if (const Value* value = map.find("placement")) read_placement(*value, spec.placement);
  if (const Value* value = map.find("vector_unit")) {
    MapReader(*value, {"lanes"}).read("lanes", spec.vector_lanes);
  }
  if (const Value* value = map.find("dram")) read_dram(*value, spec.dram);
  if (const Value* value = map.find("supplies")) spec.supplies = read_supplies(*value);
  at_place_of(accelerator, [&] { hardware::validate(spec); });
  return spec;
}

AcceleratorConfig load_accelerator(const std::filesystem::path& path,
                                   const std::vector<std::string>& set) {
  const Document document = assemble_accelerator(path, set);
  const MapReader root(document.root, {"accelerator", "energy"});
  return {.spec = read_accelerator(root.require("accelerator")),
          .energy_table = read_energy_table(root.require("energy")),
          .input_files = document.files};
}

}  // namespace brownout::config
