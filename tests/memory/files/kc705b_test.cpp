// The block RAMs of a real board (Salami et al., MICRO 2018): dumps made again of the published
// failing bits give exactly these bits back. Skips where the measurement is not at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "memory/files/memory_dump.hpp"
#include "memory/maps/map_statistics.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kBanks = 890, kRows = 1024, kColumns = 16;

// A failing bit, with 0 or 1 for each of 0.59 to 0.53 V.
struct Bit {
  CellAddress cell;
  std::string fails;
};

std::vector<Bit> published_bits() {
  const std::filesystem::path file = std::filesystem::path(BROWNOUT_SOURCE_DIR) / ".." / "shared" /
                                     "data" / "sram" / "kc705b_faults.csv";
  std::ifstream in(file);
  std::vector<Bit> bits;
  std::string line;
  std::getline(in, line);  // names
  while (std::getline(in, line)) {
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    const auto number = [&](std::size_t i) {
      return static_cast<std::uint32_t>(std::stoul(fields.at(i)));
    };
    bits.push_back({{number(0), number(1), number(2)}, fields.at(5)});
  }
  return bits;
}

Voltage voltage_of_step(std::size_t step) {
  return Voltage::from_micro(590'000 - 10'000 * static_cast<std::int64_t>(step));
}

// The dump of one voltage as the board gave it: each bit in the low and in the high byte.
std::string dump_of(const std::vector<Bit>& bits, std::size_t step) {
  std::string text(std::size_t{kBanks} * kRows * kColumns / 4, 'f');
  for (const Bit& bit : bits) {
    if (bit.fails[step] != '1') continue;
    for (const std::uint32_t column : {bit.cell.column, bit.cell.column + 8}) {
      const std::size_t row = std::size_t{bit.cell.bank} * kRows + bit.cell.row;
      char& digit = text[row * 4 + 3 - column / 4];
      const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
      digit = "0123456789abcdef"[value & ~(1 << (column % 4))];
    }
  }
  return text;
}

class Kc705b : public testing::Test {
 protected:
  void SetUp() override {
    bits_ = published_bits();
    if (bits_.empty()) GTEST_SKIP() << "no ../shared/data/sram/kc705b_faults.csv";
    for (std::size_t step = 0; step < 7; ++step) {
      dumps_.push_back({voltage_of_step(step), "dump", dump_of(bits_, step)});
    }
  }
  MeasuredFaultMap read() const {
    return read_memory_dumps(
        dumps_, {.geometry = {kBanks, kRows, kColumns}, .unit = "V", .source = "board"});
  }

  std::vector<Bit> bits_;
  std::vector<VoltageText> dumps_;
};

TEST_F(Kc705b, TheDumpsGiveExactlyThePublishedBits) {
  const MeasuredFaultMap read_back = read();
  EXPECT_EQ(read_back.map.geometry(), (SramGeometry{kBanks, kRows, 8}));
  std::map<CellAddress, Voltage> expected;
  for (const Bit& bit : bits_) expected[bit.cell] = voltage_of_step(bit.fails.find('1'));
  std::map<CellAddress, Voltage> found;
  for (const Fault& fault : read_back.map.faults()) {
    EXPECT_EQ(fault.kind, FaultKind::kStuckAt0);
    found[fault.cell] = fault.vfail;
  }
  EXPECT_EQ(found, expected);
}

TEST_F(Kc705b, TheCountsAreHalfTheAuthorsTable) {
  const MeasuredFaultMap read_back = read();
  // Half of 2, 8, 26, 62, 252, 690, 2274: the authors counted both bytes.
  EXPECT_THAT(read_back.failing, ElementsAre(1, 4, 13, 31, 126, 345, 1137));
  EXPECT_EQ(read_back.nesting_violations, 6);  // cells that pass again below
  EXPECT_EQ(read_back.map.faults().size(), 1141);
}

TEST_F(Kc705b, FaultsGatherOnBitlinesOfEvenOrOddRows) {
  const SparseFaultMap map = read().map;
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
