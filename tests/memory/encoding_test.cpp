// Encodings, exhaustively for every width a weight may have.
#include "memory/encoding.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <span>
#include <string>

#include "memory/sram_macro.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr Encoding kEncodings[] = {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                   Encoding::kSignMagnitude, Encoding::kGray};

struct Range {
  int first, end;
};
Range values_of(int bits) { return {-(1 << (bits - 1)), 1 << (bits - 1)}; }
Range values_of(Encoding encoding, int bits) {
  const Range all = values_of(bits);
  return {encoding == Encoding::kSignMagnitude ? all.first + 1 : all.first, all.end};
}

// Sign and magnitude has one value less, and leaves the code of minus zero.
TEST(Encoding, EveryValueIsReadBackAndHasACodeOfItsOwn) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 2; bits <= 8; ++bits) {
      std::set<std::uint32_t> codes;
      const Range range = values_of(encoding, bits);
      for (int value = range.first; value < range.end; ++value) {
        const std::uint32_t code = encode(encoding, value, bits);
        EXPECT_LT(code, 1u << bits);
        EXPECT_EQ(decode(encoding, code, bits), value);
        codes.insert(code);
      }
      EXPECT_EQ(codes.size(), static_cast<std::size_t>(range.end - range.first));
      EXPECT_EQ(lowest_value(encoding, bits), range.first);
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
      if (value == range.first) continue;
      const int sign = value < 0 ? 1 << (bits - 1) : 0;
      EXPECT_EQ(encode(Encoding::kSignMagnitude, value, bits),
                static_cast<std::uint32_t>(sign + std::abs(value)));
    }
  }
}

TEST(Encoding, MinusZeroIsReadAsZero) {
  for (int bits = 2; bits <= 8; ++bits) {
    EXPECT_EQ(decode(Encoding::kSignMagnitude, 1u << (bits - 1), bits), 0);
  }
}

// From the least value, whose code is 0, on: that makes it the reflected one of offset binary.
TEST(Encoding, GrayCodesOfNeighboursDifferInOneBit) {
  for (int bits = 2; bits <= 8; ++bits) {
    const Range range = values_of(bits);
    EXPECT_EQ(encode(Encoding::kGray, range.first, bits), 0u);
    for (int value = range.first + 1; value < range.end; ++value) {
      const std::uint32_t changed =
          encode(Encoding::kGray, value, bits) ^ encode(Encoding::kGray, value - 1, bits);
      const auto number = static_cast<std::uint32_t>(value - range.first);
      EXPECT_EQ(changed, number & (0u - number)) << "the lowest set bit of " << number;
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

// Where it is set tells whether a stuck cell makes weights positive or negative.
TEST(Encoding, AWeightOfOneBitIsMinusOneOrOne) {
  for (const Encoding encoding : kEncodings) {
    const bool sign_bit =
        encoding == Encoding::kTwosComplement || encoding == Encoding::kSignMagnitude;
    for (const int value : {-1, 1}) {
      const std::uint32_t code = encode(encoding, value, 1);
      EXPECT_EQ(code, static_cast<std::uint32_t>((value < 0) == sign_bit)) << to_string(encoding);
      for (const std::uint32_t above : {0u, ~1u}) {
        EXPECT_EQ(decode(encoding, code | above, 1), value);
        EXPECT_EQ(decode(encoding, (code ^ 1u) | above, 1), -value);
      }
    }
    EXPECT_EQ(lowest_value(encoding, 1), -1);
    const std::int8_t signs[] = {-1, 1};
    EXPECT_NO_THROW(require_storable(encoding, signs, 1));
  }
}

// The value read through `mask`.
int read_through(const PartMask& mask, Encoding encoding, int value, int bits) {
  const std::uint64_t read = mask.apply(encode(encoding, value, bits));
  return decode(encoding, static_cast<std::uint32_t>(read), bits);
}

TEST(Encoding, FlipsDoTheSameToTwosComplementAndOffsetBinary) {
  for (int bits = 2; bits <= 8; ++bits) {
    const Range range = values_of(bits);
    for (std::uint64_t flips = 0; flips < std::uint64_t{1} << bits; ++flips) {
      const PartMask mask{.flip = flips};
      for (int value = range.first; value < range.end; ++value) {
        ASSERT_EQ(read_through(mask, Encoding::kTwosComplement, value, bits),
                  read_through(mask, Encoding::kOffsetBinary, value, bits));
      }
    }
  }
}

TEST(Encoding, AStuckTopBitMakesTwosComplementPositiveAndOffsetBinaryNegative) {
  for (int bits = 2; bits <= 8; ++bits) {
    const PartMask mask{.stuck_at_0 = std::uint64_t{1} << (bits - 1)};
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
  EXPECT_EQ(to_string(Encoding::kSignMagnitude), "sign_magnitude");
  EXPECT_EQ(
      message_of([] { parse_encoding("gray code"); }),
      "\"gray code\" is not an encoding: twos_complement, offset_binary, sign_magnitude, gray");
}

TEST(Encoding, WeightsWithoutACodeAreRefusedAsTheUsersMistake) {
  for (int bits = 2; bits <= 8; ++bits) {
    const auto lowest = static_cast<std::int8_t>(-(1 << (bits - 1)));
    const std::int8_t weights[] = {0, 1, lowest};
    for (const Encoding encoding : kEncodings) {
      EXPECT_NO_THROW(require_storable(encoding, std::span(weights).first(2), bits));
      if (encoding == Encoding::kSignMagnitude) continue;
      EXPECT_NO_THROW(require_storable(encoding, weights, bits));
    }
    EXPECT_EQ(message_of([&] { require_storable(Encoding::kSignMagnitude, weights, bits); }),
              "the weight " + std::to_string(lowest) + " cannot be stored as sign_magnitude of " +
                  std::to_string(bits) + " bits, which begins at " + std::to_string(lowest + 1));
  }
}

TEST(Encoding, ValuesAndWidthsThatDoNotFitAreOurBugs) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 2; bits <= 8; ++bits) {
      const Range range = values_of(encoding, bits);
      EXPECT_THROW(encode(encoding, range.end, bits), std::logic_error);
      EXPECT_THROW(encode(encoding, range.first - 1, bits), std::logic_error);
    }
    for (const int value : {-2, 0, 2}) {
      EXPECT_THROW(encode(encoding, value, 1), std::logic_error);
    }
    EXPECT_THROW(encode(encoding, 0, 0), std::logic_error);
    EXPECT_THROW(decode(encoding, 0, 17), std::logic_error);
  }
}

}  // namespace
}  // namespace brownout::memory
