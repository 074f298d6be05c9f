// Dumps made again of a board's published failing bits give exactly these bits back: of a board
// that is drawn, and of the measured KC705 (Salami et al., MICRO 2018), where its data are at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "memory/files/memory_dump.hpp"
#include "memory/maps/map_statistics.hpp"
#include "tests/memory/generators/profiles.hpp"
#include "tests/support/measured_board.hpp"

namespace brownout::memory {
namespace {

using testing::BoardBit;
using ::testing::ElementsAre;

struct Board {
  SramGeometry geometry;
  std::vector<BoardBit> bits;
  std::vector<VoltageText> dumps = {};
};

// The dump of one voltage as the board gave it: each bit in the low and in the high byte.
std::string dump_of(const Board& board, std::size_t step) {
  std::string text(std::size_t{board.geometry.banks} * board.geometry.rows * 4, 'f');
  for (const BoardBit& bit : board.bits) {
    if (bit.fails[step] != '1') continue;
    for (const std::uint32_t column : {bit.cell.column, bit.cell.column + 8}) {
      const std::size_t row = std::size_t{bit.cell.bank} * board.geometry.rows + bit.cell.row;
      char& digit = text[row * 4 + 3 - column / 4];
      const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
      digit = "0123456789abcdef"[value & ~(1 << (column % 4))];
    }
  }
  return text;
}

Board board_of(const SramGeometry& geometry, const std::string& csv) {
  Board board{geometry, testing::board_bits(csv)};
  for (std::size_t step = 0; step < testing::kBoardSteps; ++step) {
    board.dumps.push_back({testing::voltage_of_step(step), "dump", dump_of(board, step)});
  }
  return board;
}

MeasuredFaultMap read(const Board& board) {
  const SramGeometry words{board.geometry.banks, board.geometry.rows, 16};
  return read_memory_dumps(board.dumps, {.geometry = words, .unit = "V", .source = "board"});
}

void expect_the_published_bits(const Board& board) {
  const MeasuredFaultMap read_back = read(board);
  EXPECT_EQ(read_back.map.geometry(), board.geometry);
  std::map<CellAddress, Voltage> expected;
  for (const BoardBit& bit : board.bits) expected[bit.cell] = bit.vfail;
  std::map<CellAddress, Voltage> found;
  for (const Fault& fault : read_back.map.faults()) {
    EXPECT_EQ(fault.kind, FaultKind::kStuckAt0);
    found[fault.cell] = fault.vfail;
  }
  EXPECT_EQ(found, expected);
}

TEST(DrawnBoard, TheDumpsGiveExactlyThePublishedBits) {
  const Board board = board_of(testing::kDrawnBoard, testing::drawn_board());
  EXPECT_GT(board.bits.size(), 500u);
  expect_the_published_bits(board);
}

TEST(DrawnBoard, FailingBitsAndThoseThatPassAgainAreCounted) {
  const Board board = board_of(testing::kDrawnBoard, testing::drawn_board());
  const MeasuredFaultMap read_back = read(board);
  for (std::size_t step = 0; step < testing::kBoardSteps; ++step) {
    const auto failing = std::count_if(board.bits.begin(), board.bits.end(),
                                       [&](const BoardBit& bit) { return bit.fails[step] == '1'; });
    EXPECT_EQ(read_back.failing[step], static_cast<std::uint64_t>(failing)) << step;
  }
  const auto again = std::count_if(board.bits.begin(), board.bits.end(), [](const BoardBit& bit) {
    return bit.fails.find("10") != std::string::npos;
  });
  EXPECT_GT(again, 0);
  EXPECT_EQ(read_back.nesting_violations, static_cast<std::uint64_t>(again));
}

// Counted by hand: the cells of a bitline share bank, column, half of the rows and their parity.
TEST(DrawnBoard, FaultsGatherOnBitlinesOfEvenOrOddRows) {
  const Board board = board_of(testing::kDrawnBoard, testing::drawn_board());
  const GroupCounts bitlines = group_counts(read(board).map, volts("0.53"), CellGroup::kBitline,
                                            {.interleaved = 2, .cells = 512});
  std::map<std::array<std::uint32_t, 3>, std::uint64_t> on;
  for (const BoardBit& bit : board.bits) {
    ++on[{bit.cell.bank, bit.cell.column, bit.cell.row % 2}];  // 512 cells: all rows of a parity
  }
  std::vector<std::uint64_t> expected;
  std::uint64_t on_five = 0;
  for (const auto& [bitline, faults] : on) {
    expected.push_back(faults);
    if (faults >= 5) on_five += faults;
  }
  std::sort(expected.rbegin(), expected.rend());
  EXPECT_EQ(bitlines.groups, 300u * 8 * 2);
  EXPECT_EQ(bitlines.faults, expected);
  const double share = static_cast<double>(on_five) / static_cast<double>(board.bits.size());
  EXPECT_GT(share, 0.3);
  EXPECT_DOUBLE_EQ(*bitlines.share_in_groups_of(5), share);
}

class Kc705b : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string csv = testing::measured_board();
    if (csv.empty()) GTEST_SKIP() << "the measured board is not here; the drawn one stands for it";
    board_ = board_of(testing::kMeasuredBoard, csv);
  }

  Board board_;
};

TEST_F(Kc705b, TheDumpsGiveExactlyThePublishedBits) { expect_the_published_bits(board_); }

TEST_F(Kc705b, TheCountsAreHalfTheAuthorsTable) {
  const MeasuredFaultMap read_back = read(board_);
  // Half of 2, 8, 26, 62, 252, 690, 2274: the authors counted both bytes.
  EXPECT_THAT(read_back.failing, ElementsAre(1, 4, 13, 31, 126, 345, 1137));
  EXPECT_EQ(read_back.nesting_violations, 6);  // cells that pass again below
  EXPECT_EQ(read_back.map.faults().size(), 1141);
}

TEST_F(Kc705b, FaultsGatherOnBitlinesOfEvenOrOddRows) {
  const SparseFaultMap map = read(board_).map;
  const Voltage lowest = volts("0.53");
  const GroupCounts bitlines =
      group_counts(map, lowest, CellGroup::kBitline, {.interleaved = 2, .cells = 512});
  EXPECT_EQ(bitlines.groups, 14'240);
  EXPECT_NEAR(static_cast<double>(bitlines.faults.size()) / 14'240, 0.0218, 0.0002);
  EXPECT_EQ(bitlines.faults.front(), 61);
  EXPECT_NEAR(*bitlines.share_in_groups_of(5), 0.64, 0.005);
  EXPECT_NEAR(*bitlines.share_in_groups_of(20), 0.28, 0.005);
  EXPECT_NEAR(*group_counts(map, lowest, CellGroup::kBank).dispersion(), 17, 0.5);
  EXPECT_NEAR(*group_counts(map, lowest, CellGroup::kRow).dispersion(), 1.0, 0.01);
}

}  // namespace
}  // namespace brownout::memory
