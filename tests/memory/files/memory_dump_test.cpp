// Dumps of memory contents: digits to cells, polarities, the doubled byte, what is refused.
#include "memory/files/memory_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two banks x two rows x 16 bits.
MemoryDumpFormat format() { return {.geometry = {2, 2, 16}, .unit = "V", .source = "board"}; }

MeasuredFaultMap read(const std::vector<std::pair<const char*, std::string>>& dumps,
                      const MemoryDumpFormat& as = format()) {
  std::vector<VoltageText> files;
  for (const auto& [voltage, text] : dumps) files.push_back({volts(voltage), "dump", text});
  return read_memory_dumps(files, as);
}

TEST(MemoryDump, ZerosAreFailingCellsAtTheirHighestVoltage) {
  const MeasuredFaultMap read_back = read({{"0.6", "fffffffe7fffffff"},     // bank 0, row 1, bit 0
                                           {"0.55", "fffffffe7fffFFFD"}});  // bank 1, row 0, bit 15
  const std::vector<Fault> expected = {{{0, 1, 0}, volts("0.6"), FaultKind::kStuckAt0},
                                       {{1, 0, 15}, volts("0.6"), FaultKind::kStuckAt0},
                                       {{1, 1, 1}, volts("0.55"), FaultKind::kStuckAt0}};
  EXPECT_EQ(read_back.map.faults(), expected);
  EXPECT_EQ(read_back.map.header().lowest_measured, volts("0.55"));
  EXPECT_EQ(read_back.map.header().source, "board");
  EXPECT_THAT(read_back.failing, ElementsAre(2, 3));
  EXPECT_EQ(read_back.nesting_violations, 0);
  EXPECT_EQ(read_back.note, "");
}

TEST(MemoryDump, CellsThatPassAtALowerVoltageAreCountedOnce) {
  const MeasuredFaultMap read_back = read({{"0.6", "fffffffffffffffe"},
                                           {"0.58", "ffffffffffffffff"},
                                           {"0.56", "fffffffffffffffe"},
                                           {"0.54", "fffffffffffffff7"}});
  EXPECT_EQ(read_back.nesting_violations, 1);
  EXPECT_THAT(read_back.failing, ElementsAre(1, 0, 1, 1));
  EXPECT_EQ(read_back.map.faults().size(), 2);
  EXPECT_EQ(read_back.map.faults()[0].vfail, volts("0.6"));
}

TEST(MemoryDump, TheBackgroundTellsThePolarity) {
  MemoryDumpFormat as = format();
  as.background = "00fF";
  const MeasuredFaultMap read_back = read({{"0.6", "80ff00fe\n00ff\r\n00ff\n"}}, as);
  const std::vector<Fault> expected = {{{0, 0, 15}, volts("0.6"), FaultKind::kStuckAt1},
                                       {{0, 1, 0}, volts("0.6"), FaultKind::kStuckAt0}};
  EXPECT_EQ(read_back.map.faults(), expected);
}

TEST(MemoryDump, ADoubledByteIsDroppedAndSaidSo) {
  const std::string doubled = "fefeffff7f7ff0f0";
  const MeasuredFaultMap read_back = read({{"0.6", "ffffffff7f7fffff"}, {"0.55", doubled}});
  EXPECT_EQ(read_back.map.geometry(), (SramGeometry{2, 2, 8}));
  EXPECT_THAT(read_back.failing, ElementsAre(1, 6));
  EXPECT_EQ(read_back.map.faults().size(), 6);
  EXPECT_EQ(read_back.note, "columns 8 to 15 dropped: in every row they repeat columns 0 to 7");
  EXPECT_EQ(read_back.map.source(), "board; " + read_back.note);

  MemoryDumpFormat keep = format();
  keep.keep_copy = true;
  EXPECT_EQ(read({{"0.55", doubled}}, keep).map.geometry(), format().geometry);
  EXPECT_EQ(read({{"0.55", doubled}}, keep).map.faults().size(), 12);
}

TEST(MemoryDump, OneBitWithoutItsCopyKeepsAllColumns) {
  EXPECT_EQ(read({{"0.55", "fefeffff7f7ff0f8"}}).map.geometry(), format().geometry);
  EXPECT_EQ(read({{"0.6", "fffeffffffffffff"}, {"0.55", "fefeffff7f7ff0f0"}}).map.geometry(),
            format().geometry);
  EXPECT_EQ(read({{"0.55", "feefffffffffffff"}}).map.geometry(), format().geometry);
  EXPECT_EQ(read({{"0.55", "ffffffffffffffff"}}).map.geometry(), format().geometry);
}

TEST(MemoryDump, BadDumpsAreRefusedWithTheirPlace) {
  const auto complaint = [](const std::string& text) {
    return message_of([&] { read({{"0.6", text}}); });
  };
  EXPECT_EQ(complaint("ffffffff\nffffffg0"), "dump:2: \"g\" is not a hexadecimal digit");
  EXPECT_EQ(complaint("fffffffffffffff"),
            "dump:1: the file has 15 of the 16 digits of 2 banks x 2 rows x 16 columns; row 3 is "
            "the first that is missing");
  EXPECT_THAT(complaint("ffffffffffffffff\nf"), HasSubstr("dump:2: more than the 16"));
  EXPECT_THAT(complaint(""), HasSubstr("dump: 0 bytes are too few for"));
  EXPECT_THAT(complaint("0000000000000000"), HasSubstr("64 bits"));
  EXPECT_THAT(complaint("0000000000000000"), HasSubstr("was it another background?"));
}

MemoryDumpFormat with(const SramGeometry& geometry, const std::string& background = "") {
  return {.geometry = geometry, .background = background, .unit = "V", .source = "board"};
}

TEST(MemoryDump, BadFormatsAreRefused) {
  const auto complaint = [](const MemoryDumpFormat& as) {
    return message_of([&] { read({{"0.6", ""}}, as); });
  };
  EXPECT_THAT(complaint(with({2, 2, 18})), HasSubstr("rows of 18 bits"));
  EXPECT_THAT(complaint(with({0, 2, 16})), HasSubstr("are no cells"));
  EXPECT_THAT(complaint(with({4'000'000'000U, 4'000'000'000U, 4'000'000'000U})),
              HasSubstr("are more than"));
  EXPECT_THAT(complaint(with({2, 2, 16}, "ff")), HasSubstr("\"ff\" is not 4 hexadecimal digits"));
  EXPECT_THAT(complaint(with({2, 2, 16}, "ffxf")), HasSubstr("is not 4 hexadecimal digits"));
}

}  // namespace
}  // namespace brownout::memory
