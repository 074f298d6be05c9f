// The chance of a failure under read noise.
#include "memory/read_noise.hpp"

#include <cmath>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/numbers/normal_distribution.hpp"

namespace brownout::memory {
namespace {

constexpr double kMicro = 1e6;       // of the voltage grid
constexpr double kMostSigma = 1000;  // far beyond any supply

// kReadNoiseSigmas on the voltage grid, rounded up.
std::int64_t reach(double sigma_read) {
  return static_cast<std::int64_t>(std::ceil(kReadNoiseSigmas * (sigma_read * kMicro)));
}

}  // namespace

void check_sigma_read(double sigma_read) {
  if (sigma_read >= 0 && sigma_read <= kMostSigma) return;
  throw InputError("sigma_read", format_double(sigma_read) + " is not in 0..1000");
}

double failure_chance(const Fault& fault, Voltage voltage, double sigma_read) {
  if (fault.vfail.is_infinite()) return fault.p;
  if (sigma_read == 0 || voltage.is_infinite()) return voltage <= fault.vfail ? fault.p : 0;
  const auto above = static_cast<double>(fault.vfail.micro() - voltage.micro());
  const double x = above / (sigma_read * kMicro);
  if (x <= -kReadNoiseSigmas) return 0;
  if (x >= kReadNoiseSigmas) return fault.p;
  return fault.p * reproducible_normal_cdf(x);
}

Voltage never_failing_below(Voltage voltage, double sigma_read) {
  if (voltage.is_infinite()) return voltage;
  return Voltage::from_micro(voltage.micro() - reach(sigma_read));
}

Voltage surely_failing(Voltage voltage, double sigma_read) {
  if (voltage.is_infinite()) return voltage;
  return Voltage::from_micro(voltage.micro() + reach(sigma_read));
}

}  // namespace brownout::memory
