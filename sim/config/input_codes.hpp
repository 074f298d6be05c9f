// The map `workload.input`: codes for a network whose file leaves its input in real numbers.
#pragma once

#include "models/input_codes.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

models::InputCodes read_input_codes(const Value& value);

}  // namespace brownout::config
