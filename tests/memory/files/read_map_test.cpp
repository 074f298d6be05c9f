// The one entry: which format a file is, which options it takes, what is read. The readers have
// tests of their own.
#include "memory/files/read_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/maps/map_statistics.hpp"
#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"
#include "tests/support/measured_board.hpp"

namespace brownout::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReadMap : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  MapImport cells() const {
    MapImport import;
    import.set("banks", std::uint64_t{1});
    import.set("rows", std::uint64_t{2});
    import.set("columns", std::uint64_t{16});
    return import;
  }
  TemporaryDirectory directory_{"read_map"};
};

TEST_F(ReadMap, TheFormatShowsItself) {
  directory_.write("own.csv",
                   "# banks: 1\n# rows: 2\n# columns: 16\n# unit: V\n# source: s\n"
                   "bank,row,column,vfail,kind\n0,0,1,0.6,flip\n");
  directory_.write("other.csv", "row;col;vfail_mv;stuck\n0;1;600;0\n");
  directory_.write("words.csv", "addr,exp,got,vdd\n0,ff,fe,0.6\n");
  EXPECT_EQ(read_map(path("own.csv"), MapImport()).format, "csv");
  EXPECT_EQ(read_map(path("other.csv"), cells()).format, "table");
  MapImport words;
  words.set("unit", std::string("V"));
  words.set("words", std::uint64_t{2});
  words.set("word-bits", std::uint64_t{8});
  words.set("banks", std::uint64_t{1});
  words.set("mux", std::uint64_t{1});
  EXPECT_EQ(read_map(path("words.csv"), words).format, "march");
}

TEST_F(ReadMap, RemarksAreInAnyLanguage) {
  const std::string map =
      "# banks: 1\n# rows: 2\n# columns: 16\n# unit: V\n# source: Pr\xc3\xbc"
      "fling 7\nbank,row,column,vfail,kind\n0,0,1,0.6,flip\n";
  directory_.write("die7.map", map);
  EXPECT_EQ(read_map(path("die7.map"), MapImport()).format, "csv");
  directory_.write("bytes.csv", "\x1b[31m\x9b,x\n");
  EXPECT_THAT(message_of([&] { read_map(path("bytes.csv"), MapImport()); }),
              HasSubstr("neither a format that shows itself nor column names"));
}

TEST_F(ReadMap, AFileOfNoFormatIsToldWhatToSay) {
  directory_.write("log.txt", "FAIL VDD=0.6 R=0 C=1\n");
  EXPECT_THAT(message_of([&] { read_map(path("log.txt"), cells()); }),
              HasSubstr("--from names the format, --column-names the columns, --pattern is for"));
  MapImport import = cells();
  import.set("unit", std::string("V"));
  import.set("kind", std::string("flip"));
  import.set("pattern", std::string("FAIL VDD={voltage} R={row} C={column}"));
  const ImportedMap read = read_map(path("log.txt"), import);
  EXPECT_EQ(read.format, "table");
  EXPECT_THAT(read.map.faults(), ElementsAre(Fault{{0, 0, 1}, volts("0.6"), FaultKind::kFlip}));
  import.set("pattern", std::string("FAIL VDD={voltage} R={row}"));
  EXPECT_THAT(message_of([&] { read_map(path("log.txt"), import); }),
              HasSubstr("--pattern: names neither {row} and {column}, nor"));
  import.set("pattern", std::string("{row}{column}"));
  EXPECT_THAT(message_of([&] { read_map(path("log.txt"), import); }),
              HasSubstr("--pattern: \"{row}{column}\": no text between two places"));
}

TEST_F(ReadMap, AMissingFileComesBeforeItsOptions) {
  MapImport import;
  import.set("unit", std::string("V"));
  EXPECT_EQ(message_of([&] { read_map(path("none.csv"), import); }),
            path("none.csv") + ": No such file or directory");
}

TEST_F(ReadMap, OptionsAreSpelledAsTheirUserWritesThem) {
  directory_.write("m.csv", "row;col;vfail_mv;stuck\n0;1;600;0\n");
  MapImport import("memory.chip.import.", '_');
  import.set("from", std::string("march"));
  EXPECT_THAT(message_of([&] { read_map(path("m.csv"), import); }),
              HasSubstr("memory.chip.import.unit, memory.chip.import.words, "
                        "memory.chip.import.word_bits, "));
}

ImportedMap read_board(const std::string& path, const SramGeometry& geometry) {
  MapImport import;
  import.set("banks", std::uint64_t{geometry.banks});
  import.set("rows", std::uint64_t{geometry.rows});
  import.set("columns", std::uint64_t{geometry.columns});
  return read_map(path, import);
}

// Stuck cells at each of the board's steps, of which the list says only where cells failed first.
void expect_failing(const SparseFaultMap& map, const std::vector<std::uint64_t>& failing) {
  EXPECT_EQ(map.header().lowest_measured, volts("0.53"));
  for (std::size_t step = 0; step < testing::kBoardSteps; ++step) {
    const FaultsAtVoltage faults = faults_at(map, testing::voltage_of_step(step));
    EXPECT_EQ(faults.stuck_at_0, failing[step]) << step;
    EXPECT_EQ(faults.total(), faults.stuck_at_0);
  }
}

TEST_F(ReadMap, ABoardsListOfFailingBitsLoadsAsItIs) {
  const std::string csv = testing::drawn_board();
  directory_.write("board.csv", csv);
  const ImportedMap read = read_board(path("board.csv"), testing::kDrawnBoard);
  EXPECT_EQ(read.map.geometry(), testing::kDrawnBoard);
  std::vector<std::uint64_t> failing(testing::kBoardSteps);
  for (const testing::BoardBit& bit : testing::board_bits(csv)) {
    for (std::size_t step = bit.fails.find('1'); step < failing.size(); ++step) ++failing[step];
  }
  EXPECT_GT(failing.back(), 500u);
  expect_failing(read.map, failing);
}

// The measured board, as its two files are; skips where they are not at hand.
TEST_F(ReadMap, BothFilesOfTheMeasuredBoardLoadAsTheyAre) {
  struct File {
    const char* name;
    SramGeometry geometry;
    std::vector<std::uint64_t> failing;  // 0.5 % of the cells do not nest
  };
  const File files[] = {
      {"kc705b_faults.csv", {890, 1024, 8}, {1, 4, 13, 31, 126, 347, 1141}},
      {"kc705b_bank1024x64.csv", {111, 1024, 64}, {1, 4, 13, 31, 126, 347, 1139}}};
  for (const File& file : files) {
    const std::string csv = testing::measured_board(file.name);
    if (csv.empty()) GTEST_SKIP() << "the measured board is not here; the drawn one stands for it";
    directory_.write(file.name, csv);
    const ImportedMap read = read_board(path(file.name), file.geometry);
    EXPECT_EQ(read.map.geometry(), file.geometry);
    expect_failing(read.map, file.failing);
  }
}

}  // namespace
}  // namespace brownout::memory
