// exp and log by argument reduction and plain series, in an order that fixes every rounding.
#include "memory/numbers/reproducible_math.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

// ln 2 in two parts: the first has 21 trailing zero bits, so that its product with an exponent is
// exact; the second is the rest.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;
constexpr int kExponentBias = 1023;
constexpr int kFractionBits = 52;
constexpr std::uint64_t kFractionMask = (std::uint64_t{1} << kFractionBits) - 1;

double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kExponentBias)
                               << kFractionBits);
}

// 1/n! for n = 0..17; the first term left out is below 2^-62 for arguments below ln 2.
constexpr std::array<double, 18> inverse_factorials() {
  std::array<double, 18> result{};
  double factorial = 1;  // exact up to 18!
  for (std::size_t n = 0; n < result.size(); ++n) {
    if (n > 0) factorial *= static_cast<double>(n);
    result[n] = 1.0 / factorial;
  }
  return result;
}

constexpr auto kInverseFactorials = inverse_factorials();

}  // namespace

// Why it never falls: rounding is monotone, so each operation that is monotone in the reals is so
// in doubles. For one exponent the reduced argument rises with x; it is not negative, nor is a
// coefficient, so every Horner step rises with it. Between exponents the clamps decide: the
// fraction lies in 1..2.
double reproducible_exp(double x) {
  if (x < -708.0) return 0.0;
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  int exponent = static_cast<int>(x * kLog2E);
  if (exponent > x * kLog2E) --exponent;  // conversion cuts towards zero; this is the floor
  const double reduced = std::max(0.0, (x - exponent * kLn2High) - exponent * kLn2Low);
  double fraction = 0;
  for (std::size_t n = kInverseFactorials.size(); n-- > 0;) {
    fraction = fraction * reduced + kInverseFactorials[n];
  }
  return std::clamp(fraction, 1.0, 2.0) * power_of_two(exponent);
}

double reproducible_log(double x) {
  if (!(x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max())) {
    throw std::logic_error("logarithm of " + format_double(x));
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> kFractionBits) - kExponentBias;
  double mantissa = std::bit_cast<double>((bits & kFractionMask) |
                                          (std::uint64_t{kExponentBias} << kFractionBits));
  if (mantissa > kSqrt2) {  // centred on 1, so that numbers just below 1 lose no digits
    mantissa *= 0.5;
    ++exponent;
  }
  // ln m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.172
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double square = s * s;
  double tail = 0;
  for (int odd = 27; odd >= 3; odd -= 2) tail = (tail + 1.0 / odd) * square;
  const double log_mantissa = 2.0 * s + 2.0 * s * tail;
  return exponent * kLn2High + (log_mantissa + exponent * kLn2Low);
}

}  // namespace brownout::memory
