// The keys are hardware::accelerator_keys; those of `supplies` are the user's.
#include "sim/config/accelerator_config.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "sim/config/document.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/keys.hpp"
#include "sim/config/yaml_reader.hpp"
#include "sim/hardware/accelerator_keys.hpp"

namespace brownout::config {
namespace {

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

hardware::Supplies read_supplies(const Value& value) {
  if (value.kind != Value::Kind::kMap) {
    fail(value, "must be a map: {NAME: [weight_sram, ...]}");
  }
  std::vector<hardware::Supply> supplies;
  for (const MapEntry& entry : value.entries) supplies.push_back(read_supply(entry));
  return at_place_of(value, [&] { return hardware::Supplies(std::move(supplies)); });
}

}  // namespace

hardware::AcceleratorSpec read_accelerator(const Value& accelerator) {
  hardware::AcceleratorSpec spec;
  read_keys(accelerator, hardware::accelerator_keys(spec));
  if (const Value* value = accelerator.find("supplies")) spec.supplies = read_supplies(*value);
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
