// The BCH code: its published generators, three wrong bits, its gates.
#include "memory/codes/bch_dec_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <ostream>
#include <vector>

#include "tests/memory/codes/error_patterns.hpp"

namespace brownout::memory {
namespace {

struct Shortened {
  std::uint32_t data_bits, check_bits;
  std::uint32_t generator;  // of the whole code, in octal as in Lin and Costello's tables
  std::uint32_t primitive;
};

std::ostream& operator<<(std::ostream& out, const Shortened& code) {
  return out << code.data_bits << " bits";
}

class BchDecCode : public ::testing::TestWithParam<Shortened> {
 protected:
  std::shared_ptr<const WordCode> code_ = bch_dec_code().make(GetParam().data_bits);
  Lengths lengths_ = lengths_of(*code_, GetParam().data_bits);
};

// Multiples of a polynomial are what a code of its remainders accepts.
TEST_P(BchDecCode, EncodesByThePublishedGenerator) {
  ASSERT_EQ(code_->check_bits(), GetParam().check_bits);
  const std::uint32_t top = 1U << GetParam().check_bits;
  std::uint32_t remainder = 1;
  for (std::uint32_t degree = 1; degree < lengths_.all(); ++degree) {
    remainder <<= 1;
    if ((remainder & top) != 0) remainder ^= GetParam().generator;
    if (degree < GetParam().check_bits) continue;
    WideBits data;
    data.flip(degree - GetParam().check_bits);
    ASSERT_EQ(code_->encode(data).check, WideBits(remainder)) << degree;
  }
}

// Codewords differ in five bits or more: three wrong ones may leave a word two bits from another
// codeword, which is then decoded to, but never on one.
TEST_P(BchDecCode, TakesThreeWrongBitsForTwoOthersOrDetectsThem) {
  const auto syndrome = [&](const WordBits& read) {
    return (code_->encode(read.data).check ^ read.check).parts[0];
  };
  std::vector<bool> of_two(std::size_t{1} << code_->check_bits());
  for_each_pattern(lengths_, 2, [&](const WordBits& wrong) { of_two[syndrome(wrong)] = true; });
  for_each_pattern(lengths_, 3, [&](const WordBits& read) {
    const DecodedWord decoded = code_->decode(read);
    if (of_two[syndrome(read)]) {
      ASSERT_EQ(decoded.status, WordStatus::kCorrected);
      const WordBits flipped = code_->encode(decoded.data) ^ read;
      ASSERT_EQ(flipped.data.count() + flipped.check.count(), 2U);
    } else {
      ASSERT_EQ(decoded.status, WordStatus::kUncorrectable);
      ASSERT_EQ(decoded.data, read.data);
    }
  });
}

TEST_P(BchDecCode, GatesAreTheOnesOfItsMatrices) {
  int of_encoder = 0, of_decoder = 0;
  for (std::uint32_t bit = 0; bit < GetParam().data_bits; ++bit) {
    WideBits data;
    data.flip(bit);
    of_encoder += static_cast<int>(code_->encode(data).check.count());
  }
  const auto times_x = [](std::uint32_t element) {
    element <<= 1;
    return std::min(element, element ^ GetParam().primitive);
  };
  std::uint32_t power = 1, power_of_cube = 1;
  for (std::uint32_t degree = 0; degree < lengths_.all(); ++degree) {
    of_decoder += std::popcount(power) + std::popcount(power_of_cube);
    power = times_x(power);
    power_of_cube = times_x(times_x(times_x(power_of_cube)));
  }
  const auto rows = static_cast<int>(GetParam().check_bits);
  EXPECT_EQ(code_->gates().encoder, of_encoder - rows);
  EXPECT_EQ(code_->gates().decoder, of_decoder - rows);
}

INSTANTIATE_TEST_SUITE_P(All, BchDecCode,
                         ::testing::Values(Shortened{7, 8, 0721, 023},
                                           Shortened{16, 10, 03551, 045},
                                           Shortened{32, 12, 012471, 0103},
                                           Shortened{64, 14, 041567, 0211},
                                           Shortened{128, 16, 0267543, 0435}));

TEST(BchDecCodes, HaveTheLeastFieldThatTheirLengthFitsIn) {
  for (std::uint32_t bits = 4; bits <= 128; ++bits) {
    const std::uint32_t checks = bch_dec_code().make(bits)->check_bits();
    const std::uint32_t m = checks / 2;
    EXPECT_LE(bits + checks, (1U << m) - 1) << bits;
    EXPECT_GT(bits + checks - 2, (1U << (m - 1)) - 1) << bits;
  }
}

}  // namespace
}  // namespace brownout::memory
