// `brownout map convert` as a whole: what it writes, what it says, what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "sim/cli/program.hpp"
#include "tests/memory/files/map_files.hpp"

namespace brownout::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kColumns = "bank,row,column,vfail,kind\n";
const std::string kCsv = "# banks: 1\n# rows: 8\n# columns: 8\n# unit: V\n# source: die 7\n" +
                         kColumns + "0,0,1,0.8,stuck_at_1\n0,5,7,inf,stuck_at_0\n";

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The file as we write it, with the number of faults.
std::string counted(std::string csv, int faults) {
  return csv.insert(csv.find(kColumns), "# faults: " + std::to_string(faults) + "\n");
}

// A directory with m.csv, f.csv (the same as flips), the pairs of ibm/ and n.npy.
class MapConvert : public testing::Test {
 protected:
  MapConvert() {
    directory_.write("m.csv", kCsv);
    std::string flips = kCsv;
    flips.replace(flips.find("stuck_at_1"), 10, "flip");
    directory_.write("f.csv", flips);
    std::filesystem::create_directory(path("ibm"));
    directory_.write("ibm/fmap_sa0_v_0.9.txt", "0,0\n0,1\n");
    directory_.write("ibm/fmap_sa1_v_0.9.txt", "1,0\n0,0\n");
    directory_.write("ibm/fmap_sa0_v_0.85.txt", "0,0\n0,0\n");
    directory_.write("ibm/fmap_sa1_v_0.85.txt", "1,1\n0,0\n");
    const std::string header = "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)}";
    directory_.write("n.npy", std::string("\x93NUMPY\x01\x00", 8) +
                                  static_cast<char>(header.size()) + '\0' + header +
                                  std::string("\x52\x03\x00\x00", 4));
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  // Words separated by blanks; behind @ stands a name in the directory.
  int run(const std::string& command) {
    std::istringstream text("map convert " + command);
    std::vector<std::string> words;
    for (std::string word; text >> word;) {
      const std::size_t at = word.starts_with('@') ? 0 : word.find("=@") + 1;
      words.push_back(at == 0 && !word.starts_with('@')
                          ? word
                          : word.substr(0, at) + path(word.substr(at + 1)));
    }
    std::ostringstream out, err;
    const int status = run_program(words, out, err);
    out_ = out.str();
    err_ = err.str();
    return status;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      found.push_back(entry.path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  memory::TemporaryDirectory directory_{"map_convert"};
  std::string out_, err_;
};

TEST_F(MapConvert, CsvStaysAsItIsButForItsSource) {
  ASSERT_EQ(run("@m.csv --out @o.csv"), 0) << err_;
  EXPECT_EQ(content(path("o.csv")), counted(kCsv, 2));
  ASSERT_EQ(run("@m.csv --out @o.csv --source lot3 --quiet"), 0) << err_;
  EXPECT_THAT(content(path("o.csv")), HasSubstr("# source: lot3\n"));
}

TEST_F(MapConvert, TextPairsBecomeACsvMap) {
  ASSERT_EQ(run("@ibm --unit Vmin --source chip --out @o.csv"), 0) << err_;
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 1\n# rows: 2\n# columns: 2\n# unit: Vmin\n# lowest_measured: 0.85\n"
            "# source: chip\n# faults: 3\n" +
                kColumns + "0,0,0,0.9,stuck_at_1\n0,0,1,0.85,stuck_at_1\n0,1,1,0.9,stuck_at_0\n");
  ASSERT_EQ(run("@ibm --unit Vmin --out @o.csv --format json"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("\"nesting_violations\": 1"));
  EXPECT_THAT(out_, HasSubstr("\"voltages\": \"0.9, 0.85\""));
  EXPECT_THAT(out_, HasSubstr("\"faults\": 3"));
  EXPECT_THAT(out_, HasSubstr("\"geometry\": \"1 banks x 2 rows x 2 columns\""));
}

TEST_F(MapConvert, NpyBecomesACsvMap) {
  ASSERT_EQ(run("@n.npy --unit V --kind stuck_at_0 --lowest-measured 0.6 --source x --out @o.csv"),
            0)
      << err_;
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 1\n# rows: 1\n# columns: 2\n# unit: V\n# lowest_measured: 0.6\n# source: x\n"
            "# faults: 1\n" +
                kColumns + "0,0,0,0.85,stuck_at_0\n");
}

TEST_F(MapConvert, LogicalWordsAreLocated) {
  ASSERT_EQ(run("@m.csv --logical --banks 2 --mux 2 --word-bits 8 --out @o.csv"), 0) << err_;
  // Word 5 is word 2 of bank 1: row 1, the first of two words there; bit 7 is column 7 * 2.
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 2\n# rows: 2\n# columns: 16\n# unit: V\n# source: die 7\n"
            "# faults: 2\n" +
                kColumns + "0,0,2,0.8,stuck_at_1\n1,1,14,inf,stuck_at_0\n");
}

TEST_F(MapConvert, TextPairsOfAMapAndBack) {
  ASSERT_EQ(run("@m.csv --to ibm --voltage 0.7,0.9 --out @pairs/"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("0.7, 0.9"));
  ASSERT_EQ(run("@pairs --unit V --out @o.csv"), 0) << err_;
  const std::string csv = content(path("o.csv"));
  EXPECT_EQ(csv.substr(csv.find(kColumns)),
            kColumns + "0,0,1,0.7,stuck_at_1\n0,5,7,0.9,stuck_at_0\n");
}

TEST_F(MapConvert, DumpsBecomeACsvMapWithoutTheirDoubledByte) {
  directory_.write("d_0.60.txt", "ffffffff");
  directory_.write("d_0.55.txt", "fefeffff");
  directory_.write("d_0.53.txt", "ffff7f7f");
  ASSERT_EQ(run("@d_{V}.txt --unit V --banks 1 --rows 2 --columns 16 --source board --out @o.csv"),
            0)
      << err_;
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 1\n# rows: 2\n# columns: 8\n# unit: V\n# lowest_measured: 0.53\n"
            "# source: board; columns 8 to 15 dropped: in every row they repeat columns 0 to 7\n"
            "# faults: 2\n" +
                kColumns + "0,0,0,0.55,stuck_at_0\n0,1,7,0.53,stuck_at_0\n");
  EXPECT_THAT(out_, HasSubstr("columns 8 to 15 dropped"));
  EXPECT_THAT(out_, HasSubstr("   0.55       1           1\n   0.53       1           2"));
  EXPECT_THAT(out_, HasSubstr("nesting violations  1 cells"));
  ASSERT_EQ(run("@d_{V}.txt --unit V --banks 1 --rows 2 --columns 16 --keep-copy --out @o.csv "
                "--format json"),
            0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("\"geometry\": \"1 banks x 2 rows x 16 columns\""));
  EXPECT_THAT(out_, HasSubstr("\"note\": null"));
}

TEST_F(MapConvert, MarchLogsAreUnscrambledAndLocated) {
  // Logical word 1 is physical word 2, in bank 0, its second row; bit 0 is bit 7 there.
  directory_.write("log.csv", "voltage,address,expected,read\n0.8,1,ff,fe\n");
  directory_.write("s.csv", "physical,logical\na0,a1\na1,a0\nd0,d7\nd7,d0\n");
  ASSERT_EQ(run("@log.csv --unit V --words 4 --banks 2 --mux 1 --word-bits 8 --scramble @s.csv "
                "--source mbist --out @o.csv"),
            0)
      << err_;
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 2\n# rows: 2\n# columns: 8\n# unit: V\n# lowest_measured: 0.8\n"
            "# source: mbist\n# faults: 1\n" +
                kColumns + "0,1,7,0.8,stuck_at_0\n");
}

TEST_F(MapConvert, StepsHappenInTheirOrderAndAreTold) {
  ASSERT_EQ(run("@m.csv --logical --banks 2 --mux 1 --word-bits 8 --join-banks 2 --tile 2,4,16 "
                "--offset 0,1,0 --vmin-volts 0.8 --shift -0.1 --out @o.csv"),
            0)
      << err_;
  // Word 5, bit 7 is bank 1, row 2, column 7; side by side column 15; one row up.
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 2\n# rows: 4\n# columns: 16\n# unit: Vmin\n"
            "# source: die 7; 2 of 2 banks x 4 rows x 8 columns side by side; tiled from 1 banks x "
            "4 rows x 16 columns at bank 0, row 1, column 0; from V, with a Vmin of 0.8 V; shifted "
            "by -0.1 Vmin\n# faults: 4\n" +
                kColumns +
                "0,1,15,inf,stuck_at_0\n0,3,1,0.9,stuck_at_1\n1,1,15,inf,stuck_at_0\n"
                "1,3,1,0.9,stuck_at_1\n");
  ASSERT_EQ(run("@m.csv --crop 1,3,4 --offset 0,5,4 --out @o.csv"), 0) << err_;
  EXPECT_THAT(content(path("o.csv")), HasSubstr(kColumns + "0,0,3,inf,stuck_at_0\n"));
}

TEST_F(MapConvert, ArraysOfAMapAndBack) {
  ASSERT_EQ(run("@f.csv --crop 1,5,8 --to npy --out @o.npy"), 0) << err_;
  ASSERT_EQ(run("@o.npy --unit V --kind flip --source x --out @o.csv"), 0) << err_;
  EXPECT_THAT(content(path("o.csv")), HasSubstr("# rows: 5\n# columns: 8\n"));
  EXPECT_THAT(content(path("o.csv")), HasSubstr(kColumns + "0,0,1,0.8,flip\n"));
}

struct BadCommand {
  const char* command;
  const char* says;
};

TEST_F(MapConvert, BadInputIsRefusedAndNothingIsCreated) {
  const std::vector<std::string> before = names();
  const BadCommand cases[] = {
      {"@m.csv", "--out: is required"},
      {"--out @o.csv", "IN is missing"},
      {"@m.csv --out @no/o.csv", "--out: no such directory"},
      {"@m.csv --out @ibm", "is a directory, not a file"},
      {"@m.csv --out @o.csv --to xls", "--to: \"xls\" is not one of csv, ibm, npy"},
      {"@m.csv --out @o.csv --from xls",
       "--from: \"xls\" is not one of auto, csv, table, ibm, npy, dump, binary, march"},
      {"@m.csv --out @o.csv --unit V", "--unit: a map in the format csv takes none; it belongs to"},
      {"@m.csv --out @o.csv --kind flip",
       "--kind: a map in the format csv takes none; it belongs to"},
      {"@m.csv --out @o.csv --voltage 0.8", "--voltage: needs --to ibm"},
      {"@m.csv --out @o.csv --from npy --unit V --kind flip", "not an .npy file"},
      {"@m.csv --out @o.csv --from ibm --unit V", "m.csv: no such directory"},
      {"@n.npy --out @o.csv --from csv", "n.npy:1: "},
      {"@none.csv --out @o.csv", "none.csv: No such file"},
      {"@none.csv --out @o.csv --unit V", "none.csv: No such file"},
      {"@ibm --out @o.csv", "--unit: required for a map in the format ibm"},
      {"@ibm --out @o.csv --unit mV", "--unit: \"mV\" is not one of V, Vmin"},
      {"@ibm --out @o.csv --unit V --kind flip", "--kind: a map in the format ibm takes none"},
      {"@n.npy --out @o.csv --unit V", "--kind: required"},
      {"@n.npy --out @o.csv", "--unit, --kind: required for a map in the format npy"},
      {"@n.npy --out @o.csv --kind flip", "--unit: required"},
      {"@n.npy --out @o.csv --unit V --kind stuck", "--kind: \"stuck\" is not one of"},
      {"@n.npy --out @o.csv --unit V --kind flip --lowest-measured x", "--lowest-measured: "},
      {"@m.csv --out @o.csv --banks 2", "--banks: a map in the format csv takes none"},
      {"@m.csv --out @o.csv --mux 2", "--mux: a map in the format csv takes none"},
      {"@m.csv --out @o.csv --word-bits 8", ", or to --logical"},
      {"@m.csv --out @o.csv --logical --banks 2 --mux 2",
       "--word-bits: required for a map of words"},
      {"@m.csv --out @o.csv --logical --banks 2 --mux 2 --word-bits 16", "--logical: the map has"},
      {"@m.csv --out @o.csv --logical --banks 3 --mux 1 --word-bits 8", "3 does not divide the 8"},
      {"@m.csv --out @o.csv --logical --banks 0 --mux 1 --word-bits 8", "--banks: \"0\" is not"},
      {"@m.csv --out @o --to ibm", "--voltage: is required"},
      {"@m.csv --out @o --to ibm --voltage 0.8,x", "--voltage: \"x\" is not a voltage"},
      {"@f.csv --out @o --to ibm --voltage 0.8",
       "--to: ibm: the cell at bank 0, row 0, column 1 is"},
      {"@ibm --unit V --out @o --to ibm --voltage 0.8", "--to: ibm: voltage 0.8 V is below the"},
      {"@m.csv --out @o --to ibm --voltage 0.8 --logical --banks 2 --mux 2 --word-bits 8",
       "hold one bank"},
      {"@m.csv --out @o.npy --to npy", "--to: npy: the cell at bank 0, row 5, column 7 is a"},
      {"@m.csv --out @o.csv --crop 1,8", "--crop: \"1,8\" is not three whole numbers"},
      {"@m.csv --out @o.csv --tile 1,8,8,", "--tile: \"1,8,8,\" is not three whole numbers"},
      {"@m.csv --out @o.csv --crop 1,8,x", "--crop: \"1,8,x\" is not three whole numbers"},
      {"@m.csv --out @o.csv --crop 1,8,9", "--crop: 1 banks x 8 rows x 9 columns at"},
      {"@m.csv --out @o.csv --crop 1,8,8 --tile 1,8,8", "--crop"},
      {"@m.csv --out @o.csv --tile 1,8,8 --offset 1,0,0", "--tile: the offset bank 1"},
      {"@m.csv --out @o.csv --offset 0,0,0", "--offset: needs --crop or --tile"},
      {"@m.csv --out @o.csv --join-banks 2", "--join-banks: 2 banks side by side, of 1 banks"},
      {"@m.csv --out @o.csv --shift x", "--shift: \"x\" is not a voltage"},
      {"@m.csv --out @o.csv --shift -0.8", "--shift: a shift by -0.8 leaves nothing"},
      {"@m.csv --out @o.csv --vmin-volts 0", "--vmin-volts: \"0\" is not above 0"},
      {"@m.csv --out @o.csv --rows 2", "--rows: a map in the format csv takes none"},
      {"@m.csv --out @o.csv --keep-copy", "it belongs to dump"},
      {"@m.csv --out @o.csv --words 2", "it belongs to march"},
      {"@m.csv --out @o.csv --scramble @s.csv", "--scramble: a map in the format csv takes none"},
      {"@d_{V}.txt --out @o.csv --unit V --banks 1 --rows 2 --columns 16", "no file has such a"},
      {"0.6=@m.csv --from dump --out @o.csv --unit V --rows 2 --columns 16", "--banks: required"},
      {"@m.csv --from march --out @o.csv --unit V --banks 1 --words 8",
       "--word-bits, --mux: required"},
      {"@m.csv --from march --out @o.csv --unit V --banks 1 --words 8 --word-bits 8 --mux 1",
       "m.csv:6: column address is missing"},
      {"@m.csv --out @ibm --to ibm --voltage 0.8", "exists already; a new directory is wanted"}};
  for (const BadCommand& bad : cases) {
    EXPECT_EQ(run(bad.command), 2) << bad.command;
    EXPECT_THAT(err_, HasSubstr(bad.says)) << bad.command;
    EXPECT_EQ(out_, "") << bad.command;
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    EXPECT_EQ(names(), before) << bad.command;
  }
}

TEST_F(MapConvert, ASourceIsOneLine) {
  std::ostringstream out, err;
  EXPECT_EQ(run_program({"map", "convert", path("m.csv"), "--out", path("o.csv"), "--source",
                         "a\n# banks: 2"},
                        out, err),
            2);
  EXPECT_EQ(err.str(), "error: --source: must be one line of text\n");
  EXPECT_THAT(names(), ElementsAre("f.csv", "ibm", "m.csv", "n.npy"));
}

}  // namespace
}  // namespace brownout::cli
