// The ways to write a memory's contents: each gives the same digits, or says in which line it
// fails.
#include "memory/files/dump_contents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr SramGeometry kGeometry{1, 3, 16};

std::vector<std::uint8_t> digits(const std::string& bytes, bool high_byte_first = false) {
  return dump_digits(bytes, "d", dump_encoding_of(bytes), kGeometry, high_byte_first);
}

TEST(DumpContents, EveryWayOfWritingGivesTheSameDigits) {
  const auto expected = ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  EXPECT_THAT(digits("0123456789ab"), expected);
  EXPECT_THAT(digits("// three rows\n0123 4567 # row 1\n/* the\nlast */ 89_AB\n"), expected);
  EXPECT_THAT(digits("0x0123\n0X4567\n0x89ab\n"), expected);
  EXPECT_THAT(digits("@1 4567\n89ab // behind it\n@0\n0123\n"), expected);
  EXPECT_THAT(digits(std::string("\x23\x01\x67\x45\xab\x89", 6)), expected);
  EXPECT_THAT(digits(std::string("\x01\x23\x45\x67\x89\xab", 6), true), expected);
}

TEST(DumpContents, IntelHexIsPutAtItsAddresses) {
  const auto expected = ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  // Bytes 23 01 67 45 at 0, AB 89 at 4; a start address does not matter.
  EXPECT_THAT(digits(":02000400AB89C6\n:020000040000FA\n:04000000230167452C\n"
                     ":0400000500000000F7\n:00000001FF\nrest"),
              expected);
}

TEST(DumpContents, WhatIsWrongIsToldWithItsLine) {
  const std::pair<std::string, const char*> cases[] = {
      {"0123\n4567\n89ag", "d:3: \"g\" is not a hexadecimal digit"},
      {"0123\n4567\n", "d:3: the file has 8 of the 12 digits"},
      {"0123\n4567\n", "row 2 is the first that is missing"},
      {"0123456789abcdef", "d:1: more than the 12 digits"},
      {"@0 0123 4567 89ab @1 4567", "d:1: row 1 stands there twice"},
      {"@0 0123\n@2 89ab", "row 1 is the first that is missing"},
      {"@0 0123 456 89ab", "d:1: \"456\" is not a row of 4 digits"},
      {"0x0123 0x4567\n0x9ab", "d:2: \"0x9ab\" is not a row of 4 digits"},
      {"@c 0123 0123 0123", "d:1: \"@c\" is behind the last row"},
      {"@ 0123 0123 0123", "d:1: @ without a row"},
      {"@0 01x3 0123 0123", "d:1: \"x\" is not a hexadecimal digit"},
      {":040000002301674527\n:00000001FF\n", "d:1: the record's checksum is wrong"},
      {":050000002301674528\n:00000001FF\n", "d:1: the record's length is not"},
      {":04000000230167\n", "d:1: the record's length is not"},
      {":0400\n:00000001FF\n", "d:1: \":0400\" is not a record of Intel HEX"},
      {":04000000230167452C\n", "the file ends without its last record"},
      {":04000000230167452C\n:00000001FF\n", "d:2: the file has 8 of the 12 digits"},
      {":040004002301674528\n:00000001FF\n", "d:1: more than the 12 digits"},
      {":040000092301674523\n", "d:1: a record of an unknown type"},
      {std::string("\0\1\2\3\4\5\6", 7), "d:1: 7 bytes instead of 6"},
      {std::string("\0\1\2\3\4", 5), "d: 5 bytes are too few"},
      {"", "d: 0 bytes are too few"}};
  for (const auto& [bytes, says] : cases) {
    EXPECT_THAT(message_of([&, &bad = bytes] { digits(bad); }), HasSubstr(says)) << bytes;
  }
  EXPECT_THAT(message_of([] {
                dump_digits(std::string(9, '\0'), "d", DumpEncoding::kBinary, {1, 3, 20}, false);
              }),
              HasSubstr("d: rows of 20 bits are no whole number of bytes"));
}

}  // namespace
}  // namespace brownout::memory
