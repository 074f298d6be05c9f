// The keys of repairs of the weight SRAM, below `memory.mitigations`.
#pragma once

#include "sim/config/mitigations_config.hpp"

namespace brownout::config {

void read_spare_columns(const Mitigation& self, const Value& value, MemoryConfig& memory);
void read_spare_rows(const Mitigation& self, const Value& value, MemoryConfig& memory);
void read_protected_msbs(const Mitigation& self, const Value& value, MemoryConfig& memory);

}  // namespace brownout::config
