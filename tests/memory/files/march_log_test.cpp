// March logs: lines to cells and polarities, voltages of a column or of a file, what is refused.
#include "memory/files/march_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

MarchLogFormat format() {
  return {.banks = 2, .words = 32, .word_bits = 8, .unit = "V", .source = "mbist"};
}

MeasuredFaultMap read(const std::string& text, const MarchLogFormat& as = format()) {
  return read_march_logs({{{}, "log", text}}, as);
}

const std::string kNames = "voltage,address,expected,read\n";

TEST(MarchLog, DirectionsBecomePolarities) {
  const MeasuredFaultMap found = read(kNames +
                                      "0.6,1f,ff,7f\n"     // bit 7 of word 31: 1 -> 0
                                      "0.6,0x00,00,01\n"   // bit 0 of word 0: 0 -> 1
                                      "0.55,00,0x00,05\n"  // and bit 2
                                      "0.55,1f,ff,7f\n"
                                      "0.55,1F,00,80\n"  // both ways, at a lower voltage
                                      "0.55,03,aa,aa\n");
  const std::vector<Fault> expected = {{{0, 0, 0}, volts("0.6"), FaultKind::kStuckAt1},
                                       {{0, 0, 2}, volts("0.55"), FaultKind::kStuckAt1},
                                       {{0, 31, 7}, volts("0.6"), FaultKind::kFlip}};
  EXPECT_EQ(found.map.faults(), expected);
  EXPECT_EQ(found.map.geometry(), (SramGeometry{1, 32, 8}));
  EXPECT_EQ(found.map.header().lowest_measured, volts("0.55"));
  EXPECT_EQ(found.map.source(), "mbist");
  EXPECT_THAT(found.failing, ElementsAre(2, 3));  // cells, not lines
  EXPECT_EQ(found.nesting_violations, 0);
}

TEST(MarchLog, WordsAreUpTo256BitsWide) {
  for (const std::uint32_t bits : {65U, 96U, 130U, 256U}) {
    MarchLogFormat wide = format();
    wide.word_bits = bits;
    const std::size_t digits = (bits + 3) / 4;
    // The highest bit, bit 64 and bit 3 read 1.
    std::string zeros(digits, '0'), read_back = zeros;
    read_back[0] = "1248"[(bits - 1) % 4];
    if (bits > 65) read_back[digits - 17] = '1';
    read_back[digits - 1] = '8';
    std::vector<Fault> expected = {{{0, 2, 3}, volts("0.6"), FaultKind::kStuckAt1}};
    if (bits > 65) expected.push_back({{0, 2, 64}, volts("0.6"), FaultKind::kStuckAt1});
    expected.push_back({{0, 2, bits - 1}, volts("0.6"), FaultKind::kStuckAt1});
    const MeasuredFaultMap found = read(kNames + "0.6,02," + zeros + "," + read_back + "\n", wide);
    EXPECT_EQ(found.map.faults(), expected) << bits;
    EXPECT_EQ(found.map.geometry(), (SramGeometry{1, 32, bits}));
    if (bits % 4 == 0) continue;
    read_back[0] = "2489"[(bits - 1) % 4];  // a bit beyond the word
    EXPECT_THAT(
        message_of([&] { read(kNames + "0.6,02," + zeros + "," + read_back + "\n", wide); }),
        HasSubstr("hexadecimal digits of a word of " + std::to_string(bits) + " bits"));
  }
}

TEST(MarchLog, ColumnsInAnyOrderAndBanksWithTheirOwnAddresses) {
  const MeasuredFaultMap found = read(
      "# a comment\n\nread, element ,bank,expected,address,voltage\r\n"
      "fe,r1w0,1,ff,0f,0.7\r\n");
  EXPECT_EQ(found.map.geometry(), (SramGeometry{2, 16, 8}));
  EXPECT_THAT(found.map.faults(),
              ElementsAre(Fault{{1, 15, 0}, volts("0.7"), FaultKind::kStuckAt0}));
}

TEST(MarchLog, AFileAVoltage) {
  const std::string names = "address,expected,read\n";
  const MeasuredFaultMap found =
      read_march_logs({{volts("0.7"), "a", names + "00,00,01\n"},
                       {volts("0.6"), "b", names},  // nothing failed: the cell passed again
                       {volts("0.5"), "c", names + "00,00,01\n"}},
                      format());
  EXPECT_THAT(found.voltages, ElementsAre(volts("0.7"), volts("0.6"), volts("0.5")));
  EXPECT_THAT(found.failing, ElementsAre(1, 0, 1));
  EXPECT_EQ(found.nesting_violations, 1);
}

TEST(MarchLog, TestedVoltagesCountEvenWithoutFailures) {
  MarchLogFormat as = format();
  as.tested = {volts("0.5"), volts("0.7"), volts("0.6")};
  const MeasuredFaultMap found = read(kNames + "0.6,00,00,01\n", as);
  EXPECT_EQ(found.map.header().lowest_measured, volts("0.5"));
  EXPECT_THAT(found.failing, ElementsAre(0, 1, 0));
  EXPECT_EQ(found.nesting_violations, 1);
  EXPECT_THAT(message_of([&] { read(kNames + "0.65,00,00,01\n", as); }),
              HasSubstr("at 0.65, which is not among the tested voltages"));
  EXPECT_EQ(read(kNames, as).map.faults().size(), 0);
}

TEST(MarchLog, OtherTitlesSeparatorsAndUnitsAreUnderstoodAndTold) {
  const MeasuredFaultMap found = read("Addr;VDD [mV];EXP;Got;site\n0x3;600;0xff;0xfe;9\n");
  EXPECT_THAT(found.map.faults(),
              ElementsAre(Fault{{0, 3, 0}, volts("0.6"), FaultKind::kStuckAt0}));
  EXPECT_EQ(found.note,
            "address = Addr, voltage = VDD [mV] (mV), expected = EXP, read = Got; not used: site");
  EXPECT_THAT(found.map.source(), HasSubstr(found.note));
}

TEST(MarchLog, BehindAPrefixLeadingZerosMayBeLeftOut) {
  MarchLogFormat wide = format();
  wide.word_bits = 130;
  const MeasuredFaultMap found =
      read(kNames + "0.6,00,0x0,0x200000000000000000000000000000001\n", wide);
  EXPECT_THAT(found.map.faults(),
              ElementsAre(Fault{{0, 0, 0}, volts("0.6"), FaultKind::kStuckAt1},
                          Fault{{0, 0, 129}, volts("0.6"), FaultKind::kStuckAt1}));
}

TEST(MarchLog, LinesOfAPatternAreReadAndTheOthersCounted) {
  const LinePattern pattern("FAIL VDD={voltage} ADDR={address} EXP={expected} GOT={read}");
  MarchLogFormat as = format();
  as.pattern = &pattern;
  const MeasuredFaultMap found = read(
      "start of test\n[12:01] FAIL  VDD=0.60 ADDR=1f EXP=ff GOT=7f (r0)\n"
      "FAIL VDD=0.70 ADDR=00 EXP=00 GOT=00\nend\n",
      as);
  EXPECT_THAT(found.map.faults(),
              ElementsAre(Fault{{0, 31, 7}, volts("0.6"), FaultKind::kStuckAt0}));
  EXPECT_EQ(found.note, "2 of 4 lines are of the pattern");
  EXPECT_THAT(message_of([&] { read("\nFAIL VDD=0.6 ADDR=1 EXP=ff\n", as); }),
              HasSubstr("log:2: \"FAIL VDD=0.6 ADDR=1 EXP=ff\" does not go on like the pattern"));
  EXPECT_THAT(message_of([&] { read("FAIL VDD=0.6 ADDR=zz EXP=ff GOT=fe\n", as); }),
              HasSubstr("log:1: address: \"zz\" is not a hexadecimal number below 32"));
}

struct BadLog {
  std::string text, says;
};

TEST(MarchLog, BadLogsAreRefusedWithTheirLine) {
  const BadLog cases[] = {
      {"", "log:1: the column names are missing"},
      {"voltage,address,expected\n", "log:1: column read is missing"},
      {"address,expected,read\n", "log:1: column voltage is missing"},
      {"voltage,address,expected,read,read\n", "log:1: column read stands twice"},
      {"voltage,place,expected,read\n", "log:1: column address is missing"},
      {"voltage,addr:mV,expected,read\n", "log:1: address is not in mV"},
      {kNames, "log: no line, so the voltages of the test are not known"},
      {kNames + "0.6,00,ff\n", "log:2: 3 fields instead of 4"},
      {kNames + "0.6,20,ff,fe\n", "log:2: address: \"20\" is not a hexadecimal number below 32"},
      {kNames + "0.6,xy,ff,fe\n", "log:2: address: \"xy\" is not a hexadecimal number below 32"},
      {kNames + "0.6,,ff,fe\n", "log:2: address: \"\" is not"},
      {kNames + "0.6,00,ff,f\n", "log:2: read: \"f\" is not 2 hexadecimal digits of a word of 8"},
      {kNames + "0.6,00,fff,fe\n", "log:2: expected: \"fff\" is not 2 hexadecimal digits"},
      {kNames + "0.6,00,-f,fe\n", "log:2: expected: \"-f\" is not 2"},
      {kNames + "inf,00,ff,fe\n", "log:2: voltage: inf is not a voltage of a test"},
      {kNames + "low,00,ff,fe\n", "log:2: voltage: \"low\" is not a voltage"},
      {"voltage,bank,address,expected,read\n0.6,2,00,ff,fe\n",
       "log:2: bank: \"2\" is not a number below 2"},
      {"voltage,bank,address,expected,read\n0.6,1,10,ff,fe\n",
       "log:2: address: \"10\" is not a hexadecimal number below 16"}};
  for (const BadLog& bad : cases) {
    EXPECT_THAT(message_of([&] { read(bad.text); }), HasSubstr(bad.says)) << bad.text;
  }
  MarchLogFormat narrow = format();
  narrow.word_bits = 7;
  EXPECT_THAT(message_of([&] { read(kNames + "0.6,00,ff,7f\n", narrow); }),
              HasSubstr("\"ff\" is not 2 hexadecimal digits of a word of 7 bits"));
  const std::string names = "address,expected,read\n";
  EXPECT_THAT(message_of([&] {
                read_march_logs({{volts("0.7"), "a", names},
                                 {volts("0.6"), "b", "bank," + names + "0,00,00,01\n"}},
                                format());
              }),
              HasSubstr("b: not all logs have a column bank"));
  EXPECT_THAT(message_of([&] {
                read_march_logs({{volts("0.7"), "a", kNames}}, format());
              }),
              HasSubstr("a:1: a column voltage, and a voltage of the whole file"));
}

TEST(MarchLog, ImpossibleMemoriesAreRefused) {
  const auto complaint = [](std::uint32_t banks, std::uint64_t words, std::uint32_t bits) {
    return message_of([&] {
      read(kNames + "0.6,0,f,e\n",
           {.banks = banks, .words = words, .word_bits = bits, .unit = "V", .source = "mbist"});
    });
  };
  EXPECT_THAT(complaint(3, 32, 4), HasSubstr("32 words in 3 banks"));
  EXPECT_THAT(complaint(1, 0, 4), HasSubstr("0 words"));
  EXPECT_THAT(complaint(1, 1ULL << 40, 4), HasSubstr("are no memory"));
  EXPECT_THAT(complaint(1, 32, 257), HasSubstr("are no memory"));
  EXPECT_THAT(complaint(1, 4'000'000'000U, 4), HasSubstr("are more than"));
}

}  // namespace
}  // namespace brownout::memory
