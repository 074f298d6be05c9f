#include "sim/energy/process_laws.hpp"

#include <numbers>
#include <stdexcept>

#include "memory/numbers/reproducible_math.hpp"

namespace brownout::energy {

double LeakageTemperature::factor() const {
  return memory::reproducible_exp((kelvin - reference_kelvin) / doubling_kelvin *
                                  std::numbers::ln2);
}

double ClockLaw::factor(double volts, double reference_volts) const {
  if (volts <= threshold_v || reference_volts <= threshold_v) {
    throw std::logic_error("a clock below the threshold voltage");
  }
  const double overdrive = (volts - threshold_v) / (reference_volts - threshold_v);
  return memory::reproducible_exp(alpha * memory::reproducible_log(overdrive)) * reference_volts /
         volts;
}

}  // namespace brownout::energy
