#include "sim/config/sweep_rates.hpp"

#include <algorithm>

namespace brownout::config {

void set_rates(const std::vector<double>& rates, const memory::VoltageProfile& profile,
               SweepConfig& sweep) {
  sweep.voltages.clear();
  sweep.rates.clear();
  for (const double rate : rates) {
    const memory::Voltage voltage = profile.voltage_for_ber(rate);
    std::vector<double>& there = sweep.rates[voltage];
    if (there.empty()) sweep.voltages.push_back(voltage);
    if (std::find(there.begin(), there.end(), rate) == there.end()) there.push_back(rate);
  }
  const memory::Voltage error_free = profile.data().error_free_voltage;
  if (!sweep.rates.contains(error_free)) sweep.voltages.push_back(error_free);
}

std::optional<double> rate_at(const SweepConfig& sweep, memory::Voltage voltage) {
  const auto found = sweep.rates.find(voltage);
  if (found == sweep.rates.end()) return {};
  return *std::max_element(found->second.begin(), found->second.end());
}

}  // namespace brownout::config
