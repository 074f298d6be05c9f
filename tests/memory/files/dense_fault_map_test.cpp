// IBM's dense text pairs: what is read, what is written, what is refused and where.
#include "memory/files/dense_fault_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

using Files = std::map<std::string, std::string>;

MeasuredFaultMap read(const Files& files) {
  const TemporaryDirectory directory("dense");
  for (const auto& [name, text] : files) directory.write(name, text);
  return read_dense_fault_map(directory.path(), "V", "chip 0");
}

std::string complaint(const Files& files) {
  return message_of([&] { read(files); });
}

const std::string kSa0 = "fmap_sa0_v_";
const std::string kSa1 = "fmap_sa1_v_";

// Two voltages, 2 rows x 3 columns.
const Files kChip = {{kSa0 + "0.80.txt", "1,0,0\n0,1,0\n"},
                     {kSa1 + "0.80.txt", "0,0,1\n0,0,0\n"},
                     {kSa0 + "0.9.txt", "0,0,0\n0,1,0\n"},
                     {kSa1 + "0.9.txt", "0,0,0\n0,0,0\n"}};

const std::vector<Fault> kFaults = {{{0, 0, 0}, volts("0.8"), FaultKind::kStuckAt0},
                                    {{0, 0, 2}, volts("0.8"), FaultKind::kStuckAt1},
                                    {{0, 1, 1}, volts("0.9"), FaultKind::kStuckAt0}};

Files with(Files files, const std::string& name, const std::string& text) {
  files[name] = text;
  return files;
}

TEST(DenseFaultMap, VfailIsTheHighestFailingVoltage) {
  const MeasuredFaultMap dense = read(kChip);
  EXPECT_EQ(dense.map.faults(), kFaults);
  EXPECT_EQ(dense.map.geometry(), (SramGeometry{1, 2, 3}));
  EXPECT_EQ(dense.map.header().unit, "V");
  EXPECT_EQ(dense.map.header().source, "chip 0");
  EXPECT_EQ(dense.map.header().lowest_measured, volts("0.8"));
  EXPECT_EQ(dense.voltages, (std::vector{volts("0.9"), volts("0.8")}));
  EXPECT_EQ(dense.nesting_violations, 0);
}

TEST(DenseFaultMap, SeparatorsLineEndsAndOtherFilesDoNotMatter) {
  for (const char* text :
       {"1 0 0\n0 1 0\n", "1, 0, 0\r\n0, 1, 0\r\n", "  1\t0 , 0 \n0,1,0", "1,0,0\n0,1,0\n\n"}) {
    EXPECT_EQ(read(with(kChip, kSa0 + "0.80.txt", text)).map.faults(), kFaults) << text;
  }
  EXPECT_EQ(read(with(kChip, "readme.txt", "x")).map.faults(), kFaults);
}

TEST(DenseFaultMap, CellsThatPassBelowAFailingVoltageAreCountedOnce) {
  const MeasuredFaultMap dense = read({{kSa0 + "0.9.txt", "1 1 1 0"},
                                       {kSa1 + "0.9.txt", "0 0 0 0"},
                                       {kSa0 + "0.8.txt", "0 0 1 0"},
                                       {kSa1 + "0.8.txt", "0 0 0 0"},
                                       {kSa0 + "0.7.txt", "0 1 1 1"},
                                       {kSa1 + "0.7.txt", "0 0 0 0"}});
  EXPECT_EQ(dense.nesting_violations, 2);  // the first two cells
  const std::vector<Fault> expected = {{{0, 0, 0}, volts("0.9"), FaultKind::kStuckAt0},
                                       {{0, 0, 1}, volts("0.9"), FaultKind::kStuckAt0},
                                       {{0, 0, 2}, volts("0.9"), FaultKind::kStuckAt0},
                                       {{0, 0, 3}, volts("0.7"), FaultKind::kStuckAt0}};
  EXPECT_EQ(dense.map.faults(), expected);
}

TEST(DenseFaultMap, WhatIsWrittenReadsBackAtTheWrittenVoltages) {
  const SparseFaultMap map = random_map({1, 37, 70}, {FaultKind::kStuckAt0, FaultKind::kStuckAt1});
  const std::vector<Voltage> voltages = {volts("0.95"), volts("0.6"), volts("0.855")};
  Files files;
  for (const TextFile& file : dense_fault_map_files(map, voltages)) files[file.name] = file.text;
  ASSERT_EQ(files.size(), 6);
  const MeasuredFaultMap back = read(files);
  EXPECT_EQ(back.nesting_violations, 0);
  EXPECT_EQ(back.voltages, (std::vector{volts("0.95"), volts("0.855"), volts("0.6")}));
  for (const Voltage voltage : voltages) {
    const CellMasks before = map.faults_at(voltage).certain;
    const CellMasks after = back.map.faults_at(voltage).certain;
    ASSERT_GT(before.count(), 50);
    EXPECT_EQ(after.count(), before.count());
    before.for_each([&](const CellAddress& cell, FaultKind kind) {
      EXPECT_EQ(after.at(cell), kind) << to_string(cell);
    });
  }
}

TEST(DenseFaultMap, FilesHaveTheirExactText) {
  const std::vector<TextFile> files = dense_fault_map_files(read(kChip).map, {volts("0.80")});
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].name, "fmap_sa0_v_0.8.txt");
  EXPECT_EQ(files[0].text, kChip.at(kSa0 + "0.80.txt"));
  EXPECT_EQ(files[1].name, "fmap_sa1_v_0.8.txt");
  EXPECT_EQ(files[1].text, kChip.at(kSa1 + "0.80.txt"));
}

struct BadFile {
  std::string name, text, says;
};

TEST(DenseFaultMap, BadFilesAreRefusedWithTheirPlace) {
  const BadFile cases[] = {
      {kSa0 + "0.80.txt", "1,0,0\n0,2,0\n", "fmap_sa0_v_0.80.txt:2: column 2: \"2\" is not 0 or 1"},
      {kSa0 + "0.80.txt", "1,0,0\n0,,0\n", "fmap_sa0_v_0.80.txt:2: column 2: \"\" is not 0 or 1"},
      {kSa0 + "0.80.txt", "1,0,0,\n0,1,0\n", ":1: column 4: \"\" is not 0 or 1"},
      {kSa0 + "0.80.txt", "1,0,0\n\n0,1,0\n", ":2: column 1: \"\" is not 0 or 1"},
      {kSa0 + "0.80.txt", "1.0,0,0\n0,1,0\n", ":1: column 1: \"1.0\" is not 0 or 1"},
      {kSa0 + "0.80.txt", "1,0,0\n0,1\n", "fmap_sa0_v_0.80.txt:2: 2 columns instead of the 3"},
      {kSa1 + "0.80.txt", "0,0,1\n", "fmap_sa1_v_0.80.txt:1: 1 rows x 3 columns; "},
      {kSa1 + "0.80.txt", "0,0\n0,0\n", "fmap_sa1_v_0.80.txt:2: 2 rows x 2 columns; "},
      {kSa1 + "0.80.txt", "", "fmap_sa1_v_0.80.txt:1: the file is empty"},
      {kSa1 + "0.80.txt", "0,0,1\n0,1,0\n",
       "fmap_sa1_v_0.80.txt:2: column 2: the cell is stuck at 0 too, in "},
      {kSa0 + "0.85.txt", "0,0,0\n0,1,0\n", "fmap_sa1_v_0.85.txt of the same voltage is missing"},
      {kSa1 + "0.85.txt", "0,0,0\n0,1,0\n", "fmap_sa0_v_0.85.txt of the same voltage is missing"},
      {kSa0 + "0.8.txt", "1,0,0\n0,1,0\n",
       "fmap_sa0_v_0.80.txt: fmap_sa0_v_0.8.txt has the same voltage"},
      {kSa0 + "low.txt", "", "fmap_sa0_v_low.txt: in the name \"low\" is not a voltage"},
      {kSa0 + "inf.txt", "", "fmap_sa0_v_inf.txt: in the name \"inf\" is not a voltage"},
      {kSa0 + "0.8", "", "fmap_sa0_v_0.8: the name is not fmap_sa0_v_<V>.txt"},
      {"fmap_sa2_v_0.8.txt", "", "the name is not fmap_sa0_v_<V>.txt or fmap_sa1_v_<V>.txt"}};
  for (const BadFile& bad : cases) {
    EXPECT_THAT(complaint(with(kChip, bad.name, bad.text)), HasSubstr(bad.says)) << bad.text;
  }
}

TEST(DenseFaultMap, AChangeOfPolarityIsRefused) {
  Files files = with(kChip, kSa0 + "0.80.txt", "1,0,0\n0,0,0\n");
  files[kSa1 + "0.80.txt"] = "0,0,1\n0,1,0\n";
  EXPECT_THAT(complaint(files),
              EndsWith("fmap_sa1_v_0.80.txt:2: column 2: the cell is stuck_at_1 here, but "
                       "stuck_at_0 at 0.9"));
}

TEST(DenseFaultMap, DirectoriesWithoutPairsAreRefused) {
  EXPECT_THAT(complaint({{"a.txt", "0"}}), HasSubstr("no files fmap_sa0_v_<V>.txt"));
  EXPECT_EQ(message_of([] { read_dense_fault_map("no/such", "V", ""); }),
            "no/such: no such directory");
}

TEST(DenseFaultMap, WhatTheFormatCannotHoldIsRefused) {
  const auto write = [](const SparseFaultMap& map, Voltage voltage) {
    return message_of([&] { dense_fault_map_files(map, {voltage}); });
  };
  const std::vector<Fault> flip = {{{0, 1, 2}, volts("0.8"), FaultKind::kFlip}};
  EXPECT_THAT(write({{{1, 4, 8}, "V", {}, ""}, flip}, volts("0.9")),
              HasSubstr("the cell at bank 0, row 1, column 2 is a flip"));
  const std::vector<Fault> rare = {{{0, 1, 2}, volts("0.8"), FaultKind::kStuckAt0, 0.5}};
  EXPECT_THAT(write({{{1, 4, 8}, "V", {}, ""}, rare}, volts("0.9")),
              HasSubstr("the cell at bank 0, row 1, column 2 is intermittent"));
  EXPECT_THAT(write({{{1, 4, 8}, "V", {}, "", 0.01}, {}}, volts("0.9")),
              HasSubstr("hold no read noise"));
  EXPECT_THAT(write({{{2, 4, 8}, "V", {}, ""}, {}}, volts("0.9")), HasSubstr("hold one bank"));
  EXPECT_THAT(write(read(kChip).map, volts("0.79")), HasSubstr("below the lowest measured"));
  EXPECT_THAT(write(read(kChip).map, Voltage::infinite()), HasSubstr("inf is not a voltage"));
}

}  // namespace
}  // namespace brownout::memory
