// Tables of failing cells as testers write them.
#include "memory/files/fault_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FaultTableFormat format() { return {.banks = 2, .rows = 8, .columns = 4, .source = "tester"}; }

FaultTable read(const std::string& text, const FaultTableFormat& as = format()) {
  return read_fault_tables({{{}, "t", text}}, as);
}

FaultTableFormat with_pattern(const LinePattern& pattern) {
  FaultTableFormat as = format();
  as.pattern = &pattern;
  return as;
}

const std::vector<Fault> kFaults = {{{0, 3, 1}, volts("0.53"), FaultKind::kStuckAt0},
                                    {{1, 7, 2}, volts("0.6"), FaultKind::kStuckAt1}};

TEST(FaultTable, TitlesOrderUnitsAndSeparatorsDiffer) {
  const char* const texts[] = {
      "bank,row,col,vfail_mv,stuck\n0,3,1,530,0\n1,7,2,600,1\n",
      "VFAIL (V) ; Kind ; Col ; Row ; Block\r\n0.530;SA0;1;3;0\r\n0.6;SA1;2;7;1\r\n",
      "bank\trow\tcolumn\tv_fail_uV\tfault\n0\t3\t1\t530000\t1->0\n1\t7\t2\t600000.0\t0to1\n",
      ("# a comment\n// another\nrow  col bank   vfail_mv  type\n\n3 1 0 5.3e2 stuck-at-0\n"
       "  7   2   1   600  stuck_at_1\n"),
      "\"bank\",\"row\",\"col\",\"vfail_mv\",\"stuck\"\n\"0\",3,1,\"530\",\"0\"\n1,0x7,2,600,1\n"};
  for (const char* text : texts) {
    const FaultTable table = read(text);
    EXPECT_EQ(table.test.map.faults(), kFaults) << text;
    EXPECT_EQ(table.test.map.header().unit, "V");
    EXPECT_EQ(table.test.map.header().lowest_measured, volts("0.53"));
    EXPECT_THAT(table.test.voltages, IsEmpty());
    EXPECT_FALSE(table.of_words);
  }
}

TEST(FaultTable, WhatWasUnderstoodAndWhatIsNotUsedIsTold) {
  const FaultTable table = read("bank,row,col,vfail_mv,stuck,x,bitline\n0,3,1,530,0,9,9\n");
  EXPECT_EQ(table.test.note,
            "column = col, vfail = vfail_mv (mV), kind = stuck; not used: x, bitline");
  EXPECT_EQ(table.test.map.source(), "tester; " + table.test.note);
}

TEST(FaultTable, ColumnsMayBeTold) {
  FaultTableFormat as = format();
  as.column_names = "row=R,column=C,vfail=V:mV,bank=K:hex,kind=sa";
  EXPECT_EQ(read("C,R,V,K,sa,row\n1,3,530,0,0,9\n2,7,600,1,1,9\n", as).test.map.faults(), kFaults);
  const std::pair<const char*, const char*> cases[] = {
      {"row=Q", "t:1: no column \"Q\""},
      {"row=R:inch", "t:1: \"inch\" is not V, mV, uV, hex or dec"},
      {"row=R:mV", "t:1: row is not in mV"},
      {"vfail=V:hex", "t:1: vfail is not in hexadecimal"},
      {"line=R", "t:1: \"line\" is no column of ours"},
      {"row", "t:1: \"row\" is not COLUMN=TITLE"},
      {"row=R,row=C", "t:1: column row is told twice"}};
  for (const auto& [names, says] : cases) {
    as.column_names = names;
    EXPECT_THAT(message_of([&] { read("C,R,V,K,sa\n", as); }), HasSubstr(says)) << names;
  }
}

TEST(FaultTable, HeaderLinesOfOurOwnCsvCount) {
  const std::string header = "# banks: 2\n# rows: 8\n# columns: 4\n# unit: Vmin\n# lot: 7\n";
  const FaultTable table =
      read(header + "# lowest_measured: 0.5\nbank,row,col,vfail,kind\n0,3,1,0.53,flip\n",
           {.source = "x"});
  EXPECT_EQ(table.test.map.geometry(), (SramGeometry{2, 8, 4}));
  EXPECT_EQ(table.test.map.header().unit, "Vmin");
  EXPECT_EQ(table.test.map.header().lowest_measured, volts("0.5"));
  EXPECT_THAT(message_of([&] { read("# rows: x\nbank,row,col,vfail,kind\n"); }),
              HasSubstr("t:1: rows: \"x\" is not a whole number"));
}

TEST(FaultTable, FailuresAtVoltagesAreATest) {
  FaultTableFormat as = format();
  as.tested = {volts("0.7"), volts("0.6"), volts("0.5")};
  const FaultTable table =
      read("vdd_mv,bank,row,col,kind\n600,0,1,1,0\n500,0,1,1,1\n600,0,2,2,1\n", as);
  EXPECT_THAT(table.test.map.faults(),
              ElementsAre(Fault{{0, 1, 1}, volts("0.6"), FaultKind::kFlip},
                          Fault{{0, 2, 2}, volts("0.6"), FaultKind::kStuckAt1}));
  EXPECT_THAT(table.test.failing, ElementsAre(0, 2, 1));
  EXPECT_EQ(table.test.nesting_violations, 1);
  EXPECT_EQ(table.test.map.header().lowest_measured, volts("0.5"));
  as.tested = {volts("0.5")};
  EXPECT_THAT(message_of([&] { read("vdd_mv,bank,row,col,kind\n600,0,1,1,0\n", as); }),
              HasSubstr("t:2: 0.6 is not among the tested voltages"));
}

TEST(FaultTable, FilesOfAVoltageEachAreATest) {
  FaultTableFormat as = format();
  as.unit = "Vmin";
  as.kind = FaultKind::kFlip;
  const FaultTable table = read_fault_tables(
      {{volts("0.9"), "a", "bank,row,col\n"}, {volts("0.8"), "b", "bank,row,col\n1,2,3\n"}}, as);
  EXPECT_THAT(table.test.failing, ElementsAre(0, 1));
  EXPECT_THAT(table.test.map.faults(),
              ElementsAre(Fault{{1, 2, 3}, volts("0.8"), FaultKind::kFlip}));
  EXPECT_THAT(message_of([&] {
                read_fault_tables(
                    {{volts("0.9"), "a", "bank,row,col\n"}, {volts("0.8"), "b", "row,col\n2,3\n"}},
                    as);
              }),
              HasSubstr("b:1: other columns than in the first file"));
}

TEST(FaultTable, AddressesAndBitsAreWords) {
  FaultTableFormat as{.words = 64, .word_bits = 16, .unit = "V", .source = "x"};
  const FaultTable table = read("addr,bit,vfail,kind\n0x1F,15,0.6,flip\n10,0,0.5,flip\n", as);
  EXPECT_TRUE(table.of_words);
  EXPECT_EQ(table.test.map.geometry(), (SramGeometry{1, 64, 16}));
  EXPECT_THAT(table.test.map.faults(),
              ElementsAre(Fault{{0, 10, 0}, volts("0.5"), FaultKind::kFlip},
                          Fault{{0, 31, 15}, volts("0.6"), FaultKind::kFlip}));
}

TEST(FaultTable, ALogOfBitsTellsTheKindByWhatWasRead) {
  const LinePattern pattern(
      "FAIL VDD={voltage:mV} B={bank} R={row} C={column} EXP={exp} GOT={got}");
  const FaultTable table = read(
      "head\nFAIL VDD=600 B=0 R=3 C=1 EXP=1 GOT=0\nFAIL VDD=600 B=1 R=7 C=2 EXP=0 GOT=1\n"
      "FAIL VDD=600 B=1 R=0 C=0 EXP=0 GOT=0\n",
      with_pattern(pattern));
  EXPECT_THAT(table.test.map.faults(),
              ElementsAre(Fault{{0, 3, 1}, volts("0.6"), FaultKind::kStuckAt0}, kFaults[1]));
  EXPECT_THAT(table.test.note, HasSubstr("3 of 4 lines are of the pattern"));
}

TEST(FaultTable, WhatIsWrongIsNamedWithLineAndColumn) {
  const std::string names = "bank,row,col,vfail_mv,stuck\n";
  const std::pair<std::string, const char*> cases[] = {
      {"", "t:1: the column names are missing"},
      {"bank,row,vfail,kind\n", "t:1: column column is missing"},
      {"bank,row,col,kind\n", "t:1: no column vfail or voltage"},
      {"bank,row,col,vfail,voltage,kind\n", "t:1: vfail, voltage and a voltage of the file"},
      {"bank,row,col,vfail\n", "t:1: column kind is missing"},
      {"bank,row,col,Col,vfail,kind\n", "t:1: column Col stands twice"},
      {names + "0,1,2,530\n", "t:2: 4 fields instead of 5"},
      {names + "\n0,1,x,530,0\n", "t:3: col: \"x\" is not a number below"},
      {names + "0,1,-1,530,0\n", "t:2: col: \"-1\" is not"},
      {names + "0,1,2,high,0\n", "t:2: vfail_mv: \"high\" is not a voltage in 0..100000"},
      {names + "0,1,2,530,2\n", "t:2: stuck: \"2\" is not 0, 1, sa0"},
      {names + "0,8,2,530,0\n", "t:2: bank 0, row 8, column 2 is outside of 2 banks"},
      {names + "0,1,2,530,0\n0,1,2,540,0\n", "t:3: the cell at bank 0, row 1, column 2 stands"},
      {"bank,row,col,vfail,kind\n0,1,2,530,0\n",
       "\"530\" is not a voltage in 0..100; of millivolts say vfail=vfail:mV"},
      {"bank,row,col,vfail,kind,p\n0,1,2,0.5,0,2\n", "t:2: p: \"2\" is not a number above 0"},
      {"bank,row,col,vfail,kind\n0,1,2,0.5,0\n", "says the unit, V or Vmin"},
      {"bank,row,col,vdd_mv,kind\n", "t: no line, so the voltages of the test are not known"},
      {"row,col,vfail_mv,kind\n0,1,500,0\n", "t: no column bank, of 2 banks"}};
  for (const auto& [text, says] : cases) {
    EXPECT_THAT(message_of([&, &bad = text] { read(bad); }), HasSubstr(says)) << text;
  }
  FaultTableFormat open = format();
  open.rows = {};
  open.banks = {};
  EXPECT_THAT(message_of([&] { read(names + "1,7,2,530,0\n", open); }),
              HasSubstr("says banks, rows; the largest found are bank 1, row 7, column 2"));
  FaultTableFormat other = format();
  other.unit = "Vmin";
  EXPECT_THAT(message_of([&] { read(names + "1,7,2,530,0\n", other); }),
              HasSubstr("the columns say V, the unit is Vmin"));
}

}  // namespace
}  // namespace brownout::memory
