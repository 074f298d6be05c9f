// The strict reader: one way to write each type, and file:line for everything else.
#include "sim/config/yaml_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/yaml_parser.hpp"
#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

template <typename T>
T read(const std::string& text) {
  const Value root = parse_yaml_text("\nkey: " + text, "f.yaml");
  T out{};
  MapReader(root, {"key"}).read_required("key", out);
  return out;
}

template <typename T>
std::string read_error(const std::string& text) {
  return error_of([&] { read<T>(text); });
}

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_yaml_text(text, "f.yaml"); });
}

TEST(YamlReader, ReadsEachTypeAsItIsWritten) {
  EXPECT_EQ(read<int>("-12"), -12);
  EXPECT_EQ(read<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(read<double>("500e6"), 500e6);
  EXPECT_EQ(read<float>("0.1"), 0.1F);
  EXPECT_EQ(read<bool>("true"), true);
  EXPECT_EQ(read<std::string>("\"5\""), "5");
  EXPECT_EQ(read<memory::Voltage>("0.85"), memory::Voltage::from_micro(850000));
  EXPECT_EQ(read<std::vector<float>>("[1, 2.5]"), (std::vector<float>{1, 2.5}));
}

TEST(YamlReader, NumbersAreReadWholeOrNotAtAll) {
  EXPECT_EQ(read_error<int>("\"5\""),
            "f.yaml:2: key: \"5\" is text in quotes, write an integer without them");
  EXPECT_EQ(read_error<double>("'0.5'"),
            "f.yaml:2: key: \"0.5\" is text in quotes, write a number without them");
  EXPECT_EQ(read_error<int>("5 apples"), "f.yaml:2: key: \"5 apples\" is not an integer");
  EXPECT_EQ(read_error<int>("5.0"), "f.yaml:2: key: \"5.0\" is not an integer");
  EXPECT_EQ(read_error<int>("0x10"), "f.yaml:2: key: \"0x10\" is not an integer");
  EXPECT_EQ(read_error<int>("3000000000"), "f.yaml:2: key: 3000000000 is out of range");
  EXPECT_EQ(read_error<std::uint64_t>("-1"),
            "f.yaml:2: key: \"-1\" is not an integer of 0 to 2^64 - 1");
  for (const char* text : {".nan", "nan", ".inf", "-inf", "1e999", "1,5", "1_000"}) {
    EXPECT_EQ(read_error<double>(text),
              "f.yaml:2: key: \"" + std::string(text) + "\" is not a finite number");
  }
  EXPECT_EQ(read_error<float>("1e300"), "f.yaml:2: key: 1e300 is out of range");
  EXPECT_EQ(read_error<bool>("yes"), "f.yaml:2: key: \"yes\" is not true or false");
}

TEST(YamlReader, VoltagesArePositiveDecimals) {
  EXPECT_EQ(read_error<memory::Voltage>("0"), "f.yaml:2: key: 0 is not above 0");
  EXPECT_THAT(read_error<memory::Voltage>("inf"),
              testing::StartsWith("f.yaml:2: key: \"inf\" is not a voltage"));
  EXPECT_THAT(read_error<memory::Voltage>("0.8V"),
              testing::StartsWith("f.yaml:2: key: \"0.8V\" is not a voltage"));
  EXPECT_THAT(read_error<memory::Voltage>("-0.8"), testing::HasSubstr("is not a voltage"));
}

TEST(YamlReader, WrongKindsAreNamed) {
  EXPECT_EQ(read_error<int>("[1]"), "f.yaml:2: key: must be an integer, is a list");
  EXPECT_EQ(read_error<double>(""), "f.yaml:2: key: must be a number, is nothing");
  EXPECT_EQ(read_error<std::string>("{a: 1}"), "f.yaml:2: key: must be text, is a map");
  EXPECT_EQ(read_error<std::string>("''"), "f.yaml:2: key: is empty");
  EXPECT_EQ(read_error<std::vector<float>>("1"),
            "f.yaml:2: key: must be a list, is a single value");
  EXPECT_EQ(read_error<std::vector<float>>("[1, x]"),
            "f.yaml:2: key[1]: \"x\" is not a finite number");
}

TEST(YamlReader, UnknownKeyNamesTheNearestKnownOne) {
  const Value root = parse_yaml_text("rows: 1\ncolumms: 2\n", "f.yaml");
  EXPECT_EQ(error_of([&] {
              MapReader(root, {"rows", "columns"});
            }),
            "f.yaml:2: columms: unknown key, did you mean columns?");
  EXPECT_EQ(error_of([&] {
              MapReader(root, {"rows", "depth"});
            }),
            "f.yaml:2: columms: unknown key; known are rows, depth");
}

TEST(YamlReader, MissingKeyIsNamed) {
  const Value root = parse_yaml_text("a:\n  b: 1\n", "f.yaml");
  EXPECT_EQ(error_of([&] {
              MapReader(*root.find("a"), {"b", "c"}).require("c");
            }),
            "f.yaml:1: a: the key c is missing");
}

TEST(YamlReader, KeyThatIsReadButNotDeclaredIsOurBug) {
  const Value root = parse_yaml_text("a: 1\n", "f.yaml");
  EXPECT_THROW(MapReader(root, {"a"}).find("b"), std::logic_error);
}

TEST(YamlParser, DuplicateKeysAreErrors) {
  EXPECT_EQ(parse_error("a:\n  b: 1\n  c: 2\n  b: 1\n"),
            "f.yaml:4: a.b: duplicate key, first given in line 2");
  EXPECT_EQ(parse_error("a: {b: 1, b: 2}"), "f.yaml:1: a.b: duplicate key, first given in line 1");
}

TEST(YamlParser, FilesThatAreNoMapAreErrors) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~"}) {
    EXPECT_EQ(parse_error(text), "f.yaml:1: the file is empty") << text;
  }
  EXPECT_EQ(parse_error("# list\n- 1\n"), "f.yaml:2: the file must be a map of keys and values");
  EXPECT_EQ(parse_error("word"), "f.yaml:1: the file must be a map of keys and values");
  EXPECT_THAT(parse_error("a: 1\n---\nb: 2\n"), testing::HasSubstr("a second YAML document"));
  EXPECT_EQ(parse_error("? [1, 2]\n: 3\n"), "f.yaml:1: a key is not a word");
}

TEST(YamlParser, MalformedTextIsOneLineWithItsPlace) {
  for (const char* text :
       {"a: 1\nb: [1, 2\n", "a: 1\nb: {c\n", "a: 1\n  b: 2\n", "a: 1\n\tb: 2\n",
        "a: 1\nb: \"open\n", "a: 1\nb: 'open", "a: 1\nb: *nowhere\n", "a: 1\nb: ]\n"}) {
    EXPECT_THAT(parse_error(text),
                testing::MatchesRegex("f\\.yaml:[23]: (b: )?not valid YAML: [^\n]+"))
        << text;
  }
  EXPECT_EQ(parse_error("a: 1\nb: \"open\nc: 3\n"),
            "f.yaml:2: b: not valid YAML: the quote is not closed");
}

TEST(YamlParser, BlockTextAtTheEndOfAFileIsReadAsItStands) {
  EXPECT_EQ(parse_yaml_text("a: |\n  one\n  two\n", "f.yaml").find("a")->text, "one\ntwo\n");
  EXPECT_EQ(parse_yaml_text("a: |\n  one\n  two", "f.yaml").find("a")->text, "one\ntwo\n");
  EXPECT_EQ(parse_yaml_text("a: plain", "f.yaml").find("a")->text, "plain");
}

TEST(YamlParser, AliasesWorkButMayNotContainThemselvesOrMultiply) {
  const Value root = parse_yaml_text("a: &x text\nb: *x\n", "f.yaml");
  EXPECT_EQ(root.find("b")->text, "text");
  EXPECT_THAT(parse_error("a: &x [*x]\n"), testing::HasSubstr("f.yaml:1:"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) laughs += ", " + before;
    laughs += "]\n";
  }
  EXPECT_THAT(parse_error(laughs), testing::HasSubstr("too many values"));
}

TEST(YamlParser, TagsAreErrors) {
  EXPECT_EQ(parse_error("a: !!int 5\n"),
            "f.yaml:1: a: the tag \"tag:yaml.org,2002:int\" is not supported");
}

TEST(YamlParser, BinaryAndTruncatedFilesAreErrorsNotCrashes) {
  EXPECT_NE(parse_error(std::string("\x89PNG\r\n\x1a\n\0\0", 10)), "");
  const std::string whole = energy_table_text();
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    const std::string error = error_of([&] { parse_yaml_text(whole.substr(0, size), "f.yaml"); });
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace brownout::config
