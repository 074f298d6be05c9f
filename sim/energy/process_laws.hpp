// What else follows from the process: leakage by temperature, the clock by the logic's supply.
#pragma once

namespace brownout::energy {

struct LeakageTemperature {
  double kelvin = 0;
  double reference_kelvin = 0;  ///< of the table's prices
  double doubling_kelvin = 0;   ///< that make leakage twice as large

  /// Of leakage power, to that at the reference.
  double factor() const;
};

/// The alpha-power law: a gate is as fast as (V - threshold)^alpha / V.
struct ClockLaw {
  double threshold_v = 0;
  double alpha = 0;

  /// Of the clock at `volts`, to that at `reference_volts`; both are above the threshold.
  double factor(double volts, double reference_volts) const;
};

}  // namespace brownout::energy
