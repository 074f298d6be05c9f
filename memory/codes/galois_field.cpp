#include "memory/codes/galois_field.hpp"

#include <stdexcept>
#include <string>

namespace brownout::memory {
namespace {

constexpr std::uint32_t kPrimitive[] = {
    0x13,   // x^4 + x + 1
    0x25,   // x^5 + x^2 + 1
    0x43,   // x^6 + x + 1
    0x89,   // x^7 + x^3 + 1
    0x11d,  // x^8 + x^4 + x^3 + x^2 + 1
};

}  // namespace

GaloisField::GaloisField(std::uint32_t m) : bits_(m) {
  if (m < kLeastBits || m > kMostBits) {
    throw std::logic_error("no field of 2^" + std::to_string(m) + " elements");
  }
  exponents_.resize(std::size_t{1} << m);
  for (std::uint32_t element = 1; powers_.size() < units();) {
    exponents_[element] = static_cast<std::uint32_t>(powers_.size());
    powers_.push_back(element);
    element <<= 1;
    if (element >> m != 0) element ^= kPrimitive[m - kLeastBits];
  }
}

// Its roots are x^exponent, the square of it, the square of that, and so on; the product of all
// (y - root) has coefficients 0 and 1 only.
std::uint32_t GaloisField::minimal_polynomial(std::uint32_t exponent) const {
  std::vector<std::uint32_t> product = {1};
  std::uint32_t conjugate = exponent;
  do {
    product.push_back(0);
    for (std::size_t degree = product.size(); degree-- > 0;) {
      const std::uint32_t lower = degree == 0 ? 0 : product[degree - 1];
      product[degree] = lower ^ this->product(product[degree], power(conjugate));
    }
    conjugate = 2 * conjugate % units();
  } while (conjugate != exponent);
  std::uint32_t bits = 0;
  for (std::size_t degree = 0; degree < product.size(); ++degree) bits |= product[degree] << degree;
  return bits;
}

std::uint32_t polynomial_product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; b != 0; b >>= 1, a <<= 1) {
    if ((b & 1) != 0) product ^= a;
  }
  return product;
}

}  // namespace brownout::memory
