// The finite fields of 2^m elements: polynomials over GF(2) modulo a primitive one, a bit for each
// coefficient.
#pragma once

#include <cstdint>
#include <vector>

namespace brownout::memory {

class GaloisField {
 public:
  static constexpr std::uint32_t kLeastBits = 4, kMostBits = 8;

  /// Of 2^m elements. Throws std::logic_error for an m out of range.
  explicit GaloisField(std::uint32_t m);

  std::uint32_t bits() const { return bits_; }
  /// Of the powers of x, which are all elements but 0: x^units() = 1.
  std::uint32_t units() const { return (std::uint32_t{1} << bits_) - 1; }
  /// x^exponent.
  std::uint32_t power(std::uint32_t exponent) const { return powers_[exponent % units()]; }
  /// The exponent below units() of an element other than 0.
  std::uint32_t exponent_of(std::uint32_t element) const { return exponents_[element]; }
  std::uint32_t product(std::uint32_t a, std::uint32_t b) const {
    return a == 0 || b == 0 ? 0 : power(exponents_[a] + exponents_[b]);
  }
  /// The polynomial over GF(2) of least degree that has the root x^exponent.
  std::uint32_t minimal_polynomial(std::uint32_t exponent) const;

 private:
  std::uint32_t bits_;
  std::vector<std::uint32_t> powers_, exponents_;
};

/// The product of two polynomials over GF(2).
std::uint32_t polynomial_product(std::uint32_t a, std::uint32_t b);

}  // namespace brownout::memory
