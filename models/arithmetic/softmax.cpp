// Fixed-point exponential and reciprocal. A number with f fractional bits is the integer x * 2^f;
// products of two are doubling_high_multiply, whose result has the fractional bits of both less 31.
#include "models/arithmetic/softmax.hpp"

#include <array>
#include <bit>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

constexpr int kInputFraction = 26;  ///< 5 integer bits: differences down to -32
constexpr int kSumFraction = 19;    ///< 12 integer bits: up to 4096 terms

/// x * 2^shift, saturated.
std::int32_t saturating_shift_left(std::int32_t x, int shift) {
  const std::int64_t shifted = std::int64_t{x} << shift;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(shifted, INT32_MIN, INT32_MAX));
}

/// exp(x) for x in [-1/4, 0), 31 fractional bits: Taylor's series about -1/8 to the fourth power.
std::int32_t exp_of_last_quarter(std::int32_t x) {
  constexpr std::int32_t kExpOfCentre = 1895147668;  // exp(-1/8)
  constexpr std::int32_t kThird = 715827883;
  const std::int32_t y = x + (1 << 28);
  const std::int32_t y2 = doubling_high_multiply(y, y);
  const std::int32_t y3 = doubling_high_multiply(y2, y);
  const std::int32_t y4 = doubling_high_multiply(y2, y2);
  // y^2/2 + y^3/6 + y^4/24
  const std::int32_t cubic = doubling_high_multiply(rounding_shift_right(y4, 2) + y3, kThird);
  const std::int32_t series = y + rounding_shift_right(cubic + y2, 1);
  return kExpOfCentre + doubling_high_multiply(kExpOfCentre, series);
}

/// exp(x) with 31 fractional bits for x <= 0 with kInputFraction.
std::int32_t exp_of_negative(std::int32_t x) {
  if (x == 0) return INT32_MAX;
  constexpr std::int32_t kQuarter = 1 << (kInputFraction - 2);
  // exp(-2^k), k from -2 (a quarter) to 4
  constexpr std::array<std::int32_t, 7> kExpOfPower = {1672461947, 1302514674, 790015084, 290630308,
                                                       39332535,   720401,     242};
  const std::int32_t fraction = (x & (kQuarter - 1)) - kQuarter;
  std::int32_t result = exp_of_last_quarter(fraction * (1 << 5));
  const std::int32_t rest = fraction - x;
  for (std::size_t k = 0; k < kExpOfPower.size(); ++k) {
    if ((rest >> (kInputFraction - 2 + static_cast<int>(k)) & 1) != 0) {
      result = doubling_high_multiply(result, kExpOfPower[k]);
    }
  }
  return result;
}

/// 1 / (1 + x) with 31 fractional bits for x in [0, 1): three steps of Newton's method for 1 / d,
/// d = (1 + x) / 2, from 48/17 - 32/17 d, with 29 fractional bits.
std::int32_t reciprocal_of_one_plus(std::int32_t x) {
  constexpr std::int32_t k48Over17 = 1515870810;
  constexpr std::int32_t kMinus32Over17 = -1010580540;
  const auto d = static_cast<std::int32_t>((std::int64_t{x} + INT32_MAX + 1) / 2);
  std::int32_t r = k48Over17 + doubling_high_multiply(d, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = (1 << 29) - doubling_high_multiply(d, r);
    r += saturating_shift_left(doubling_high_multiply(r, error), 2);
  }
  return saturating_shift_left(r, 1);  // 1 / (2 d)
}

}  // namespace

std::int32_t FixedPointSoftmax::exponential(int difference) const {
  return exp_of_negative(scale_rounding_twice(difference, factor));
}

void FixedPointSoftmax::operator()(std::span<const std::uint8_t> input,
                                   std::uint8_t* output) const {
  const int maximum = *std::max_element(input.begin(), input.end());
  std::int32_t sum = 0;
  for (const std::uint8_t code : input) {
    const int difference = code - maximum;
    if (difference < lowest_difference) continue;
    sum += rounding_shift_right(exponential(difference), 31 - kSumFraction);
  }
  // sum = (1 + x) * 2^integer_bits, x in [0, 1)
  const int leading_zeros = std::countl_zero(static_cast<std::uint32_t>(sum));
  const int integer_bits = 31 - kSumFraction - leading_zeros;
  const auto x = static_cast<std::int32_t>((static_cast<std::uint32_t>(sum) << leading_zeros) -
                                           (std::uint32_t{1} << 31));
  const std::int32_t reciprocal = reciprocal_of_one_plus(x);
  for (const std::uint8_t code : input) {
    const int difference = code - maximum;
    if (difference < lowest_difference) {
      *output++ = 0;
      continue;
    }
    const std::int32_t share = doubling_high_multiply(reciprocal, exponential(difference));
    const int shift = integer_bits + 31 - 8;  // above 31 a share is below half a step
    const std::int32_t steps = shift > 31 ? 0 : rounding_shift_right(share, shift);
    *output++ = static_cast<std::uint8_t>(std::min(steps, 255));
  }
}

FixedPointSoftmax make_softmax(const QuantizedNetwork& network, const Softmax& softmax) {
  const ActivationTensor& output = network.tensor(softmax.output);
  if (output.scale != 1.0F / 256 || output.zero_point != 0) {
    throw InputError("a softmax's output needs scale 1/256 and its lowest code as 0");
  }
  const ActivationTensor& input = network.tensor(softmax.input);
  if (input.shape.channels > 4096) throw InputError("a softmax of more than 4096 terms");
  const double scale = double{softmax.beta} * double{input.scale} * (1 << kInputFraction);
  if (!(scale > 1)) throw InputError("beta times the scale of a softmax's input is 0");
  FixedPointSoftmax result;
  result.factor = to_fixed_point(std::min(scale, 2147483647.0));
  const std::int64_t radius = (std::int64_t{31} << kInputFraction) >> result.factor.exponent;
  result.lowest_difference = -static_cast<std::int32_t>(radius);
  return result;
}

}  // namespace brownout::models
