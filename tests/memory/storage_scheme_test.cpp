// The tables of word codes and write policies, and the plain entry of each.
#include "memory/storage_scheme.hpp"

#include <gtest/gtest.h>

#include "memory/code_table.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

TEST(WordCode, NoneAddsNothingAndKeepsWhatIsRead) {
  const auto code = find_word_code("none").make(32);
  EXPECT_EQ(code->check_bits(), 0U);
  EXPECT_EQ(code->encode({0xdeadbeef}), (WordBits{{0xdeadbeef}}));
  const DecodedWord decoded = code->decode({{0xdeadbeef}});
  EXPECT_EQ(decoded.data, WideBits(0xdeadbeef));
  EXPECT_EQ(decoded.status, WordStatus::kIntact);
}

TEST(WordCode, UnknownOnesAreRefusedWithTheList) {
  EXPECT_EQ(message_of([] { find_word_code("crc"); }),
            "\"crc\" is not a word code: none, parity, secded, hamming, bch_dec, in_place_secded");
}

TEST(WritePolicy, PlainWritesWhatIsWanted) {
  const PartMask known{.stuck_at_1 = 0xff};
  EXPECT_EQ(make_write_policy("plain", Encoding::kGray)->choose(0x5a, 8, known), 0x5aU);
}

TEST(WritePolicy, UnknownOnesAreRefusedWithTheList) {
  EXPECT_EQ(message_of([] { make_write_policy("best", Encoding::kGray); }),
            "\"best\" is not a write policy: plain, faq");
}

TEST(CodeTable, IsTheEncodingBothWays) {
  for (const Encoding encoding : {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                  Encoding::kSignMagnitude, Encoding::kGray}) {
    for (int bits = 2; bits <= 8; ++bits) {
      const CodeTable table(encoding, bits);
      for (std::uint32_t code = 0; code >> bits == 0; ++code) {
        ASSERT_EQ(table.value(code), decode(encoding, code, bits));
      }
      for (int value = lowest_value(encoding, bits); value < 1 << (bits - 1); ++value) {
        ASSERT_EQ(table.code(static_cast<std::int8_t>(value)), encode(encoding, value, bits));
      }
    }
  }
}

}  // namespace
}  // namespace brownout::memory
