// A fault map at other voltages, or in another unit. Never done unasked, and always told in the
// source of the result.
#pragma once

#include <cstdint>
#include <string_view>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// A signed decimal such as "0.25" or "-0.1", in millionths. Throws InputError.
std::int64_t parse_voltage_shift(std::string_view text);

/// Every vfail (but a defect's) and the lowest measured voltage plus `shift_micro`: what the chip
/// would do if all its cells were that much weaker, which no measurement shows. Throws
/// InputError when a voltage would be 0 or below.
SparseFaultMap shifted(const SparseFaultMap& source, std::int64_t shift_micro);

/// A map in V becomes one in Vmin, where Vmin is `vmin` volts, and the other way around; voltages
/// are rounded to the nearest millionth. Throws InputError when `vmin` is not above 0.
SparseFaultMap in_other_unit(const SparseFaultMap& source, Voltage vmin);

}  // namespace brownout::memory
