// The fields of 2^m elements against arithmetic on polynomials.
#include "memory/codes/galois_field.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <stdexcept>

namespace brownout::memory {
namespace {

std::uint32_t remainder(std::uint32_t polynomial, std::uint32_t divisor) {
  while (std::bit_width(polynomial) >= std::bit_width(divisor)) {
    polynomial ^= divisor << (std::bit_width(polynomial) - std::bit_width(divisor));
  }
  return polynomial;
}

class EveryField : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  GaloisField field_ = GaloisField(GetParam());
};

TEST_P(EveryField, PowersAreAllElementsButZero) {
  std::set<std::uint32_t> elements;
  for (std::uint32_t exponent = 0; exponent < field_.units(); ++exponent) {
    elements.insert(field_.power(exponent));
    EXPECT_EQ(field_.exponent_of(field_.power(exponent)), exponent);
    EXPECT_EQ(field_.power(exponent + field_.units()), field_.power(exponent));
  }
  EXPECT_EQ(elements.size(), field_.units());
  EXPECT_EQ(*elements.begin(), 1U);
  EXPECT_EQ(*elements.rbegin(), field_.units());
}

TEST_P(EveryField, AProductIsThatOfPolynomialsModuloThePrimitiveOne) {
  const std::uint32_t primitive = field_.minimal_polynomial(1);
  EXPECT_EQ(std::bit_width(primitive), static_cast<int>(GetParam()) + 1);
  for (std::uint32_t a = 0; a <= field_.units(); ++a) {
    for (std::uint32_t b = 0; b <= field_.units(); ++b) {
      ASSERT_EQ(field_.product(a, b), remainder(polynomial_product(a, b), primitive));
    }
  }
}

TEST_P(EveryField, AMinimalPolynomialIsTheLeastWithItsRoot) {
  for (const std::uint32_t exponent : {1U, 3U}) {
    const auto value_at_root = [&](std::uint32_t polynomial) {
      std::uint32_t sum = 0;
      for (std::uint32_t degree = 0; polynomial >> degree != 0; ++degree) {
        if ((polynomial >> degree & 1) != 0) sum ^= field_.power(exponent * degree);
      }
      return sum;
    };
    std::uint32_t least = 1;
    while (value_at_root(least) != 0) ++least;
    EXPECT_EQ(field_.minimal_polynomial(exponent), least);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryField, ::testing::Range(4U, 9U));

TEST(GaloisField, OfOtherSizesIsRefused) {
  EXPECT_THROW(GaloisField(3), std::logic_error);
  EXPECT_THROW(GaloisField(9), std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
