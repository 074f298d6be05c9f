// The CSV format of fault maps: what is read, what is refused and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "memory/files/fault_map_csv.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Lines 1 to 7; cells start on line 8.
const std::string kHeader =
    "# banks: 2\n# rows: 4\n# columns: 32\n# unit: V\n# lowest_measured: 0.5\n# source: die 7\n"
    "bank,row,column,vfail,kind\n";

SparseFaultMap read(const std::string& text) { return read_fault_map_csv(text, "map.csv"); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

const std::string kCells = "0,3,31,0.61,flip\n1,0,0,inf,stuck_at_0\n1,2,3,0.7,stuck_at_1\n";

TEST(FaultMapCsv, HeaderAndCellsAreRead) {
  const SparseFaultMap map = read(kHeader + kCells);
  EXPECT_EQ(map.geometry(), (SramGeometry{2, 4, 32}));
  EXPECT_EQ(map.header().unit, "V");
  EXPECT_EQ(map.header().lowest_measured, volts("0.5"));
  EXPECT_EQ(map.header().source, "die 7");
  const std::vector<Fault> expected = {{{0, 3, 31}, volts("0.61"), FaultKind::kFlip},
                                       {{1, 0, 0}, Voltage::infinite(), FaultKind::kStuckAt0},
                                       {{1, 2, 3}, volts("0.7"), FaultKind::kStuckAt1}};
  EXPECT_EQ(map.faults(), expected);
}

TEST(FaultMapCsv, WhatIsWrittenIsReadBackAndSorted) {
  const SparseFaultMap map =
      read(kHeader + "1,2,3,0.7,stuck_at_1\n0,3,31,0.61,flip\n" + "1,0,0,inf,stuck_at_0\n");
  std::ostringstream out;
  write_fault_map_csv(out, map);
  EXPECT_EQ(out.str(), replaced(kHeader, "bank,row", "# faults: 3\nbank,row") + kCells);
}

TEST(FaultMapCsv, ASourceThatCouldNotBeWrittenBackIsRefused) {
  EXPECT_EQ(message_of([] { read(replaced(kHeader, "die 7\n", "die 7\r\r\n") + kCells); }),
            "map.csv:6: source: \"die 7\r\" is not one line of text");
}

TEST(FaultMapCsv, AFileThatWasCutOffAtALineIsRefused) {
  const auto counted = [](const std::string& faults) {
    return replaced(kHeader, "bank,row", "# faults: " + faults + "\nbank,row");
  };
  EXPECT_EQ(read(counted("3") + kCells).faults().size(), 3u);
  const std::string cut = kCells.substr(0, kCells.find("1,2,3"));
  EXPECT_EQ(message_of([&] { read(counted("3") + cut); }),
            "map.csv:10: the file ends after 2 faults; `# faults:` says 3");
  EXPECT_THAT(message_of([&] { read(counted("1") + cut); }), HasSubstr("after 2 faults"));
  EXPECT_THAT(message_of([&] { read(counted("-1") + kCells); }),
              StartsWith("map.csv:7: faults: \"-1\" is not a whole number"));
}

TEST(FaultMapCsv, ChancesAndReadNoiseAreReadAndWritten) {
  const std::string text =
      replaced(replaced(kHeader, "kind\n", "kind,p\n"), "# source",
               "# sigma_read: 0.002\n# source") +
      "0,3,31,0.61,flip,0.1\n1,0,0,inf,stuck_at_0,1\n1,2,3,0.7,stuck_at_1,1e-09\n";
  const SparseFaultMap map = read(text);
  EXPECT_EQ(map.header().sigma_read, 0.002);
  EXPECT_EQ(map.faults()[0].p, 0.1);
  EXPECT_EQ(map.faults()[1].p, 1);
  EXPECT_EQ(map.faults()[2].p, 1e-9);
  std::ostringstream out;
  write_fault_map_csv(out, map);
  EXPECT_EQ(out.str(), replaced(text, "bank,row", "# faults: 3\nbank,row"));
}

TEST(FaultMapCsv, LargeMapsAreWrittenWhole) {
  std::vector<Fault> faults;
  for (std::uint32_t row = 0; row < 200; ++row) {
    for (std::uint32_t column = 0; column < 100; ++column) {
      faults.push_back({{0, row, column}, Voltage::from_micro(row), FaultKind::kFlip});
    }
  }
  const SparseFaultMap map({{1, 200, 100}, "Vmin", std::nullopt, ""}, faults);
  std::stringstream file;
  write_fault_map_csv(file, map);
  const SparseFaultMap back = read_fault_map_csv(file.str(), "file");
  EXPECT_EQ(back.faults(), faults);
  EXPECT_EQ(back.header().lowest_measured, std::nullopt);
  EXPECT_EQ(back.header().source, "");
}

TEST(FaultMapCsv, HarmlessVariationsAreTolerated) {
  const std::vector<Fault> expected = read(kHeader + kCells).faults();
  std::string crlf = kHeader + kCells;
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) {
    crlf.insert(at, 1, '\r');
  }
  EXPECT_EQ(read(crlf).faults(), expected);
  EXPECT_EQ(read(crlf).header().source, "die 7");
  EXPECT_EQ(read(replaced(kHeader, "# banks: 2", "#banks:2") + kCells).faults(), expected);
  EXPECT_EQ(read(replaced(kHeader, "# banks: 2", "#  banks : 2 ") + kCells).faults(), expected);
  EXPECT_EQ(read("\n" + kHeader + "\n" + kCells + "\n").faults(), expected);
  EXPECT_EQ(read((kHeader + kCells).substr(0, (kHeader + kCells).size() - 1)).faults(), expected);
  EXPECT_EQ(read(replaced(kHeader, "kind\n", "kind,p\n") + "0,3,31,0.61,flip,1\n" +
                 "1,0,0,inf,stuck_at_0,1.0\n1,2,3,0.7,stuck_at_1,1e0\n")
                .faults(),
            expected);
  EXPECT_TRUE(read(kHeader).faults().empty());
}

TEST(FaultMapCsv, ASourceMayHoldAnyText) {
  const SparseFaultMap map = read(replaced(kHeader, "die 7", "lot: 3, die \"7\" # 1"));
  EXPECT_EQ(map.source(), "lot: 3, die \"7\" # 1");
}

struct BadFile {
  std::string text;
  const char* message;
};

void expect_refused(const std::vector<BadFile>& files) {
  for (const BadFile& file : files) {
    EXPECT_EQ(message_of([&] { read(file.text); }), file.message) << file.text;
  }
}

TEST(FaultMapCsv, BadHeadersAreRefusedWithTheLine) {
  const auto header = [](const std::string& from, const std::string& to) {
    return replaced(kHeader, from, to);
  };
  expect_refused({
      {"", "map.csv:1: the file is empty"},
      {"# banks: 2\n",
       "map.csv:1: the file ends before the column names `bank,row,column,vfail,kind[,p]`"},
      {header("# banks: 2\n", ""), "map.csv:6: the header above has no `# banks:` line"},
      {header("# rows: 4\n", ""), "map.csv:6: the header above has no `# rows:` line"},
      {header("# columns: 32\n", ""), "map.csv:6: the header above has no `# columns:` line"},
      {header("# unit: V\n", ""), "map.csv:6: the header above has no `# unit:` line"},
      {header("# source: die 7\n", ""), "map.csv:6: the header above has no `# source:` line"},
      {header("banks: 2", "banks: 0"), "map.csv:1: banks: 0 is not in 1..4294967295"},
      {header("rows: 4", "rows: -4"), "map.csv:2: rows: \"-4\" is not a whole number"},
      {header("rows: 4", "rows:"), "map.csv:2: rows: \"\" is not a whole number"},
      {header("rows: 4", "rows: 4294967296"),
       "map.csv:2: rows: 4294967296 is not in 1..4294967295"},
      {replaced(header("banks: 2", "banks: 4294967295"), "rows: 4", "rows: 4294967295"),
       "map.csv:7: 4294967295 banks x 4294967295 rows x 32 columns are more than 8589934592 "
       "cells"},
      {header("# unit: V", "# unit: mV"), "map.csv:4: unit: \"mV\" is not V or Vmin"},
      {header("0.5", "0.5V"),
       "map.csv:5: lowest_measured: \"0.5V\" is not a voltage: a decimal such as 0.85 with at most "
       "six digits after the point and no unit, or inf"},
      {header("0.5", "inf"), "map.csv:5: lowest_measured: inf is not a voltage"},
      {header("# rows", "# row"),
       "map.csv:2: \"row\" is not a header key: banks, rows, columns, unit, lowest_measured, "
       "sigma_read, source, faults"},
      {header("# unit: V", "# unit: V\n# sigma_read: -0.001"),
       "map.csv:5: sigma_read: -0.001 is not in 0..1000"},
      {header("# unit: V", "# unit: V\n# sigma_read: 1e9"),
       "map.csv:5: sigma_read: 1e+09 is not in 0..1000"},
      {header("# unit: V", "# unit: V\n# sigma_read: 2 mV"),
       "map.csv:5: sigma_read: \"2 mV\" is not a number"},
      {header("# unit: V", "# sigma_read: 0.001\n# unit: V\n# sigma_read: 0.001"),
       "map.csv:6: sigma_read: appears twice"},
      {header("# unit: V\n", "# unit: V\n# unit: V\n"), "map.csv:5: unit: appears twice"},
      {header("# unit: V", "# measured by hand"),
       "map.csv:4: \"# measured by hand\" is not `# key: value`"},
      {header("bank,row,column", "bank,row,col"),
       "map.csv:7: \"bank,row,col,vfail,kind\" is neither a `# key: value` line nor the column "
       "names `bank,row,column,vfail,kind[,p]`"},
      {header("bank,row,column,vfail,kind\n", "0,0,0,0.6,flip\n"),
       "map.csv:7: \"0,0,0,0.6,flip\" is neither a `# key: value` line nor the column names "
       "`bank,row,column,vfail,kind[,p]`"},
  });
}

TEST(FaultMapCsv, BadCellsAreRefusedWithTheLine) {
  const auto second = [](const std::string& line) {
    return kHeader + "0,0,0,0.6,flip\n" + line + "\n1,0,0,0.6,flip\n";
  };
  const auto with_p = [](const std::string& line) {
    return replaced(kHeader, "kind\n", "kind,p\n") + line + "\n";
  };
  expect_refused({
      {second("0,1,2,0.6"), "map.csv:9: 4 fields instead of 5 (bank,row,column,vfail,kind)"},
      {second("0,1,2,0.6,flip,1"), "map.csv:9: 6 fields instead of 5 (bank,row,column,vfail,kind)"},
      {second("0,1,2,0.6,flip,1,1,1,1"),
       "map.csv:9: 9 fields instead of 5 (bank,row,column,vfail,kind)"},
      {second("junk"), "map.csv:9: 1 fields instead of 5 (bank,row,column,vfail,kind)"},
      {second("# rows: 4"), "map.csv:9: 1 fields instead of 5 (bank,row,column,vfail,kind)"},
      {second("2,1,2,0.6,flip"), "map.csv:9: bank: 2 is not in 0..1"},
      {second("0,4,2,0.6,flip"), "map.csv:9: row: 4 is not in 0..3"},
      {second("0,1,32,0.6,flip"), "map.csv:9: column: 32 is not in 0..31"},
      {second("0,1,99999999999999999999,0.6,flip"),
       "map.csv:9: column: \"99999999999999999999\" is not a whole number"},
      {second("0,-1,2,0.6,flip"), "map.csv:9: row: \"-1\" is not a whole number"},
      {second("0,1, 2,0.6,flip"), "map.csv:9: column: \" 2\" is not a whole number"},
      {second("0,1,2.0,0.6,flip"), "map.csv:9: column: \"2.0\" is not a whole number"},
      {second(",1,2,0.6,flip"), "map.csv:9: bank: \"\" is not a whole number"},
      {second("0,1,2,,flip"),
       "map.csv:9: vfail: \"\" is not a voltage: a decimal such as 0.85 with at most six digits "
       "after the point and no unit, or inf"},
      {second("0,1,2,nan,flip"),
       "map.csv:9: vfail: \"nan\" is not a voltage: a decimal such as 0.85 with at most six digits "
       "after the point and no unit, or inf"},
      {second("0,1,2,0.6,stuck"),
       "map.csv:9: kind: \"stuck\" is not stuck_at_0, stuck_at_1 or flip"},
      {second("0,1,2,0.6,"), "map.csv:9: kind: \"\" is not stuck_at_0, stuck_at_1 or flip"},
      {second("0,1,2,0.6,flip "),
       "map.csv:9: kind: \"flip \" is not stuck_at_0, stuck_at_1 or flip"},
      {second("0,0,0,0.7,stuck_at_0"),
       "map.csv:9: the cell at bank 0, row 0, column 0 stands in line 8 already"},
      {kHeader + "1,1,1,0.6,flip\n0,0,5,0.6,flip\n0,0,0,0.6,flip\n1,1,1,0.6,flip\n",
       "map.csv:11: the cell at bank 1, row 1, column 1 stands in line 8 already"},
      {with_p("0,0,0,0.6,flip,0"), "map.csv:8: p: \"0\" is not a number above 0 and at most 1"},
      {with_p("0,0,0,0.6,flip,-0.5"),
       "map.csv:8: p: \"-0.5\" is not a number above 0 and at most 1"},
      {with_p("0,0,0,0.6,flip,1.000001"),
       "map.csv:8: p: \"1.000001\" is not a number above 0 and at most 1"},
      {with_p("0,0,0,0.6,flip,nan"), "map.csv:8: p: \"nan\" is not a number above 0 and at most 1"},
      {with_p("0,0,0,0.6,flip,"), "map.csv:8: p: \"\" is not a number above 0 and at most 1"},
      {with_p("0,0,0,0.6,flip"), "map.csv:8: 5 fields instead of 6 (bank,row,column,vfail,kind,p)"},
      {kHeader + "0,0,0,0.6,stuck_at",
       "map.csv:8: kind: \"stuck_at\" is not stuck_at_0, stuck_at_1 or flip"},
  });
}

TEST(FaultMapCsv, FilesAreReadByPathAndNamedInErrors) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "brownout_fault_map_csv";
  std::filesystem::create_directories(directory);
  const auto path = directory / "die.csv";
  std::ofstream(path) << kHeader << kCells;
  EXPECT_EQ(read_fault_map_csv(path).faults().size(), 3u);
  std::ofstream(path, std::ios::app) << "0,0\n";
  EXPECT_THAT(message_of([&] { read_fault_map_csv(path); }),
              StartsWith(path.string() + ":11: 2 fields"));
  EXPECT_THAT(message_of([&] { read_fault_map_csv(directory); }), HasSubstr("a directory"));
  EXPECT_EQ(message_of([&] { read_fault_map_csv(directory / "none.csv"); }),
            (directory / "none.csv").string() + ": No such file or directory");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace brownout::memory
