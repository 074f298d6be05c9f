// Reads the keys of a section into the values that they declare (sim/hardware/key.hpp).
#pragma once

#include <vector>

#include "sim/config/yaml_value.hpp"
#include "sim/hardware/key.hpp"

namespace brownout::config {

/// Reads what the map gives; the rest keeps its value. Throws for a key that is not among `keys`,
/// one that is missing though required, and a value outside its limits.
void read_keys(const Value& map, const std::vector<hardware::Key>& keys);

}  // namespace brownout::config
