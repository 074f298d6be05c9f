// `brownout map convert` as a whole: what it writes, what it says, what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "sim/cli/program.hpp"
#include "tests/memory/map_files.hpp"

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

  // Words separated by blanks; those that begin with @ are names in the directory.
  int run(const std::string& command) {
    std::istringstream text("map convert " + command);
    std::vector<std::string> words;
    for (std::string word; text >> word;) {
      words.push_back(word.starts_with('@') ? path(word.substr(1)) : word);
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
  EXPECT_EQ(content(path("o.csv")), kCsv);
  ASSERT_EQ(run("@m.csv --out @o.csv --source lot3 --quiet"), 0) << err_;
  EXPECT_THAT(content(path("o.csv")), HasSubstr("# source: lot3\n"));
}

TEST_F(MapConvert, TextPairsBecomeACsvMap) {
  ASSERT_EQ(run("@ibm --unit Vmin --source chip --out @o.csv"), 0) << err_;
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 1\n# rows: 2\n# columns: 2\n# unit: Vmin\n# lowest_measured: 0.85\n"
            "# source: chip\n" +
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
  EXPECT_EQ(
      content(path("o.csv")),
      "# banks: 1\n# rows: 1\n# columns: 2\n# unit: V\n# lowest_measured: 0.6\n# source: x\n" +
          kColumns + "0,0,0,0.85,stuck_at_0\n");
}

TEST_F(MapConvert, LogicalWordsAreLocated) {
  ASSERT_EQ(run("@m.csv --logical --banks 2 --mux 2 --word-bits 8 --out @o.csv"), 0) << err_;
  // Word 5 is word 2 of bank 1: row 1, the first of two words there; bit 7 is column 7 * 2.
  EXPECT_EQ(content(path("o.csv")),
            "# banks: 2\n# rows: 2\n# columns: 16\n# unit: V\n# source: die 7\n" + kColumns +
                "0,0,2,0.8,stuck_at_1\n1,1,14,inf,stuck_at_0\n");
}

TEST_F(MapConvert, TextPairsOfAMapAndBack) {
  ASSERT_EQ(run("@m.csv --to ibm --voltage 0.7,0.9 --out @pairs/"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("0.7, 0.9"));
  ASSERT_EQ(run("@pairs --unit V --out @o.csv"), 0) << err_;
  const std::string csv = content(path("o.csv"));
  EXPECT_EQ(csv.substr(csv.find(kColumns)),
            kColumns + "0,0,1,0.7,stuck_at_1\n0,5,7,0.9,stuck_at_0\n");
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
      {"@m.csv --out @o.csv --to npy", "--to: \"npy\" is not one of csv, ibm"},
      {"@m.csv --out @o.csv --from xls", "--from: \"xls\" is not one of auto, csv, ibm, npy"},
      {"@m.csv --out @o.csv --unit V", "--unit: a CSV map says it itself"},
      {"@m.csv --out @o.csv --kind flip", "--kind: a CSV map says it itself"},
      {"@m.csv --out @o.csv --voltage 0.8", "--voltage: needs --to ibm"},
      {"@m.csv --out @o.csv --from npy --unit V --kind flip", "not an .npy file"},
      {"@m.csv --out @o.csv --from ibm --unit V", "m.csv: no such directory"},
      {"@n.npy --out @o.csv --from csv", "n.npy:1: "},
      {"@none.csv --out @o.csv", "none.csv: No such file"},
      {"@ibm --out @o.csv", "--unit: is required"},
      {"@ibm --out @o.csv --unit mV", "--unit: \"mV\" is not one of V, Vmin"},
      {"@ibm --out @o.csv --unit V --kind flip", "--kind: the text pairs say it"},
      {"@n.npy --out @o.csv --unit V", "--kind: is required"},
      {"@n.npy --out @o.csv --kind flip", "--unit: is required"},
      {"@n.npy --out @o.csv --unit V --kind stuck", "--kind: \"stuck\" is not one of"},
      {"@n.npy --out @o.csv --unit V --kind flip --lowest-measured x", "--lowest-measured: "},
      {"@m.csv --out @o.csv --banks 2", "--banks: needs --logical"},
      {"@m.csv --out @o.csv --mux 2", "--mux: needs --logical"},
      {"@m.csv --out @o.csv --word-bits 8", "--word-bits: needs --logical"},
      {"@m.csv --out @o.csv --logical --banks 2 --mux 2", "--word-bits: is required"},
      {"@m.csv --out @o.csv --logical --banks 2 --mux 2 --word-bits 16", "--logical: the map has"},
      {"@m.csv --out @o.csv --logical --banks 3 --mux 1 --word-bits 8", "3 does not divide the 8"},
      {"@m.csv --out @o.csv --logical --banks 0 --mux 1 --word-bits 8", "--banks: \"0\" is not"},
      {"@m.csv --out @o --to ibm", "--voltage: is required"},
      {"@m.csv --out @o --to ibm --voltage 0.8,0.80", "--voltage: the voltage 0.8 appears twice"},
      {"@f.csv --out @o --to ibm --voltage 0.8",
       "--to: ibm: the cell at bank 0, row 0, column 1 is"},
      {"@ibm --unit V --out @o --to ibm --voltage 0.8", "--to: ibm: voltage 0.8 V is below the"},
      {"@m.csv --out @o --to ibm --voltage 0.8 --logical --banks 2 --mux 2 --word-bits 8",
       "hold one bank"},
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
