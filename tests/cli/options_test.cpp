// Command lines read against a description: values, and the complaints about them.
#include "sim/cli/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "memory/base/input_error.hpp"

namespace brownout::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CommandSpec spec() {
  return {.name = "run",
          .summary = "",
          .purpose = "",
          .example = "",
          .positional = "FILE",
          .options = {{"images", "N", ""},
                      {"voltage", "V", ""},
                      {"ber", "P", ""},
                      {"format", "F", ""},
                      {"set", "KEY=VALUE", "", true},
                      {"quiet", "", ""},
                      {"help", "", ""},
                      {"version", "", ""}}};
}

Arguments parse(const std::vector<std::string>& words) { return {spec(), words}; }

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string complaint_about(const std::vector<std::string>& words) {
  return complaint([&] { parse(words); });
}

TEST(Options, SortsWordsIntoOptions) {
  const Arguments arguments = parse(
      {"--images", "10", "w.yaml", "--voltage=0.85", "--set", "a.b=1", "--set", "c=2", "--quiet"});
  EXPECT_EQ(arguments.positional(), "w.yaml");
  EXPECT_EQ(arguments.count("images", 1, 100), 10);
  EXPECT_EQ(arguments.voltage("voltage"), memory::Voltage::parse("0.85"));
  EXPECT_THAT(arguments.all("set"), ElementsAre("a.b=1", "c=2"));
  EXPECT_TRUE(arguments.has("quiet"));
  EXPECT_FALSE(arguments.has("help"));
  EXPECT_EQ(arguments.number("ber", 0, 1), std::nullopt);
}

TEST(Options, UnknownOptionsNameTheNearest) {
  EXPECT_EQ(complaint_about({"w", "--image", "3"}),
            "unknown option \"--image\", did you mean --images?");
  EXPECT_EQ(complaint_about({"w", "--zzzzzzzz"}),
            "unknown option \"--zzzzzzzz\"; brownout run --help lists all");
  EXPECT_THAT(complaint_about({"w", "-q"}),
              HasSubstr("unknown option \"-q\", did you mean --quiet?"));
}

TEST(Options, AbbreviationsAreUnknown) {
  EXPECT_EQ(complaint_about({"w", "--volt", "1"}),
            "unknown option \"--volt\", did you mean --voltage?");
}

TEST(Options, MissingAndSuperfluousParts) {
  EXPECT_EQ(complaint_about({}), "FILE is missing; usage: brownout run FILE [options]");
  EXPECT_EQ(complaint_about({"a", "b"}),
            "unexpected argument \"b\"; usage: brownout run FILE [options]");
  EXPECT_EQ(complaint_about({"w", "--images"}), "--images: the value is missing");
  EXPECT_EQ(complaint_about({"w", "--images="}), "--images: the value is missing");
  EXPECT_EQ(complaint_about({"w", "--quiet=yes"}), "--quiet: takes no value");
  EXPECT_EQ(complaint_about({"w", "--images", "1", "--images", "2"}), "--images: is given twice");
  EXPECT_EQ(complaint_about({"w", "--quiet", "--quiet"}), "--quiet: is given twice");
  EXPECT_EQ(complaint([] { parse({"w"}).required("voltage"); }), "--voltage: is required");
}

TEST(Options, SeveralArgumentsWhereTheCommandTakesThem) {
  CommandSpec several = spec();
  several.positional = "DIR...";
  const Arguments arguments(several, {"a", "--quiet", "b"});
  EXPECT_THAT(arguments.positionals(), ElementsAre("a", "b"));
  EXPECT_EQ(arguments.positional(), "a");
  EXPECT_EQ(complaint([&] { Arguments(several, {}); }),
            "DIR... is missing; usage: brownout run DIR... [options]");
}

TEST(Options, HelpNeedsNoArgument) { EXPECT_TRUE(parse({"--help"}).has("help")); }

TEST(Options, WholeNumbersInRange) {
  for (const char* text : {"0", "101", "10x", "1.5", "-1", " 3", "1e2", "99999999999999999999"}) {
    EXPECT_EQ(complaint([&] {
                parse({"w", "--images", text}).count("images", 1, 100);
              }),
              "--images: \"" + std::string(text) + "\" is not a whole number in 1..100");
  }
  EXPECT_EQ(complaint([] {
              parse({"w", "--images", ""}).count("images", 1, 100);
            }),
            "--images: the value is empty");
}

TEST(Options, NumbersInRange) {
  EXPECT_EQ(parse({"w", "--ber", "1e-3"}).number("ber", 0, 1), 1e-3);
  for (const char* text : {"nan", "inf", "2", "-0.1", "0.1y"}) {
    EXPECT_EQ(complaint([&] {
                parse({"w", "--ber", text}).number("ber", 0, 1);
              }),
              "--ber: \"" + std::string(text) + "\" is not a number in 0..1");
  }
}

TEST(Options, Voltages) {
  EXPECT_EQ(parse({"w", "--voltage", "1:0.8:0.1,0.75"}).voltages("voltage")->size(), 4);
  EXPECT_EQ(complaint([] {
              parse({"w", "--voltage", "1,0.9"}).voltage("voltage");
            }),
            "--voltage: one voltage is wanted, not a list");
  EXPECT_THAT(complaint([] {
                parse({"w", "--voltage", "0.8V"}).voltage("voltage");
              }),
              HasSubstr("--voltage: \"0.8V\" is not a voltage"));
}

TEST(Options, Choices) {
  EXPECT_EQ(parse({"w", "--format", "csv"}).choice("format", {"table", "csv"}), "csv");
  EXPECT_EQ(complaint([] {
              parse({"w", "--format", "x"}).choice("format", {"table", "csv"});
            }),
            "--format: \"x\" is not one of table, csv");
}

TEST(Options, Exclusions) {
  EXPECT_EQ(complaint([] {
              parse({"w", "--ber", "0", "--voltage", "1"}).exclude("voltage", "ber");
            }),
            "--voltage and --ber exclude each other");
  parse({"w", "--ber", "0"}).exclude("voltage", "ber");
}

}  // namespace
}  // namespace brownout::cli
