// The keys of `memory.mitigations.boost`.
#pragma once

#include "sim/config/mitigations_config.hpp"

namespace brownout::config {

/// Throws InputError with the key's place: no layer, a voltage outside the
/// profile.
void read_boost(const Mitigation& self, const Value& value, MemoryConfig& memory);

}  // namespace brownout::config
