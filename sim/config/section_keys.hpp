// The keys of sections, in the order of listings. They point into the value. What a lower layer
// checks of its values itself, as of profiles and energy tables, is not said again here.
#pragma once

#include <vector>

#include "memory/voltage_profile.hpp"
#include "models/input_codes.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/key.hpp"

namespace brownout::config {

std::vector<hardware::Key> keys_of(models::InputCodes& input);            ///< workload.input
std::vector<hardware::Key> keys_of(memory::VoltageProfileData& profile);  ///< memory_profile
std::vector<hardware::Key> keys_of(energy::EnergyTableData& table);       ///< energy
std::vector<hardware::Key> keys_of(energy::Provenance& provenance);       ///< of each of its prices
std::vector<hardware::Key> keys_of(energy::SramModel& sram);              ///< energy.sram
std::vector<hardware::Key> keys_of(energy::LeakageTemperature& temperature);  ///< and so on
std::vector<hardware::Key> keys_of(energy::ClockLaw& clock);
std::vector<hardware::Key> keys_of(SweepConfig& sweep);
std::vector<hardware::Key> keys_of(RunConfig& run);

}  // namespace brownout::config
