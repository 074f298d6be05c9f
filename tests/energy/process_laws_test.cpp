#include "sim/energy/process_laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace brownout::energy {
namespace {

TEST(LeakageTemperature, DoublesEverySoManyKelvin) {
  LeakageTemperature law{.kelvin = 350, .reference_kelvin = 350, .doubling_kelvin = 25};
  EXPECT_EQ(law.factor(), 1);
  law.kelvin = 300;
  EXPECT_NEAR(law.factor(), 0.25, 1e-15);
  law.kelvin = 360;
  EXPECT_NEAR(law.factor(), std::pow(2, 0.4), 1e-14);
}

TEST(ClockLaw, IsTheAlphaPowerLaw) {
  const ClockLaw law{.threshold_v = 0.35, .alpha = 1.3};
  EXPECT_EQ(law.factor(0.9, 0.9), 1);
  const auto speed = [](double volts) { return std::pow(volts - 0.35, 1.3) / volts; };
  for (const double volts : {0.5, 0.7, 1.1}) {
    EXPECT_NEAR(law.factor(volts, 0.9), speed(volts) / speed(0.9), 1e-14);
  }
  EXPECT_THROW(law.factor(0.35, 0.9), std::logic_error);
}

}  // namespace
}  // namespace brownout::energy
