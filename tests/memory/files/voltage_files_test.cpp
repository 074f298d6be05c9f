// Which files a pattern or a list names.
#include "memory/files/voltage_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

class VoltageFiles : public testing::Test {
 protected:
  VoltageFiles() {
    directory_.write("bram_0.53.txt", "low");
    directory_.write("bram_0.6.txt", "high");
    directory_.write("530mV", "low");
    directory_.write("600mV", "high");
    directory_.write("notes.txt", "");
    directory_.write("v_0.5", "");
    directory_.write("v_0.50", "");
    directory_.write("w_low", "");
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void expect_both(const std::string& text) {
    const std::vector<VoltageText> files = read_voltage_files(text);
    ASSERT_EQ(files.size(), 2);
    EXPECT_EQ(files[0].voltage, volts("0.6"));
    EXPECT_EQ(files[0].text, "high");
    EXPECT_EQ(files[1].voltage, volts("0.53"));
    EXPECT_EQ(files[1].text, "low");
  }
  TemporaryDirectory directory_{"voltage_files"};
};

TEST_F(VoltageFiles, PatternsAndListsAreReadByFallingVoltage) {
  expect_both(path("bram_{V}.txt"));
  expect_both(path("{mV}mV"));
  expect_both("0.53=" + path("530mV") + ",0.6=" + path("bram_0.6.txt"));
}

TEST_F(VoltageFiles, OtherNamesAreNotMeant) {
  EXPECT_TRUE(names_voltage_files("a/b_{V}.txt"));
  EXPECT_TRUE(names_voltage_files("0.6=a"));
  EXPECT_FALSE(names_voltage_files("a/b.txt"));
  EXPECT_FALSE(names_voltage_files("a_{V}/b.txt"));
}

TEST_F(VoltageFiles, BadNamesAreRefused) {
  const auto complaint = [](const std::string& text) {
    return message_of([&] { read_voltage_files(text); });
  };
  EXPECT_THAT(complaint(path("x_{V}")), HasSubstr("x_{V}: no file has such a name"));
  EXPECT_THAT(complaint("no/such/{V}"), HasSubstr("no/such: no such directory"));
  EXPECT_THAT(complaint(path("v_{V}")), HasSubstr("has the same voltage"));
  EXPECT_THAT(complaint(path("w_{V}")), HasSubstr("w_low: \"low\" is not a voltage"));
  EXPECT_THAT(complaint(path("v_{mV}")), HasSubstr("is not a voltage in thousandths"));
  EXPECT_THAT(complaint("0.6=" + path("none")), HasSubstr("none: No such file"));
  EXPECT_THAT(complaint("0.6=a,b"), HasSubstr("\"b\" is not VOLTAGE=FILE"));
  EXPECT_THAT(complaint("inf=a"), HasSubstr("\"inf\" is not a voltage"));
}

}  // namespace
}  // namespace brownout::memory
