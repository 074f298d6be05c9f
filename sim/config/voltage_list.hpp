// Lists of voltages as text, for YAML and the command line.
#pragma once

#include <string_view>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

/// "0.9", "1.00:0.75:0.05" (from, to, step; exact decimal steps in either direction, ends included
/// when hit), or several of these with commas between. In the order given, each voltage once.
/// Throws InputError: no voltage, a step of 0, more than 10,000 voltages.
std::vector<memory::Voltage> parse_voltage_list(std::string_view text);

/// One text, or a list of voltages and ranges. Throws with the value's place.
std::vector<memory::Voltage> read_voltage_list(const Value& value);

}  // namespace brownout::config
