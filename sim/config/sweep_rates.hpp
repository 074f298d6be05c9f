// A sweep over bit error rates: which voltages it comes to.
#pragma once

#include <vector>

#include "sim/config/workload_config.hpp"

namespace brownout::config {

/// Replaces the voltages of `sweep` by those of bit error rates: of each the highest at which the
/// profile has it. Rates that fall on one voltage are one point. The error-free voltage joins them
/// where no rate is 0, so that there is a point without faults of the swept memory. Throws
/// InputError for a rate that the profile never reaches.
void set_rates(const std::vector<double>& rates, const memory::VoltageProfile& profile,
               SweepConfig& sweep);

/// The rate that a point of the sweep is for: of several the greatest, to which the profile's is
/// nearest; none where voltages were asked for, and at an error-free voltage that was added.
std::optional<double> rate_at(const SweepConfig& sweep, memory::Voltage voltage);

}  // namespace brownout::config
