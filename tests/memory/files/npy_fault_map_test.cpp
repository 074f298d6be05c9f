// .npy arrays of vfail per cell: every type, both versions, and everything that is refused.
#include "memory/files/npy_fault_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "memory/base/text_number.hpp"
#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string header(const std::string& type, const std::string& shape,
                   const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

// A file of version `major`.0, its header padded as NumPy does.
std::string npy(std::string dictionary, const std::string& elements, char major = 1) {
  const std::size_t fixed = major == 1 ? 10 : 12;
  dictionary.append(63 - (fixed + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {major, '\0'};
  for (std::size_t i = 0; i < fixed - 8; ++i) {
    bytes += static_cast<char>(dictionary.size() >> (8 * i) & 0xFF);
  }
  return bytes + dictionary + elements;
}

// The tests run on little endian hosts.
template <typename Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

SparseFaultMap read(const std::string& bytes, FaultKind kind = FaultKind::kFlip) {
  const TemporaryDirectory directory("npy");
  return read_npy_fault_map(
      directory.write("m.npy", bytes),
      {.unit = "V", .kind = kind, .lowest_measured = volts("0.5"), .source = "die 7"});
}

std::string complaint(const std::string& bytes) {
  return message_of([&] { read(bytes); });
}

// Of 2 rows x 3 columns: good, 0.8, good, 0.855, defect, 0.001.
const std::vector<Fault> kFaults = {{{0, 0, 1}, volts("0.8"), FaultKind::kFlip},
                                    {{0, 1, 0}, volts("0.855"), FaultKind::kFlip},
                                    {{0, 1, 1}, Voltage::infinite(), FaultKind::kFlip},
                                    {{0, 1, 2}, volts("0.001"), FaultKind::kFlip}};

const std::string kUint16 = bytes_of<std::uint16_t>({0, 800, 0, 855, 65535, 1});

TEST(NpyFaultMap, EveryTypeGivesTheSameCells) {
  const std::string files[] = {
      npy(header("<u2", "(2, 3)"), kUint16),
      npy(header("<u2", "(2, 3)"), kUint16, 2),
      npy(header("<i4", "(2, 3)"),
          bytes_of<std::int32_t>({0, 800, 0, 855, std::numeric_limits<std::int32_t>::max(), 1})),
      npy(header("<f4", "(2, 3)"), bytes_of<float>({NAN, 0.8F, 0, 0.855F, INFINITY, 0.001F})),
      npy(header("<f8", "(2, 3)"), bytes_of<double>({kNan, 0.8, 0, 0.855, kInf, 0.001})),
      npy(header("<f8", "(1, 2, 3)"), bytes_of<double>({kNan, 0.8, -0.0, 0.855, kInf, 0.001}))};
  for (const std::string& file : files) {
    const SparseFaultMap map = read(file);
    EXPECT_EQ(map.geometry(), (SramGeometry{1, 2, 3}));
    EXPECT_EQ(map.faults(), kFaults);
    EXPECT_EQ(map.header().unit, "V");
    EXPECT_EQ(map.header().source, "die 7");
    EXPECT_EQ(map.header().lowest_measured, volts("0.5"));
  }
}

TEST(NpyFaultMap, VoltagesAreRoundedToMillionths) {
  const auto vfail = [](double value) {
    return read(npy(header("<f8", "(1, 1)"), bytes_of<double>({value}))).faults();
  };
  EXPECT_EQ(vfail(0.1234564).at(0).vfail, volts("0.123456"));
  EXPECT_EQ(vfail(0.1234566).at(0).vfail, volts("0.123457"));
  EXPECT_EQ(vfail(100).at(0).vfail, volts("100"));
  EXPECT_TRUE(vfail(1e-9).empty());
}

TEST(NpyFaultMap, ThreeAxesAreBanksRowsColumns) {
  const SparseFaultMap map = random_map({3, 5, 7}, {FaultKind::kStuckAt1});
  std::vector<double> vfails(map.geometry().cells(), kNan);
  for (const Fault& fault : map.faults()) {
    vfails[(fault.cell.bank * 5 + fault.cell.row) * 7 + fault.cell.column] = fault.vfail.value();
  }
  const SparseFaultMap back =
      read(npy(header("<f8", "(3, 5, 7)"), bytes_of(vfails)), FaultKind::kStuckAt1);
  EXPECT_EQ(back.geometry(), map.geometry());
  ASSERT_GT(map.faults().size(), 20);
  EXPECT_EQ(back.faults(), map.faults());
}

TEST(NpyFaultMap, TheOrderOfKeysIsFree) {
  EXPECT_EQ(read(npy("{'shape':(2,3),'fortran_order':False,'descr':'<u2'}", kUint16)).faults(),
            kFaults);
}

struct BadFile {
  std::string bytes, says;
};

TEST(NpyFaultMap, BadHeadersAreRefused) {
  const std::string good = npy(header("<u2", "(2, 3)"), kUint16);
  const auto with = [&](const std::string& dictionary) { return npy(dictionary, kUint16); };
  const BadFile cases[] = {
      {"", "not an .npy file"},
      {"bank,row,column", "not an .npy file"},
      {good.substr(0, 7), "the file ends within its header"},
      {good.substr(0, 40), "the file ends within its header"},
      {npy(header("<u2", "(2, 3)"), kUint16, 3), "version 3.0 of the .npy format; 1.0 and 2.0"},
      {with(header("<u2", "(2, 3)", "True")), "fortran_order is True"},
      {with(header("<u2", "(2, 3)", "0")), "fortran_order is neither True nor False"},
      {with(header(">u2", "(2, 3)")), "\">u2\" are big endian; little endian is wanted"},
      {with(header("|O", "(2, 3)")), "\"|O\", not numbers"},
      {with("{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (2, 3), }"),
       "a structured array"},
      {with("{'descr': '<u2', 'shape': (2, 3), }"), "the header has no 'fortran_order'"},
      {with("{'descr': '<u2', 'fortran_order': False}"), "the header has no 'shape'"},
      {with("{'fortran_order': False, 'shape': (2, 3)}"), "the header has no 'descr'"},
      {with("{'descr': '<u2', 'descr': '<u2'}"), "\"descr\" is unknown or stands twice"},
      {with("{'type': '<u2'}"), "\"type\" is unknown or stands twice"},
      {with("{'descr' '<u2'}"), "':' is missing before"},
      {with("{'descr': '<u2}"), "a text is not closed"},
      {with("descr"), "'{' is missing before"},
      {with("{'descr': '<u2' 'shape'"), "'}' is missing before"},
      {with(header("<u2", "(2, x)")), "shape is malformed at \"x)"},
      {with(header("<u2", "(2, 99999999999999999999)")), "shape is malformed"},
      {with(header("<u2", "(2, 3)") + "x"), "text behind the header's dictionary"}};
  for (const BadFile& bad : cases) {
    const std::string message = complaint(bad.bytes);
    EXPECT_THAT(message, HasSubstr("m.npy: "));
    EXPECT_THAT(message, HasSubstr(bad.says));
  }
}

TEST(NpyFaultMap, BadShapesSizesAndTypesAreRefused) {
  const BadFile cases[] = {
      {npy(header("<u2", "(6,)"), kUint16), "shape (6); (rows, columns) or (banks, rows, columns)"},
      {npy(header("<u2", "(1, 1, 2, 3)"), kUint16), "shape (1, 1, 2, 3); "},
      {npy(header("<u2", "(0, 3)"), ""), "shape (0, 3); "},
      {npy(header("<u2", "(2, 4)"), kUint16), "12 bytes of elements; the header's shape needs 16"},
      {npy(header("<u2", "(2, 3)"), kUint16 + "x"), "13 bytes of elements; the header's shape"},
      {npy(header("<u2", "(4611686018427387904, 4)"), ""), "needs more than any file holds"},
      {npy(header("<u2", "(4611686018427387904, 2)"), ""), "needs more than any file holds"},
      {npy(header("<i2", "(2, 3)"), kUint16),
       "\"<i2\"; uint16, int32, float16, float32 or float64"},
      {npy(header("|u1", "(1, 12)"), kUint16),
       "m.npy: a bitmap of one voltage: name it with its voltage"}};
  for (const BadFile& bad : cases) EXPECT_THAT(complaint(bad.bytes), HasSubstr(bad.says));
}

TEST(NpyFaultMap, NumbersThatAreNoVoltagesAreRefusedWithTheirCell) {
  const auto real = [](double value) {
    return complaint(npy(header("<f8", "(2, 1, 2)"), bytes_of<double>({0, 0, 0.8, value})));
  };
  for (const double value : {-0.1, -kInf, 100.1, 850.0}) {
    EXPECT_THAT(real(value), HasSubstr("bank 1, row 0, column 1: " + format_double(value)));
    EXPECT_THAT(real(value), HasSubstr("is not 0..100 in the unit, NaN for a good cell"));
  }
  for (const std::int32_t value : {-1, 100001}) {
    EXPECT_THAT(complaint(npy(header("<i4", "(1, 1)"), bytes_of<std::int32_t>({value}))),
                HasSubstr(std::to_string(value) + " is not thousandths of the unit in 0..100000"));
  }
}

TEST(NpyFaultMap, ChancesCannotBeWritten) {
  const FaultMapHeader header{{1, 1, 2}, "V", {}, "x"};
  FaultMapHeader noisy = header;
  noisy.sigma_read = 0.01;
  EXPECT_EQ(message_of([&] {
              npy_fault_map_bytes({noisy, {}});
            }),
            "sigma_read: an array holds no read noise");
  EXPECT_THAT(message_of([&] {
                npy_fault_map_bytes({header, {{{0, 0, 1}, volts("0.6"), FaultKind::kFlip, 0.5}}});
              }),
              HasSubstr("column 1 is intermittent"));
}

TEST(NpyFaultMap, MissingFilesAndDirectoriesAreRefused) {
  EXPECT_THAT(message_of([] { read_npy_fault_map("no/such.npy", {}); }),
              HasSubstr("no/such.npy: "));
  EXPECT_EQ(message_of([] { read_npy_fault_map(".", {}); }), ".: a directory, not a file");
}

TEST(NpyFaultMap, WhatIsWrittenIsReadBack) {
  const SparseFaultMap map = random_map({3, 17, 9}, {FaultKind::kStuckAt1});
  const NpyFaultMapOptions options{
      .unit = "V", .kind = FaultKind::kStuckAt1, .lowest_measured = {}, .source = "x"};
  const std::string bytes = npy_fault_map_bytes(map);
  EXPECT_EQ(bytes.size() % 64, 3 * 17 * 9 * 8 % 64);  // the elements are aligned
  const SparseFaultMap back = parse_npy_fault_map(bytes, "a.npy", options);
  EXPECT_EQ(back.faults(), map.faults());
  EXPECT_EQ(back.geometry(), map.geometry());
}

TEST(NpyFaultMap, WhatAnArrayCannotHoldIsRefused) {
  const auto complaint = [](const FaultMapHeader& header, const std::vector<Fault>& faults) {
    return message_of([&] { npy_fault_map_bytes({header, faults}); });
  };
  const FaultMapHeader header{{1, 2, 2}, "V", {}, "x"};
  const Fault flip{{0, 0, 0}, volts("0.8"), FaultKind::kFlip};
  Fault other = flip, never = flip;
  other.cell.column = 1;
  other.kind = FaultKind::kStuckAt0;
  never.vfail = Voltage();
  EXPECT_THAT(complaint(header, {flip, other}), HasSubstr("does not tell them apart"));
  EXPECT_THAT(complaint(header, {never}), HasSubstr("has a vfail of 0"));
  FaultMapHeader large = header;
  large.geometry = {64, 65536, 1024};
  EXPECT_THAT(complaint(large, {}), HasSubstr("too many for an array"));
}

}  // namespace
}  // namespace brownout::memory
