// The accelerator file: `accelerator:` and the path of its energy table.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/yaml_value.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::config {

struct AcceleratorConfig {
  hardware::AcceleratorSpec spec;
  energy::EnergyTable energy_table;
  std::vector<std::filesystem::path> input_files;
};

/// An accelerator file with its energy table. `set` as in Overrides, keys `accelerator.` and
/// `energy.`.
AcceleratorConfig load_accelerator(const std::filesystem::path& path,
                                   const std::vector<std::string>& set = {});

/// The map below the key `accelerator`.
hardware::AcceleratorSpec read_accelerator(const Value& accelerator);

}  // namespace brownout::config
