// Shifted voltages and other units.
#include "memory/maps/rescale_fault_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

SparseFaultMap chip() {
  return {{{1, 1, 3}, "V", volts("0.53"), "board"},
          {{{0, 0, 0}, volts("0.59"), FaultKind::kStuckAt0},
           {{0, 0, 1}, volts("0.53"), FaultKind::kFlip},
           {{0, 0, 2}, Voltage::infinite(), FaultKind::kStuckAt1}}};
}

TEST(RescaleFaultMap, AShiftMovesEveryVoltageButDefects) {
  const SparseFaultMap up = shifted(chip(), parse_voltage_shift("0.25"));
  EXPECT_EQ(up.header().lowest_measured, volts("0.78"));
  EXPECT_EQ(up.faults()[0], (Fault{{0, 0, 0}, volts("0.84"), FaultKind::kStuckAt0}));
  EXPECT_EQ(up.faults()[1].vfail, volts("0.78"));
  EXPECT_TRUE(up.faults()[2].vfail.is_infinite());
  EXPECT_EQ(up.source(), "board; shifted by +0.25 V");
  const SparseFaultMap down = shifted(chip(), parse_voltage_shift("-0.1"));
  EXPECT_EQ(down.header().lowest_measured, volts("0.43"));
  EXPECT_EQ(down.source(), "board; shifted by -0.1 V");
  EXPECT_EQ(shifted(up, parse_voltage_shift("-0.25")).faults(), chip().faults());
}

TEST(RescaleFaultMap, ShiftsThatLeaveNoVoltageAreRefused) {
  EXPECT_THAT(message_of([] { shifted(chip(), parse_voltage_shift("-0.53")); }),
              HasSubstr("a shift by -0.53 leaves nothing of the fault map's 0.53 V"));
  for (const char* text : {"", "x", "--1", "1e3", "inf", "0.1234567", "99999999"}) {
    EXPECT_THROW(parse_voltage_shift(text), InputError) << text;
  }
  EXPECT_EQ(parse_voltage_shift("+0.5"), 500'000);
}

TEST(RescaleFaultMap, UnitsAreMultiplesOfVmin) {
  const SparseFaultMap relative = in_other_unit(chip(), volts("0.6"));
  EXPECT_EQ(relative.header().unit, "Vmin");
  EXPECT_EQ(relative.faults()[0].vfail, volts("0.983333"));
  EXPECT_EQ(relative.header().lowest_measured, volts("0.883333"));
  EXPECT_EQ(relative.faults()[1].vfail, volts("0.883333"));  // still fails where it was measured
  EXPECT_TRUE(relative.faults()[2].vfail.is_infinite());
  EXPECT_EQ(relative.source(), "board; from V, with a Vmin of 0.6 V");
  const SparseFaultMap back = in_other_unit(relative, volts("0.6"));
  EXPECT_EQ(back.header().unit, "V");
  EXPECT_EQ(back.faults(), chip().faults());
  FaultMapHeader noisy = chip().header();
  noisy.sigma_read = 0.003;
  const SparseFaultMap relative_noise = in_other_unit({noisy, {}}, volts("0.6"));
  EXPECT_DOUBLE_EQ(relative_noise.header().sigma_read, 0.005);
  EXPECT_DOUBLE_EQ(in_other_unit(relative_noise, volts("0.6")).header().sigma_read, 0.003);
  EXPECT_THROW(in_other_unit(chip(), Voltage()), InputError);
  EXPECT_THROW(in_other_unit(chip(), Voltage::infinite()), InputError);
}

}  // namespace
}  // namespace brownout::memory
