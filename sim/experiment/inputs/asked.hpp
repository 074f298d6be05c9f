// What somebody asks for beside the workload's file, put into its configuration: seed, operating
// point, grid. The places are what errors begin with: an option's name, say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/config/workload_config.hpp"

namespace brownout::experiment {

/// Of everything random: generated chips, defects of measured ones, the rest.
void set_seed(config::WorkloadConfig& config, std::uint64_t seed);

/// At most one of the two.
struct AskedVoltage {
  std::optional<memory::Voltage> voltage = {};
  std::optional<double> ber = {};  ///< the highest voltage at which the profile has it
  std::string voltage_place = "--voltage", ber_place = "--ber";
};

/// Moves the weight SRAM's supply to what is asked for, if anything is, and checks the operating
/// point. Throws InputError where a profile does not cover it, or never has the rate.
void set_operating_point(config::WorkloadConfig& config, const AskedVoltage& asked);

/// At most one of the two.
struct AskedGrid {
  std::optional<std::vector<memory::Voltage>> voltages = {};
  std::optional<std::vector<double>> rates = {};  ///< of bit errors
  std::string voltages_place = "--voltage", rates_place = "--ber";
};

/// Puts what is asked for in place of sweep.voltages, and checks the sweep. Throws likewise.
void set_grid(config::WorkloadConfig& config, const AskedGrid& asked);

}  // namespace brownout::experiment
