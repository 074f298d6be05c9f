// Encodings, exhaustively for every width a weight may have.
#include "memory/encoding.hpp"

#include <gtest/gtest.h>

#include <set>

#include "memory/sram_macro.hpp"
#include "tests/memory/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr Encoding kEncodings[] = {Encoding::kTwosComplement, Encoding::kOffsetBinary};

struct Range {
  int first, end;
};
Range values_of(int bits) { return {-(1 << (bits - 1)), 1 << (bits - 1)}; }

TEST(Encoding, EveryValueIsReadBackAndEveryCodeIsUsedOnce) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 2; bits <= 8; ++bits) {
      std::set<std::uint32_t> codes;
      const Range range = values_of(bits);
      for (int value = range.first; value < range.end; ++value) {
        const std::uint32_t code = encode(encoding, value, bits);
        EXPECT_LT(code, 1u << bits);
        EXPECT_EQ(decode(encoding, code, bits), value);
        codes.insert(code);
      }
      EXPECT_EQ(codes.size(), std::size_t{1} << bits);
    }
  }
}

TEST(Encoding, CodesAreThoseOfTheDefinitions) {
  for (int bits = 2; bits <= 8; ++bits) {
    const Range range = values_of(bits);
    for (int value = range.first; value < range.end; ++value) {
      const int modulo = value < 0 ? value + (1 << bits) : value;
      EXPECT_EQ(encode(Encoding::kTwosComplement, value, bits), static_cast<std::uint32_t>(modulo));
      EXPECT_EQ(encode(Encoding::kOffsetBinary, value, bits),
                static_cast<std::uint32_t>(value - range.first));
    }
  }
}

TEST(Encoding, BitsAboveTheLaneAreIgnored) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 2; bits <= 8; ++bits) {
      for (std::uint32_t code = 0; code < 1u << bits; ++code) {
        EXPECT_EQ(decode(encoding, code | ~0u << bits, bits), decode(encoding, code, bits));
      }
    }
  }
}

// The value read through `mask`.
int read_through(const WordMask& mask, Encoding encoding, int value, int bits) {
  const std::uint64_t read = mask.apply(encode(encoding, value, bits));
  return decode(encoding, static_cast<std::uint32_t>(read), bits);
}

TEST(Encoding, FlipsDoTheSameToBothEncodings) {
  for (int bits = 2; bits <= 8; ++bits) {
    const Range range = values_of(bits);
    for (std::uint64_t flips = 0; flips < std::uint64_t{1} << bits; ++flips) {
      const WordMask mask{.flip = flips};
      for (int value = range.first; value < range.end; ++value) {
        ASSERT_EQ(read_through(mask, Encoding::kTwosComplement, value, bits),
                  read_through(mask, Encoding::kOffsetBinary, value, bits));
      }
    }
  }
}

TEST(Encoding, AStuckTopBitMakesTwosComplementPositiveAndOffsetBinaryNegative) {
  for (int bits = 2; bits <= 8; ++bits) {
    const WordMask mask{.stuck_at_0 = std::uint64_t{1} << (bits - 1)};
    const Range range = values_of(bits);
    for (int value = range.first; value < range.end; ++value) {
      const int twos = read_through(mask, Encoding::kTwosComplement, value, bits);
      const int offset = read_through(mask, Encoding::kOffsetBinary, value, bits);
      EXPECT_EQ(twos, value >= 0 ? value : value - range.first);
      EXPECT_EQ(offset, value < 0 ? value : value + range.first);
    }
  }
}

TEST(Encoding, NamesAreReadBackAndOthersRefusedWithTheList) {
  for (const Encoding encoding : kEncodings) {
    EXPECT_EQ(parse_encoding(to_string(encoding)), encoding);
  }
  EXPECT_EQ(to_string(Encoding::kOffsetBinary), "offset_binary");
  EXPECT_EQ(message_of([] { parse_encoding("gray code"); }),
            "\"gray code\" is not an encoding: twos_complement, offset_binary");
}

TEST(Encoding, ValuesAndWidthsThatDoNotFitAreOurBugs) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 2; bits <= 8; ++bits) {
      const Range range = values_of(bits);
      EXPECT_THROW(encode(encoding, range.end, bits), std::logic_error);
      EXPECT_THROW(encode(encoding, range.first - 1, bits), std::logic_error);
    }
    EXPECT_THROW(encode(encoding, 0, 1), std::logic_error);
    EXPECT_THROW(decode(encoding, 0, 17), std::logic_error);
  }
}

}  // namespace
}  // namespace brownout::memory
