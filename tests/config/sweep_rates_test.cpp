// Bit error rates of a sweep as voltages of a profile with two rows.
#include "sim/config/sweep_rates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::config {
namespace {

using memory::Voltage;

Voltage volts(const char* text) { return Voltage::parse(text); }

// 1e-2 at 0.8, 1e-4 at 0.9: a decade in 0.05, and 1e-6 just below 1.
memory::VoltageProfile two_rows() {
  memory::VoltageProfileData data;
  data.name = "two-rows";
  data.error_free_voltage = volts("1");
  data.reference_voltage = volts("1");
  data.rows = {{volts("0.8"), 1e-2, {}, {}}, {volts("0.9"), 1e-4, {}, {}}};
  return memory::VoltageProfile(data);
}

SweepConfig sweep_of(const std::vector<double>& rates) {
  SweepConfig sweep;
  sweep.voltages = {volts("0.85")};
  set_rates(rates, two_rows(), sweep);
  return sweep;
}

TEST(SweepRates, EachHasItsVoltageAndTheErrorFreeOneJoinsThem) {
  const SweepConfig sweep = sweep_of({1e-2, 1e-4});
  EXPECT_THAT(sweep.voltages, testing::ElementsAre(volts("0.8"), volts("0.9"), volts("1")));
  EXPECT_EQ(rate_at(sweep, volts("0.8")), 1e-2);
  EXPECT_EQ(rate_at(sweep, volts("0.9")), 1e-4);
  EXPECT_EQ(rate_at(sweep, volts("1")), std::nullopt);
}

TEST(SweepRates, ARateOf0IsTheErrorFreeVoltage) {
  const SweepConfig sweep = sweep_of({0, 1e-2});
  EXPECT_THAT(sweep.voltages, testing::ElementsAre(volts("1"), volts("0.8")));
  EXPECT_EQ(rate_at(sweep, volts("1")), 0);
}

TEST(SweepRates, ThoseOfOneVoltageAreOnePointForTheGreatest) {
  const SweepConfig sweep = sweep_of({1e-9, 1e-7, 1e-8, 1e-7, 1e-2, 0.01});
  EXPECT_THAT(sweep.voltages, testing::ElementsAre(volts("0.999999"), volts("0.8"), volts("1")));
  EXPECT_EQ(rate_at(sweep, volts("0.999999")), 1e-7);
  EXPECT_THAT(sweep.rates.at(volts("0.999999")), testing::ElementsAre(1e-9, 1e-7, 1e-8));
  EXPECT_THAT(sweep.rates.at(volts("0.8")), testing::ElementsAre(1e-2));
}

TEST(SweepRates, ARateThatTheProfileNeverReachesIsRefused) {
  EXPECT_THROW(sweep_of({1e-3, 0.02}), InputError);
}

TEST(SweepRates, VoltagesThatWereAskedForHaveNone) {
  SweepConfig sweep;
  sweep.voltages = {volts("0.8")};
  EXPECT_EQ(rate_at(sweep, volts("0.8")), std::nullopt);
}

}  // namespace
}  // namespace brownout::config
