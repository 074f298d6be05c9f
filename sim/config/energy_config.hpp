// The energy table file: `energy:` with rails, events and leakage.
#pragma once

#include <filesystem>

#include "sim/config/yaml_value.hpp"
#include "sim/energy/energy_table.hpp"

namespace brownout::config {

energy::EnergyTable load_energy_table(const std::filesystem::path& path);

/// The map below the key `energy`.
energy::EnergyTable read_energy_table(const Value& energy);

}  // namespace brownout::config
