// Voltage lists in exact decimal steps.
#include "sim/config/voltage_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

std::string parsed(const std::string& text) {
  std::string result;
  for (const memory::Voltage voltage : parse_voltage_list(text)) {
    result += (result.empty() ? "" : " ") + voltage.text();
  }
  return result;
}

TEST(VoltageList, RangesStepExactlyInBothDirections) {
  EXPECT_EQ(parsed("1.00:0.75:0.05"), "1 0.95 0.9 0.85 0.8 0.75");
  EXPECT_EQ(parsed("0.75:1.00:0.05"), "0.75 0.8 0.85 0.9 0.95 1");
  EXPECT_EQ(parsed("0.1:0.7:0.1"), "0.1 0.2 0.3 0.4 0.5 0.6 0.7");  // floats would miss 0.7
}

TEST(VoltageList, EndIsIncludedOnlyWhenItIsHit) {
  EXPECT_EQ(parsed("1:0.8:0.15"), "1 0.85");
  EXPECT_EQ(parsed("0.9:0.9:0.1"), "0.9");
  EXPECT_EQ(parsed("0.9:0.8:5"), "0.9");
}

TEST(VoltageList, CommasJoinVoltagesAndRangesInTheirOrder) {
  EXPECT_EQ(parsed("0.8,1, 0.9"), "0.8 1 0.9");
  EXPECT_EQ(parsed("1.1,1.0:0.9:0.05,0.791667"), "1.1 1 0.95 0.9 0.791667");
}

TEST(VoltageList, AVoltageStandsThereOnce) {
  EXPECT_EQ(parsed("0.9,0.90"), "0.9");
  EXPECT_EQ(parsed("0.95,1:0.9:0.05,0.9"), "0.95 1 0.9");
}

TEST(VoltageList, TenThousandVoltagesAreTheMost) {
  EXPECT_EQ(parse_voltage_list("0.000001:0.01:0.000001").size(), 10000U);
  EXPECT_EQ(error_of([] { parse_voltage_list("0.000001:0.010001:0.000001"); }),
            "more than 10000 voltages");
}

TEST(VoltageList, BadListsSayWhy) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "\"\" is not a voltage"},
      {"0.9,", "\"\" is not a voltage"},
      {"0.9,,0.8", "\"\" is not a voltage"},
      {"fast", "\"fast\" is not a voltage"},
      {"1:0.9", "\"1:0.9\" is not a voltage or a range FROM:TO:STEP"},
      {"1:0.9:0.1:0.1", "is not a voltage or a range FROM:TO:STEP"},
      {"1:0.9:0", "\"0\" is not above 0"},
      {"1:0.9:-0.1", "\"-0.1\" is not a voltage"},
      {"inf", "\"inf\" is not a voltage"},
      {"0", "\"0\" is not above 0"},
      {"0.1234567", "at most six digits"},
      {"9223372036854:0.1:0.000001", "more than 10000 voltages"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(error_of([&text = text] { parse_voltage_list(text); }), testing::HasSubstr(message))
        << text;
  }
}

}  // namespace
}  // namespace brownout::config
