// Patterns of log lines: what a line gives, and which patterns are none.
#include "memory/files/line_pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

TEST(LinePattern, ValuesEndWhereTheTextBehindThemBegins) {
  const LinePattern pattern("FAIL VDD={voltage} ADDR={address:hex}");
  EXPECT_THAT(pattern.names(), ElementsAre("voltage", "address:hex"));
  EXPECT_THAT(pattern.match("FAIL VDD=0.85 ADDR=1f"), Optional(ElementsAre("0.85", "1f")));
  EXPECT_THAT(pattern.match("12:30 FAIL   VDD= 0.85\tADDR=1f, retry"),
              Optional(ElementsAre("0.85", "1f")));
  EXPECT_THAT(LinePattern("({row},{*},{column})").match("at (3, x y ,4) again"),
              Optional(ElementsAre("3", "4")));
  EXPECT_THAT(LinePattern("{voltage} V: {row}").match("0.8 V: 7"),
              Optional(ElementsAre("0.8", "7")));
}

TEST(LinePattern, LinesThatGoOnInAnotherWayAreToldFromOthers) {
  const LinePattern pattern("FAIL VDD={voltage} ADDR={address}");
  for (const char* line : {"FAIL VDD=0.85", "FAIL VDD= ADDR=1", "FAIL VDD=0.85 ADDR= "}) {
    EXPECT_TRUE(pattern.starts_in(line)) << line;
    EXPECT_FALSE(pattern.match(line).has_value()) << line;
  }
  for (const char* line : {"PASS VDD=0.85 ADDR=1", "FAIL count: 3", "FAILVDD=0.85 ADDR=1", ""}) {
    EXPECT_FALSE(pattern.starts_in(line)) << line;
  }
  EXPECT_TRUE(LinePattern("{row}").starts_in("anything"));
}

TEST(LinePattern, ALineIsReadOnceWhateverThePattern) {
  std::string text = "a";
  for (int i = 0; i < 40; ++i) text += "{n" + std::to_string(i) + "} a";
  const std::string line(100'000, 'a');
  EXPECT_FALSE(LinePattern(text).match(line).has_value());
}

TEST(LinePattern, PatternsThatSayNothingAreRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {"FAIL", "no place for a value"},
      {"", "no place for a value"},
      {"FAIL {*}", "no place for a value"},
      {"{voltage", "a brace without its other half"},
      {"voltage}", "a brace without its other half"},
      {"{a{b}", "a brace without its other half"},
      {"{a}{b}", "no text between two places"},
      {"{a} {a}", "a name stands there twice"},
      {"{a} {}", "{} has no name"},
      {std::string(501, ' ') + "{a}", "more than 500 characters"}};
  for (const auto& [text, says] : cases) {
    EXPECT_THAT(message_of([&, &pattern = text] { LinePattern{pattern}; }), HasSubstr(says))
        << text;
  }
}

}  // namespace
}  // namespace brownout::memory
