// Voltages: decimal text to exact millionths and back.
#include "memory/voltage.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/base/input_error.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

TEST(Voltage, DecimalsAreReadExactly) {
  EXPECT_EQ(volts("0.85").micro(), 850'000);
  EXPECT_EQ(volts("1").micro(), 1'000'000);
  EXPECT_EQ(volts("1.000001").micro(), 1'000'001);
  EXPECT_EQ(volts("007.5").micro(), 7'500'000);
  EXPECT_EQ(volts("0").micro(), 0);
  EXPECT_EQ(volts("9223372036854.775806").micro(), Voltage::infinite().micro() - 1);
  EXPECT_TRUE(volts("inf").is_infinite());
}

TEST(Voltage, TextThatIsNoVoltageIsRefusedAndQuoted) {
  for (const char* text : {"",
                           ".",
                           "1.",
                           ".5",
                           "-0.5",
                           "+0.5",
                           " 1",
                           "1 ",
                           "0.1234567",
                           "1e-1",
                           "0,85",
                           "0.8.5",
                           "V",
                           "0.85V",
                           "nan",
                           "INF",
                           "infinity",
                           "-inf",
                           "9223372036854.775807",
                           "9223372036855",
                           "99999999999999999999"}) {
    const std::string message = message_of([&] { Voltage::parse(text); });
    EXPECT_NE(message.find('"' + std::string(text) + '"'), std::string::npos) << message;
  }
}

TEST(Voltage, TextIsTheShortest) {
  EXPECT_EQ(volts("0.850000").text(), "0.85");
  EXPECT_EQ(volts("1.0").text(), "1");
  EXPECT_EQ(volts("10").text(), "10");
  EXPECT_EQ(volts("0.000001").text(), "0.000001");
  EXPECT_EQ(volts("0.100010").text(), "0.10001");
  EXPECT_EQ(Voltage().text(), "0");
  EXPECT_EQ(Voltage::infinite().text(), "inf");
  EXPECT_EQ(Voltage::from_micro(-1'500'000).text(), "-1.5");
}

TEST(Voltage, TextIsReadBackAsTheSameVoltage) {
  EXPECT_EQ(volts(Voltage::infinite().text()), Voltage::infinite());
  for (std::int64_t micro = 0; micro < 3'000'000; micro += 7) {
    const Voltage voltage = Voltage::from_micro(micro);
    ASSERT_EQ(volts(voltage.text()), voltage) << voltage.text();
  }
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const auto micro = static_cast<std::int64_t>(keyed_hash(3, i) >> (1 + i % 60));
    ASSERT_EQ(volts(Voltage::from_micro(micro).text()).micro(), micro);
  }
}

TEST(Voltage, OfASupplyIsAFiniteDecimalWithoutAUnit) {
  EXPECT_EQ(Voltage::parse_finite("0.85"), volts("0.85"));
  for (const char* text : {"inf", "0.85V", "0.85 V", "850mV", "0.85Vmin", "8.5e-1", "-0.1", ""}) {
    try {
      (void)Voltage::parse_finite(text);
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(), "\"" + std::string(text) +
                                  "\" is not a voltage: a decimal such as 0.85 with at most six "
                                  "digits after the point and no unit");
    }
  }
}

TEST(Voltage, ADefectFailsAboveEveryVoltage) {
  EXPECT_LT(volts("9223372036854.775806"), Voltage::infinite());
  EXPECT_LT(volts("0.849999"), volts("0.85"));
}

TEST(Voltage, ValueIsTheNearestDouble) {
  EXPECT_EQ(volts("0.833333").value(), 0.833333);
  EXPECT_EQ(volts("0.1").value(), 0.1);
  EXPECT_TRUE(std::isinf(Voltage::infinite().value()));
}

}  // namespace
}  // namespace brownout::memory
