// Rates of measured maps: what is counted, and what a profile cannot hold.
#include "memory/maps/measured_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/voltage_profile.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

// One row of 1000 cells, of which one fails first at each of `vfails`.
SparseFaultMap die(const std::vector<const char*>& vfails, const std::string& unit = "V") {
  std::vector<Fault> faults;
  for (const char* vfail : vfails) {
    faults.push_back(
        {{0, 0, static_cast<std::uint32_t>(faults.size())}, volts(vfail), FaultKind::kFlip});
  }
  return {{{1, 1, 1000}, unit, volts("0.5"), "die"}, std::move(faults)};
}

std::vector<Voltage> list(const std::vector<const char*>& texts) {
  std::vector<Voltage> voltages;
  for (const char* text : texts) voltages.push_back(volts(text));
  return voltages;
}

TEST(MeasuredProfile, CellsOfAllDiesAreCountedByVoltage) {
  const std::vector<SparseFaultMap> dies = {die({"0.6", "0.5", "0.5", "inf"}), die({"0.5"})};
  const MeasuredProfile profile = measured_profile(dies, list({"0.5", "0.7", "0.6", "0.65"}), {});
  EXPECT_EQ(profile.dies, 2u);
  EXPECT_EQ(profile.cells, 2000u);
  EXPECT_EQ(profile.defects, 1u);
  EXPECT_EQ(profile.error_free, volts("0.65"));
  ASSERT_EQ(profile.rates.size(), 2u);
  EXPECT_EQ(profile.rates[0].voltage, volts("0.6"));
  EXPECT_EQ(profile.rates[0].failing, 1u);
  EXPECT_EQ(profile.rates[0].fewest, 0u);
  EXPECT_EQ(profile.rates[0].most, 1u);
  EXPECT_EQ(profile.rates[1].failing, 4u);
  EXPECT_EQ(profile.rates[1].fewest, 1u);
  EXPECT_EQ(profile.rates[1].ber, 4.0 / 2000);
}

TEST(MeasuredProfile, OfEqualCountsAProfileHoldsOne) {
  const auto rows = [](const std::vector<const char*>& vfails,
                       const std::vector<const char*>& voltages) {
    std::string text;
    for (const MeasuredRate& rate :
         measured_profile({die(vfails)}, list(voltages), volts("0.9")).rates) {
      text += rate.is_row ? '1' : '0';
    }
    return text;
  };
  EXPECT_EQ(rows({"0.8", "0.6"}, {"0.8", "0.7", "0.6"}), "101");           // the higher stays
  EXPECT_EQ(rows({"0.8", "0.7"}, {"0.8", "0.7", "0.65", "0.6"}), "1001");  // but for the last
  EXPECT_EQ(rows({"0.8", "0.7", "0.6"}, {"0.8", "0.7", "0.6"}), "111");
}

TEST(MeasuredProfile, TheRowsAreAValidProfile) {
  const MeasuredProfile profile = measured_profile(
      {die({"0.8", "0.7", "0.6"})}, list({"0.8", "0.75", "0.7", "0.6", "0.55"}), volts("0.85"));
  VoltageProfileData data;
  data.name = data.source = "test";
  data.error_free_voltage = data.reference_voltage = profile.error_free;
  for (const MeasuredRate& rate : profile.rates) {
    if (rate.is_row) data.rows.push_back({rate.voltage, rate.ber, {}, {}});
  }
  const VoltageProfile read(data);
  EXPECT_EQ(read.ber(volts("0.8")), 1e-3);
  EXPECT_EQ(read.ber(volts("0.55")), 3e-3);
  EXPECT_GE(read.ber(volts("0.75")), 1e-3);  // left out, and not lower than it was
}

TEST(MeasuredProfile, WhatWouldBeUntrueIsRefused) {
  const auto complaint = [](const std::vector<SparseFaultMap>& dies,
                            const std::vector<const char*>& voltages,
                            std::optional<Voltage> error_free) {
    return message_of([&] { measured_profile(dies, list(voltages), error_free); });
  };
  const SparseFaultMap one = die({"0.6", "0.5"});
  EXPECT_THAT(complaint({one}, {"0.6", "0.5"}, {}), HasSubstr("they fail up to 0.6 V"));
  EXPECT_THAT(complaint({one}, {"0.5"}, volts("0.6")), HasSubstr("they fail up to 0.6 V"));
  EXPECT_THAT(complaint({one}, {"0.4"}, volts("0.7")), HasSubstr("below the lowest measured"));
  EXPECT_THAT(complaint({one}, {"0.5"}, volts("0.7")), HasSubstr("two voltages"));
  EXPECT_THAT(complaint({one, die({"0.5"}, "Vmin")}, {"0.5"}, volts("0.7")),
              HasSubstr("maps of several units: V and Vmin"));
}

}  // namespace
}  // namespace brownout::memory
