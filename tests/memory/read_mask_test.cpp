// Masks of cells that are known to fail, against every code that the healthy bits leave.
#include "memory/read_mask.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace brownout::memory {
namespace {

TEST(ReadMask, OfBitsGivesTheSmallestMagnitudeThatTheHealthyBitsAllow) {
  for (const Encoding encoding :
       {Encoding::kTwosComplement, Encoding::kOffsetBinary, Encoding::kSignMagnitude}) {
    for (int bits = 2; bits <= 8; ++bits) {
      const std::uint32_t end = std::uint32_t{1} << bits, top = end / 2;
      for (std::uint32_t faulty = 0; faulty < end; ++faulty) {
        for (std::uint32_t code = 0; code < end; ++code) {
          const int got =
              decode(encoding, masked(ReadMask::kBit, encoding, code, bits, faulty), bits);
          int smallest = 1 << bits;
          for (std::uint32_t other = 0; other < end; ++other) {
            if (((other ^ code) & ~faulty) != 0) continue;
            smallest = std::min(smallest, std::abs(decode(encoding, other, bits)));
          }
          if ((faulty & top) != 0) smallest = 0;  // nothing tells the sign
          ASSERT_EQ(std::abs(got), smallest) << to_string(encoding) << bits << " " << code;
          if (got != 0) {
            ASSERT_EQ(got < 0, decode(encoding, code, bits) < 0);
          }
        }
      }
    }
  }
}

TEST(ReadMask, OfWordsGivesZeroForAnyFaultyBit) {
  for (const Encoding encoding : {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                  Encoding::kSignMagnitude, Encoding::kGray}) {
    for (std::uint32_t code = 0; code < 16; ++code) {
      EXPECT_EQ(masked(ReadMask::kWord, encoding, code, 4, 0), code);
      for (std::uint32_t faulty = 1; faulty < 16; ++faulty) {
        EXPECT_EQ(decode(encoding, masked(ReadMask::kWord, encoding, code, 4, faulty), 4), 0);
      }
    }
  }
}

}  // namespace
}  // namespace brownout::memory
