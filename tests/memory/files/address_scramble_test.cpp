// Address scrambles: equations, what stays, what is refused.
#include "memory/files/address_scramble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

AddressScramble parse(const std::string& text, std::uint64_t words = 16, std::uint32_t bits = 4) {
  return AddressScramble::parse(text, "s.csv", words, bits);
}

TEST(AddressScramble, EquationsOverLogicalBits) {
  const AddressScramble scramble =
      parse("# topology\nphysical,logical\na0,a0^a3\na1, a2\na2,a1\nd0,d3\nd3,d0\n");
  for (std::uint64_t a = 0; a < 16; ++a) {
    const std::uint64_t bit0 = (a & 1) ^ (a >> 3 & 1);
    const std::uint64_t expected = bit0 | (a >> 2 & 1) << 1 | (a >> 1 & 1) << 2 | (a & 8);
    EXPECT_EQ(scramble.physical_word(a), expected) << a;
  }
  EXPECT_EQ(scramble.physical_bit(0), 3U);
  EXPECT_EQ(scramble.physical_bit(1), 1U);
  EXPECT_EQ(scramble.physical_bit(3), 0U);
}

TEST(AddressScramble, DataBitsMayMoveInACircle) {
  const AddressScramble scramble = parse("physical,logical\nd0,d1\nd1,d2\nd2,d0\n");
  EXPECT_EQ(scramble.physical_bit(1), 0U);  // physical bit 0 holds logical bit 1
  EXPECT_EQ(scramble.physical_bit(2), 1U);
  EXPECT_EQ(scramble.physical_bit(0), 2U);
}

TEST(AddressScramble, MapsKeepTheirFaultsAtOtherPlaces) {
  const SparseFaultMap logical = random_map({2, 16, 4}, {FaultKind::kFlip, FaultKind::kStuckAt1});
  const AddressScramble scramble = parse("physical,logical\na3,a3^a0^a1\nd0,d1\nd1,d0\n");
  const SparseFaultMap physical = unscrambled(logical, scramble);
  std::vector<Fault> expected;
  for (Fault fault : logical.faults()) {
    const std::uint32_t row = fault.cell.row;
    fault.cell.row = row ^ (((row & 1) ^ (row >> 1 & 1)) << 3);
    if (fault.cell.column < 2) fault.cell.column = 1 - fault.cell.column;
    expected.push_back(fault);
  }
  EXPECT_THAT(physical.faults(), testing::UnorderedElementsAreArray(expected));
}

TEST(AddressScramble, EveryReversibleScrambleIsAPermutation) {
  const AddressScramble scramble =
      parse("physical,logical\na0,a1^a2\na1,a2^a3\na2,a3\na3,a0^a1^a2^a3\n");
  std::set<std::uint64_t> places;
  for (std::uint64_t a = 0; a < 16; ++a) places.insert(scramble.physical_word(a));
  EXPECT_EQ(places.size(), 16);
}

TEST(AddressScramble, AddressesBehindTheLastWordAreRefused) {
  const SparseFaultMap logical({{1, 12, 4}, "V", {}, ""},
                               {{{0, 2, 0}, volts("0.6"), FaultKind::kFlip}});
  EXPECT_EQ(unscrambled(logical, parse("physical,logical\na0,a1\na1,a0\n", 12)).faults()[0].cell,
            (CellAddress{0, 1, 0}));
  EXPECT_EQ(message_of(
                [&] { unscrambled(logical, parse("physical,logical\na2,a1^a2\na3,a1^a3\n", 12)); }),
            "the scramble puts word 2 at address 14, behind the last of 12 words");
}

struct BadScramble {
  const char* text;
  const char* says;
};

TEST(AddressScramble, BadScramblesAreRefusedWithTheirLine) {
  const BadScramble cases[] = {
      {"", "s.csv:1: the column names `physical,logical` are missing"},
      {"logical,physical\n", "s.csv:1: the column names"},
      {"physical,logical\na0\n", "s.csv:2: a line is `physical,logical`"},
      {"physical,logical\na4,a0\n", "s.csv:2: \"a4\" is not one of a0 to a3"},
      {"physical,logical\na0,a0^b1\n", "s.csv:2: \"b1\" is not one of a0 to a3"},
      {"physical,logical\na0,a0^\n", "s.csv:2: \"\" is not one of a0 to a3"},
      {"physical,logical\nd0,d1^d2\n", "s.csv:2: \"d1^d2\" is not one of d0 to d3"},
      {"physical,logical\nd0,a1\n", "s.csv:2: \"a1\" is not one of d0 to d3"},
      {"physical,logical\nd4,d1\n", "s.csv:2: \"d4\" is not one of d0 to d3"},
      {"physical,logical\nx,a1\n", "s.csv:2: \"x\" is not one of a0 to a3"},
      {"physical,logical\na0,a1\na0,a2\n", "s.csv:3: a0 stands twice"},
      {"physical,logical\na0,a1\n", "s.csv:2: two logical addresses get one physical address"},
      {"physical,logical\na0,a1^a1\n", "two logical addresses get one physical address"},
      {"physical,logical\nd0,d1\n", "s.csv:2: data bit d1 gets two places"}};
  for (const BadScramble& bad : cases) {
    EXPECT_THAT(message_of([&] { parse(bad.text); }), HasSubstr(bad.says)) << bad.text;
  }
  EXPECT_THAT(message_of([] { parse("physical,logical\na0,a0\n", 1); }), HasSubstr("\"a0\""));
}

}  // namespace
}  // namespace brownout::memory
