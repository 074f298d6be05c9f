// Profiles: interpolation, inversion, energy, and what is refused.
#include "memory/voltage_profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "memory/base/input_error.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

Voltage micro_above(Voltage voltage, std::int64_t micro) {
  return Voltage::from_micro(voltage.micro() + micro);
}

TEST(VoltageProfile, HitsItsRowsExactly) {
  const VoltageProfile profile(profile_data_14nm());
  for (const ProfileRow& row : profile_data_14nm().rows) {
    EXPECT_EQ(profile.ber(row.voltage), row.ber) << row.voltage.text();
  }
  EXPECT_EQ(profile.lowest(), volts("0.75"));
}

TEST(VoltageProfile, IsLogLinearBetweenRows) {
  const VoltageProfile profile(profile_data_14nm());
  // Half way between 0.833333 and 0.875 (rounded down by half a step), and a tenth of the way.
  const double middle = std::sqrt(0.01115 * 0.00129);
  EXPECT_NEAR(profile.ber(volts("0.854166")) / middle, 1, 1e-4);
  const double share = (0.755 - 0.75) / (0.791667 - 0.75);
  const double expected = std::pow(0.2056, 1 - share) * std::pow(0.05573, share);
  EXPECT_NEAR(profile.ber(volts("0.755")) / expected, 1, 1e-12);
}

TEST(VoltageProfile, KeepsTheSlopeOfTheHighestRowsUpToTheErrorFreeVoltage) {
  const VoltageProfile profile(profile_data_14nm());
  const double slope = std::log(2.0 / 72.0) / (0.958333 - 0.916667);
  for (const char* voltage : {"0.96", "0.98", "0.999999"}) {
    const double expected = 0x2p-20 * std::exp(slope * (volts(voltage).value() - 0.958333));
    EXPECT_NEAR(profile.ber(volts(voltage)) / expected, 1, 1e-11) << voltage;
  }
  EXPECT_EQ(profile.ber(volts("1")), 0);
  EXPECT_EQ(profile.ber(volts("1.2")), 0);
  EXPECT_EQ(profile.ber(Voltage::infinite()), 0);
}

TEST(VoltageProfile, BerNeverRisesWithTheVoltage) {
  const VoltageProfile profile(profile_data_14nm());
  double before = profile.ber(profile.lowest());
  for (Voltage v = profile.lowest(); v <= volts("1.0"); v = micro_above(v, 1)) {
    const double now = profile.ber(v);
    ASSERT_LE(now, before) << v.text();
    before = now;
  }
}

// Rates that differ in the last places only: there the roundings of exp and log are all there is.
TEST(VoltageProfile, BerNeverRisesWithTheVoltageOnNearlyFlatSegments) {
  for (const double ber : {0.3, 1e-3, 1e-9}) {
    for (const int units : {1, 2, 1000}) {
      VoltageProfileData data = profile_data_14nm();
      double higher = ber;
      for (int i = 0; i < units; ++i) higher = std::nextafter(higher, 1.0);
      data.rows = {{volts("0.8"), higher, {}, {}}, {volts("0.81"), ber, {}, {}}};
      data.error_free_voltage = volts("0.82");
      const VoltageProfile profile(data);
      double before = 1;
      for (Voltage v = volts("0.8"); v < volts("0.82"); v = micro_above(v, 1)) {
        const double now = profile.ber(v);
        ASSERT_LE(now, before) << v.text();
        before = now;
      }
      EXPECT_GT(before, 0);
    }
  }
}

TEST(VoltageProfile, VoltageForBerIsTheHighestThatReachesIt) {
  const VoltageProfile profile(profile_data_14nm());
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double random = std::ldexp(static_cast<double>(keyed_hash(1, i) >> 11), -53);
    const double ber = 0.2056 * std::pow(10.0, -6 * random);
    const Voltage voltage = profile.voltage_for_ber(ber);
    ASSERT_GE(profile.ber(voltage), ber);
    ASSERT_LT(profile.ber(micro_above(voltage, 1)), ber);
  }
}

TEST(VoltageProfile, VoltageForTheBerOfARowIsTheRows) {
  const VoltageProfile profile(profile_data_14nm());
  for (const ProfileRow& row : profile_data_14nm().rows) {
    EXPECT_EQ(profile.voltage_for_ber(row.ber), row.voltage);
  }
}

TEST(VoltageProfile, VoltageForExtremeBers) {
  const VoltageProfile profile(profile_data_14nm());
  EXPECT_EQ(profile.voltage_for_ber(0), volts("1"));
  EXPECT_EQ(profile.voltage_for_ber(1e-200), volts("0.999999"));
  EXPECT_EQ(message_of([&] { (void)profile.voltage_for_ber(0.21); }),
            "the profile sram-14nm never reaches a bit error rate of 0.21: at its lowest voltage, "
            "0.75 Vmin, it is 0.2056");
  for (const double ber : {-0.1, 1.5, std::nan("")}) {
    EXPECT_THROW((void)profile.voltage_for_ber(ber), InputError) << ber;
  }
}

TEST(VoltageProfile, LeastBerIsThatOfTheVoltageJustBelowTheErrorFreeOne) {
  const VoltageProfile profile(profile_data_14nm());
  EXPECT_EQ(profile.least_ber(), profile.ber(volts("0.999999")));
  EXPECT_GT(profile.least_ber(), 0);
  VoltageProfileData ideal = profile_data_14nm();
  ideal.rows = {{volts("0.5"), 0, {}, {}}};
  EXPECT_EQ(VoltageProfile(ideal).least_ber(), 0);
}

TEST(VoltageProfile, BelowTheLowestRowIsAnErrorThatNamesTheRange) {
  const VoltageProfile profile(profile_data_14nm());
  const std::string expected =
      "voltage 0.749999 is below the range of the profile sram-14nm, 0.75 to 1 Vmin";
  const Voltage low = volts("0.749999");
  EXPECT_EQ(message_of([&] { profile.require_covered(low); }), expected);
  EXPECT_EQ(message_of([&] { (void)profile.ber(low); }), expected);
  EXPECT_EQ(message_of([&] { (void)profile.access_energy_factor(low); }), expected);
  EXPECT_EQ(message_of([&] { (void)profile.leakage_factor(low); }), expected);
  EXPECT_NO_THROW(profile.require_covered(volts("0.75")));
}

TEST(VoltageProfile, AboveAMultipleOfTheReferenceIsAnErrorToo) {
  VoltageProfileData data = profile_data_14nm();
  data.reference_voltage = volts("0.8");
  const VoltageProfile profile(data);
  EXPECT_EQ(profile.highest().micro(), kMostOverReference * 800'000);
  EXPECT_NO_THROW((void)profile.access_energy_factor(volts("1.6")));
  const std::string expected =
      "voltage 1.600001 is above 1.6 Vmin, 2 x the reference voltage of the profile sram-14nm";
  const Voltage high = volts("1.600001");
  EXPECT_EQ(message_of([&] { profile.require_covered(high); }), expected);
  EXPECT_EQ(message_of([&] { (void)profile.access_energy_factor(high); }), expected);
  EXPECT_EQ(message_of([&] { (void)profile.leakage_factor(high); }), expected);
  EXPECT_EQ(profile.ber(high), 0);  // a map's defects are those at an infinite voltage
}

TEST(VoltageProfile, ItsErrorFreeVoltageIsOneThatASupplyMayHave) {
  VoltageProfileData data = profile_data_14nm();
  data.reference_voltage = volts("0.5");
  EXPECT_NO_THROW(VoltageProfile{data});
  data.reference_voltage = volts("0.499999");
  EXPECT_EQ(message_of([&] { VoltageProfile{data}; }),
            "error_free_voltage: 1 is above 0.999998, 2 x the reference voltage");
  data.reference_voltage = Voltage::from_micro(std::numeric_limits<std::int64_t>::max() - 1);
  EXPECT_EQ(message_of([&] { VoltageProfile{data}; }).find("reference_voltage: 9223"), 0U);
}

TEST(VoltageProfile, WithoutColumnsEnergyIsQuadraticAndLeakageLinear) {
  VoltageProfileData data = profile_data_14nm();
  data.reference_voltage = volts("0.8");
  const VoltageProfile profile(data);
  EXPECT_DOUBLE_EQ(profile.access_energy_factor(volts("1.2")), 2.25);
  EXPECT_DOUBLE_EQ(profile.access_energy_factor(volts("0.76")), 0.9025);
  EXPECT_EQ(profile.access_energy_factor(volts("0.8")), 1);
  EXPECT_DOUBLE_EQ(profile.leakage_factor(volts("1.2")), 1.5);
  EXPECT_DOUBLE_EQ(profile.leakage_factor(volts("0.76")), 0.95);
}

TEST(VoltageProfile, ColumnsAreLinearBetweenRowsAndTheReferenceVoltage) {
  VoltageProfileData data;
  data.name = "columns";
  data.error_free_voltage = volts("0.9");
  data.reference_voltage = volts("1.0");
  data.rows = {{volts("0.6"), 0.1, 0.3, 0.2}, {volts("0.8"), 0.01, 0.5, 0.6}};
  const VoltageProfile profile(data);
  EXPECT_EQ(profile.access_energy_factor(volts("0.6")), 0.3);
  EXPECT_EQ(profile.access_energy_factor(volts("0.8")), 0.5);
  EXPECT_DOUBLE_EQ(profile.access_energy_factor(volts("0.65")), 0.35);
  EXPECT_DOUBLE_EQ(profile.access_energy_factor(volts("0.9")), 0.75);
  EXPECT_EQ(profile.access_energy_factor(volts("1")), 1);
  EXPECT_DOUBLE_EQ(profile.access_energy_factor(volts("1.1")), 1.21);
  EXPECT_DOUBLE_EQ(profile.leakage_factor(volts("0.75")), 0.5);
  EXPECT_DOUBLE_EQ(profile.leakage_factor(volts("0.95")), 0.9);
  EXPECT_DOUBLE_EQ(profile.leakage_factor(volts("1.1")), 1.1);
}

TEST(VoltageProfile, ColumnsMayHaveTheirReferenceInside) {
  VoltageProfileData data = profile_data_14nm();
  data.reference_voltage = volts("0.7");  // below all rows
  data.rows = {{volts("0.8"), 0.1, 1.2, {}}, {volts("0.9"), 0.01, 1.5, {}}};
  EXPECT_DOUBLE_EQ(VoltageProfile(data).access_energy_factor(volts("0.85")), 1.35);
  EXPECT_DOUBLE_EQ(VoltageProfile(data).access_energy_factor(volts("1.35")), 3.375);
  data.reference_voltage = volts("0.8");
  data.rows[0].access_energy = 1;
  EXPECT_DOUBLE_EQ(VoltageProfile(data).access_energy_factor(volts("0.85")), 1.25);
}

TEST(VoltageProfile, RowsMayComeInAnyOrder) {
  VoltageProfileData reversed = profile_data_14nm();
  std::reverse(reversed.rows.begin(), reversed.rows.end());
  std::swap(reversed.rows[2], reversed.rows[5]);
  const VoltageProfile a(profile_data_14nm()), b(reversed);
  for (const char* voltage : {"0.76", "0.83", "0.9", "0.97"}) {
    EXPECT_EQ(a.ber(volts(voltage)), b.ber(volts(voltage)));
  }
}

TEST(VoltageProfile, ImpossibleOnesAreRefusedByField) {
  struct Case {
    std::function<void(VoltageProfileData&)> spoil;
    const char* message;
  };
  using Data = VoltageProfileData;
  const Case cases[] = {
      {[](Data& d) { d.rows.resize(1); },
       "rows: a profile needs at least two, to interpolate between"},
      {[](Data& d) { d.rows[3].voltage = d.rows[2].voltage; },
       "rows: voltage 0.833333 appears twice"},
      {[](Data& d) { d.rows[3].ber = 0.02; },
       "rows: ber 0.01115 at 0.833333 is not above 0.02 at 0.875: it must rise as the voltage "
       "falls"},
      {[](Data& d) { d.rows[3].ber = d.rows[2].ber; },
       "rows: ber 0.01115 at 0.833333 is not above 0.01115 at 0.875: it must rise as the voltage "
       "falls"},
      {[](Data& d) { d.rows.clear(); },
       "rows: a profile needs at least two, to interpolate between"},
      {[](Data& d) { d.rows.back().ber = 0; },
       "rows: ber 0 at 0.958333 is not above 0 and below 1"},
      {[](Data& d) { d.rows[0].ber = 1; }, "rows: ber 1 at 0.75 is not above 0 and below 1"},
      {[](Data& d) { d.rows[0].ber = std::nan(""); },
       "rows: ber nan at 0.75 is not above 0 and below 1"},
      {[](Data& d) { d.rows[0].voltage = volts("0"); },
       "rows: voltage: 0 is not a positive voltage"},
      {[](Data& d) { d.rows.back().voltage = volts("1"); },
       "rows: voltage 1 is not below the error-free voltage 1"},
      {[](Data& d) { d.rows[2].access_energy = 0.5; },
       "rows: no access_energy at 0.958333, though other rows have one"},
      {[](Data& d) {
         for (auto& row : d.rows) row.leakage = 0;
       },
       "rows: leakage 0 at 0.958333 is not a positive number"},
      {[](Data& d) {
         for (auto& row : d.rows) row.access_energy = 0.5;
         d.reference_voltage = volts("0.875");
       },
       "rows: access_energy 0.5 at 0.875 must be 1: that is the reference voltage"},
      {[](Data& d) { d.error_free_voltage = Voltage::infinite(); },
       "error_free_voltage: inf is not a positive voltage"},
      {[](Data& d) { d.reference_voltage = Voltage(); },
       "reference_voltage: 0 is not a positive voltage"},
      {[](Data& d) { d.nominal_voltage = Voltage(); },
       "nominal_voltage: 0 is not a positive voltage"},
      {[](Data& d) { d.vmin_volts = -0.5; }, "vmin_volts: -0.5 is not a positive voltage"},
  };
  for (const Case& one : cases) {
    VoltageProfileData data = profile_data_14nm();
    one.spoil(data);
    EXPECT_EQ(message_of([&] { VoltageProfile profile(data); }), one.message);
  }
}

TEST(VoltageProfile, UnitsHaveTheNamesOfTheFiles) {
  EXPECT_EQ(to_string(VoltageUnit::kVolts), "V");
  EXPECT_EQ(to_string(VoltageUnit::kVmin), "Vmin");
}

}  // namespace
}  // namespace brownout::memory
