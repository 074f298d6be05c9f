// One report in its three forms.
#include "sim/cli/table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::cli {
namespace {

Report example() {
  return {.facts = {{{"workload", "workload"}, "mnist"},
                    {{"energy_j", "energy", "J", Style::kQuantity}, 3.659e-7},
                    {{"unit", ""}, "Vmin"},
                    {{"map", "map"}, {}}},
          .table = {.key = "layers",
                    .columns = {{"layer", "layer", ""},
                                {"cycles", "total", "cycles"},
                                {"changed", "changed", "", Style::kPercent},
                                {"energy_j", "energy", "J", Style::kQuantity},
                                {"seed", ""}},
                    .rows = {{"conv1", std::int64_t{778}, 0.1053, 7.6e-8, std::uint64_t{1}},
                             {"a,\"b\"", std::int64_t{12}, {}, 1.5e-10, std::uint64_t{2}}}}};
}

TEST(Table, TextShowsTitlesUnitsAndCommonPrefixes) {
  EXPECT_EQ(render(example(), Format::kTable),
            "workload  mnist\n"
            "energy    365.9 nJ\n"
            "map       -\n"
            "\n"
            "layer   total  changed  energy\n"
            "       cycles        %      nJ\n"
            "conv1     778    10.53   76.00\n"
            "a,\"b\"      12        -    0.15\n");
}

TEST(Table, TextEndsWithTheTotalsAndFilesDoNot) {
  Report report = example();
  const std::string csv = render(report, Format::kCsv), json = render(report, Format::kJson);
  Table& table = report.table;
  table.total = {"total", table.sum(1), {}, table.sum(3), {}};
  EXPECT_EQ(table.sum(1), Cell(std::int64_t{790}));
  EXPECT_EQ(table.sum(3), Cell(7.6e-8 + 1.5e-10));
  const std::string text = render(report, Format::kTable);
  EXPECT_TRUE(
      text.ends_with("a,\"b\"      12        -    0.15\n"
                     "total     790            76.15\n"))
      << text;
  EXPECT_EQ(render(report, Format::kCsv), csv);
  EXPECT_EQ(render(report, Format::kJson), json);
}

TEST(Table, ColumnsOfAUnitShareThePrefixOfTheSmallestThatIsNotZero) {
  const auto column = [](const char* title, const char* unit) {
    return Column{title, title, unit, Style::kQuantity};
  };
  const Table table{.key = "parts",
                    .columns = {column("all", "J"), column("part", "J"), column("none", "J"),
                                column("time", "s")},
                    .rows = {{2.5e-6, 3.21e-8, 0.0, 2e-6}, {1e-7, 5e-10, 0.0, 1e-7}}};
  EXPECT_EQ(render({.facts = {}, .table = table}, Format::kTable),
            "   all   part   none   time\n"
            "    nJ     nJ     nJ     us\n"
            "2500.0  32.10  0.000  2.000\n"
            " 100.0   0.50  0.000  0.100\n");
}

TEST(Table, FurtherTablesStandBeforeTheDetailAndNotInCsv) {
  const auto table = [](const std::string& key) {
    return Table{.key = key, .columns = {{key, key}}, .rows = {{std::string("of ") + key}}};
  };
  Report report{.facts = {}, .table = table("a")};
  report.others = {table("b"), {}, table("c")};
  EXPECT_EQ(render(report, Format::kCsv), "a\nof a\n");
  report.detail = table("d");
  EXPECT_EQ(render(report, Format::kTable), "a\n\nof a\n\nb\n\nof b\n\nc\n\nof c\n\nd\n\nof d\n");
  const std::string json = render(report, Format::kJson);
  for (const char* key : {"\"a\"", "\"b\"", "\"c\"", "\"d\""}) {
    EXPECT_NE(json.find(key), std::string::npos) << json;
  }
  EXPECT_EQ(render(report, Format::kCsv), "d\nof d\n");
}

TEST(Table, CsvHoldsRawValuesUnderKeysAndQuotesNames) {
  EXPECT_EQ(render(example(), Format::kCsv),
            "layer,cycles,changed,energy_j,seed\n"
            "conv1,778,0.1053,7.6e-08,1\n"
            "\"a,\"\"b\"\"\",12,,1.5e-10,2\n");
}

TEST(Table, CsvOfFactsAloneIsOneRow) {
  Report report = example();
  report.table = {};
  EXPECT_EQ(render(report, Format::kCsv), "workload,energy_j,unit,map\nmnist,3.659e-07,Vmin,\n");
}

TEST(Table, JsonHoldsFactsAndRows) {
  Report report = example();
  report.table.rows.pop_back();
  EXPECT_EQ(render(report, Format::kJson),
            "{\n"
            "  \"workload\": \"mnist\",\n"
            "  \"energy_j\": 3.659e-07,\n"
            "  \"unit\": \"Vmin\",\n"
            "  \"map\": null,\n"
            "  \"layers\": [\n"
            "    {\n"
            "      \"layer\": \"conv1\",\n"
            "      \"cycles\": 778,\n"
            "      \"changed\": 0.1053,\n"
            "      \"energy_j\": 7.6e-08,\n"
            "      \"seed\": 1\n"
            "    }\n"
            "  ]\n"
            "}\n");
}

std::string shown(Cell value, Style style, const std::string& unit = "") {
  return render({.facts = {{{"key", "x", unit, style}, std::move(value)}}, .table = {}},
                Format::kTable);
}

TEST(Table, NumbersOfEachStyle) {
  EXPECT_EQ(shown(0.85, Style::kPlain, "V"), "x  0.85 V\n");
  EXPECT_EQ(shown(0.0012345, Style::kRate), "x  0.00123\n");
  EXPECT_EQ(shown(0.98431, Style::kRatio), "x  0.9843\n");
  EXPECT_EQ(shown(1.0, Style::kPercent), "x  100.00 %\n");
  EXPECT_EQ(shown(1.304e-5, Style::kQuantity, "s"), "x  13.04 us\n");
  EXPECT_EQ(shown(999.96e-9, Style::kQuantity, "s"), "x  1000.0 ns\n");
  EXPECT_EQ(shown(2.5, Style::kQuantity, "s"), "x  2.500 s\n");
  EXPECT_EQ(shown(0.0, Style::kQuantity, "s"), "x  0.000 s\n");
  EXPECT_EQ(shown(1e-20, Style::kQuantity, "s"), "x  0.000 fs\n");
  EXPECT_EQ(shown(std::numeric_limits<std::uint64_t>::max(), Style::kPlain),
            "x  18446744073709551615\n");
}

TEST(Table, WhatIsNotZeroDoesNotLookLikeZero) {
  EXPECT_EQ(shown(2.3e-6, Style::kPercent), "x  0.00023 %\n");
  EXPECT_EQ(shown(0.0, Style::kPercent), "x  0.00 %\n");
}

TEST(Table, ZeroHasNoSignAndNoRoundingError) {
  EXPECT_EQ(shown(-2.8e-17, Style::kPercent), "x  0.00 %\n");
  EXPECT_EQ(shown(-0.0, Style::kPercent), "x  0.00 %\n");
  EXPECT_EQ(shown(-0.0, Style::kPlain), "x  0\n");
  EXPECT_EQ(shown(-1e-6, Style::kRatio), "x  0.0000\n");
  EXPECT_EQ(shown(-0.25, Style::kRatio), "x  -0.2500\n");
  EXPECT_EQ(shown(-0.0123, Style::kPercent), "x  -1.23 %\n");
}

TEST(Table, NumbersThatAreNoneStayVisible) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(shown(nan, Style::kRatio), "x  nan\n");
  EXPECT_EQ(shown(std::numeric_limits<double>::infinity(), Style::kQuantity, "J"), "x  inf J\n");
  EXPECT_EQ(render({.facts = {{{"x", "x"}, nan}}, .table = {}}, Format::kJson),
            "{\n  \"x\": null\n}\n");
}

TEST(Table, NamesCannotSteerATerminalOrBreakJson) {
  EXPECT_EQ(shown("a\x1b[31m\nb", Style::kPlain), "x  a\\x1b[31m b\n");
  EXPECT_EQ(render({.facts = {{{"x", "x"}, "\xff"}}, .table = {}}, Format::kJson),
            "{\n  \"x\": \"\xEF\xBF\xBD\"\n}\n");
}

Table ranked() {
  return {.key = "t",
          .columns = {{"a", "aaaa"},
                      {"b", "bbbb", "", Style::kPlain, 1},
                      {"c", "cccc", "", Style::kPlain, 2},
                      {"d", "dddd", "", Style::kPlain, 1},
                      {"e", "eeee"}},
          .rows = {{1.0, 2.0, 3.0, 4.0, 5.0}}};
}

TEST(Table, WhatIsTooWideLosesTheHighestRanksFromTheRight) {
  const auto header = [](std::size_t width) {
    const std::string text = render({.facts = {}, .table = ranked()}, {Format::kTable, width});
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(header(28), "aaaa  bbbb  cccc  dddd  eeee");
  EXPECT_EQ(header(27), "aaaa  bbbb  dddd  eeee");
  EXPECT_EQ(header(21), "aaaa  bbbb  eeee");
  EXPECT_EQ(header(15), "aaaa  eeee");
  EXPECT_EQ(header(1), "aaaa  eeee");  // what is of rank 0 stays
}

TEST(Table, SaysWhatIsLeftOutInLinesThatFit) {
  EXPECT_EQ(render({.facts = {}, .table = ranked()}, {Format::kTable, 21}),
            "aaaa  bbbb  eeee\n\n   1     2     5\nleft out: cccc, dddd;\n--wide shows all\n");
}

TEST(Table, FilesHoldAllColumns) {
  EXPECT_EQ(render({.facts = {}, .table = ranked()}, {Format::kCsv, 1}), "a,b,c,d,e\n1,2,3,4,5\n");
}

TEST(Table, AlignsCharactersNotBytes) {
  const Report report{.facts = {},
                      .table = {.key = "t",
                                .columns = {{"n", "n"}, {"v", "v"}},
                                .rows = {{"\xC3\xBC", std::int64_t{1}}, {"u", std::int64_t{2}}}}};
  EXPECT_EQ(render(report, Format::kTable), "n  v\n\n\xC3\xBC  1\nu  2\n");
}

TEST(Table, ADetailFollowsTheTableAndTakesItsPlaceInCsv) {
  const Report report{
      .facts = {{{"f", "fact"}, std::string("x")}},
      .table = {.key = "layers", .columns = {{"a", "a"}}, .rows = {{std::int64_t{1}}}},
      .detail = {.key = "cells", .columns = {{"b", "b"}}, .rows = {{std::int64_t{2}}}}};
  EXPECT_EQ(render(report, Format::kTable), "fact  x\n\na\n\n1\n\nb\n\n2\n");
  EXPECT_EQ(render(report, Format::kCsv), "b\n2\n");
  const std::string json = render(report, Format::kJson);
  EXPECT_LT(json.find("layers"), json.find("cells"));
  Report uneven = report;
  uneven.detail.rows.push_back({});
  EXPECT_THROW(render(uneven, Format::kCsv), std::logic_error);
}

TEST(Table, ARowOfAnotherLengthIsOurBug) {
  Report report = example();
  report.table.rows.front().pop_back();
  EXPECT_THROW(render(report, Format::kCsv), std::logic_error);
}

TEST(Table, UnknownFormatListsTheFormats) {
  EXPECT_EQ(parse_format("json"), Format::kJson);
  try {
    parse_format("xml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "\"xml\" is not one of table, csv, json");
  }
}

// What GCC 12 makes of a list of aggregates within aggregates ends here in a double free.
TEST(Table, AListOfFactsMayThrow) {
  const auto long_text = [] { return std::string(100, 'x'); };
  const auto thrown = []() -> std::string { throw std::runtime_error("no value"); };
  EXPECT_THROW((std::vector<Fact>{{{"a", "b"}, long_text()},
                                  {{long_text() + "_key", long_text(), long_text()}, thrown()}}),
               std::runtime_error);
}

}  // namespace
}  // namespace brownout::cli
