// Voltages of a workload file whose profile an option replaced by one of another unit: they would
// silently become other voltages.
#pragma once

#include <map>
#include <string>

#include "memory/voltage_profile.hpp"
#include "sim/config/document.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/hardware/supply.hpp"

namespace brownout::config {

/// What to say about the voltage that stands at a place ("FILE:LINE: operating_point.weight_sram").
using ForeignVoltages = std::map<std::string, std::string>;

/// The operating points and the list of a sweep of `swept` that the file writes in another unit
/// than the profile in force has. Throws InputError for such a voltage below a chip, which
/// no other option takes the place of.
ForeignVoltages foreign_voltages(const Document& document, const hardware::Supplies& supplies,
                                 const MemoryConfig& memory, const hardware::Supply& swept);

}  // namespace brownout::config
