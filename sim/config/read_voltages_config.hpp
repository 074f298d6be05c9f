// The keys of `memory.mitigations` by which some layers read the weight SRAM at other voltages:
// `boost` and `bank_supply`.
#pragma once

#include "sim/config/mitigations_config.hpp"

namespace brownout::config {

/// Both throw InputError with the key's place: no layer, a voltage outside the profile.
void read_boost(const Mitigation& self, const Value& value, MemoryConfig& memory);
void read_bank_supply(const Mitigation& self, const Value& value, MemoryConfig& memory);

}  // namespace brownout::config
