// Tables of LiteRT's functions: in 32-bit fixed point, in 16-bit fixed point, in float32.
#include "models/arithmetic/litert_functions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "memory/base/input_error.hpp"
#include "models/arithmetic/fixed_point.hpp"

namespace brownout::models {
namespace {

/// Calls f(code - zero point of the input), which gives the difference to the output's.
template <typename Function>
CodeTable table_of(const ActivationTensor& input, const ActivationTensor& output, Function f) {
  CodeTable table;
  for (int code = 0; code < 256; ++code) {
    table[static_cast<std::size_t>(code)] =
        code_of(f(code - input.zero_point), output.zero_point, 0, 255);
  }
  return table;
}

/// exp(x) within 1e-15 of its value for |x| <= 200: 2^k times a Taylor series within +-ln(2)/2.
double exponential(double x) {
  constexpr double kLog2OfE = 1.4426950408889634;
  constexpr double kLn2High = 0.693147180369123816490, kLn2Low = 1.90821492927058770002e-10;
  const double k = std::floor(x * kLog2OfE + 0.5);
  const double rest = x - k * kLn2High - k * kLn2Low;
  double series = 1;
  for (int term = 15; term > 0; --term) series = 1 + series * rest / term;
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023);
  return series * std::bit_cast<double>(exponent << 52);
}

float rounded_exponential(float x) {
  if (x > 89) return INFINITY;  // above the largest float
  return x < -104 ? 0.0F : static_cast<float>(exponential(double{x}));
}

float rounded_tangent(float x) {
  const double magnitude = std::min(std::abs(double{x}), 20.0);  // from there on it is 1
  const double twice = exponential(2 * magnitude);
  const double tangent = magnitude < 1e-4 ? magnitude - magnitude * magnitude * magnitude / 3
                                          : (twice - 1) / (twice + 1);
  return static_cast<float>(std::copysign(tangent, double{x}));
}

/// 1 - erf(x) within 1e-15: erf(x) = 2 / sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!!.
float rounded_complementary_error(float x) {
  constexpr double kTwoOverRootPi = 1.1283791670955126;
  const double wide = std::clamp(double{x}, -6.0, 6.0);  // beyond it is 2 or below 1e-16
  double term = wide, series = wide;
  for (int n = 1; n < 120; ++n) {
    term *= 2 * wide * wide / (2 * n + 1);
    series += term;
  }
  return static_cast<float>(1 - kTwoOverRootPi * exponential(-wide * wide) * series);
}

/// Of a function of real values in float32.
template <typename Function>
CodeTable float_table(const ActivationTensor& input, const ActivationTensor& output, Function f) {
  const float inverse_scale = 1.0F / output.scale;
  if (!std::isfinite(inverse_scale)) {
    throw InputError("a scale of the output so small that it has no reciprocal");
  }
  return table_of(input, output, [&](int difference) {
    const float value = f(input.scale * static_cast<float>(difference));
    const float steps = std::round(value * inverse_scale);  // round is exact with every libm
    return static_cast<std::int32_t>(std::clamp(steps, -256.0F, 256.0F));
  });
}

/// A factor whose mantissa has 16 bits.
struct ShortFixedPoint {
  std::int16_t mantissa = 0;
  int exponent = 0;
};

ShortFixedPoint to_short_fixed_point(float factor) {
  const FixedPoint wide = to_fixed_point(double{factor});
  const std::int64_t rounded = (std::int64_t{wide.mantissa} + (1 << 15)) >> 16;
  return {static_cast<std::int16_t>(std::min<std::int64_t>(rounded, INT16_MAX)), wide.exponent};
}

/// round(a * b / 2^15), ties up.
std::int16_t short_multiply(std::int32_t a, std::int32_t b) {
  return static_cast<std::int16_t>(std::min((a * b + (1 << 14)) >> 15, INT16_MAX));
}

/// round(x / 2^shift), ties away from zero. From a shift of 16 on, the mask of LiteRT's 16-bit
/// numbers is all ones.
std::int32_t short_shift_right(std::int32_t x, int shift) {
  if (shift > 15) return x < 0 ? -1 : 1;
  return rounding_shift_right(x, shift);
}

std::int32_t saturated(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, INT16_MIN, INT16_MAX));
}

}  // namespace

CodeTable requantized(const ActivationTensor& input, const ActivationTensor& output) {
  const FixedPoint factor = to_fixed_point(double{input.scale} / double{output.scale});
  return table_of(input, output, [&](int x) { return scale_rounding_twice(x, factor); });
}

CodeTable limited(const ActivationTensor& input, const ActivationTensor& output, int low,
                  int high) {
  const FixedPoint factor = to_fixed_point(double{input.scale / output.scale});
  return table_of(input, output, [&](int x) {
    return std::clamp(scale_rounding_twice(x, factor), low - output.zero_point,
                      high - output.zero_point);
  });
}

CodeTable leaky_relu(const ActivationTensor& input, const ActivationTensor& output, float alpha) {
  if (!(alpha >= 0)) throw InputError("a slope that is negative or not a number");
  const float slope = input.scale * alpha / output.scale;
  const FixedPoint negative = slope == 0 ? FixedPoint{} : to_fixed_point(double{slope});
  const FixedPoint identity = to_fixed_point(double{input.scale / output.scale});
  return table_of(input, output,
                  [&](int x) { return scale_rounding_twice(x, x < 0 ? negative : identity); });
}

std::function<std::uint8_t(std::uint8_t, std::uint8_t)> parametric_relu(
    const ActivationTensor& input, const ActivationTensor& slopes, const ActivationTensor& output) {
  const FixedPoint identity = to_fixed_point(double{input.scale / output.scale});
  const float product = input.scale * slopes.scale;
  const FixedPoint negative = to_fixed_point(double{product / output.scale});
  const int from = input.zero_point, none = slopes.zero_point, to = output.zero_point;
  return [=](std::uint8_t code, std::uint8_t slope) {
    const int x = code - from;
    const std::int32_t steps = x < 0 ? scale_rounding_twice(x * (slope - none), negative)
                                     : scale_rounding_twice(x, identity);
    return code_of(steps, to, 0, 255);
  };
}

CodeTable hard_swish(const ActivationTensor& input, const ActivationTensor& output) {
  const float fine_scale = 1.0F / 128.0F * input.scale;
  const ShortFixedPoint to_output = to_short_fixed_point(fine_scale / output.scale);
  const ShortFixedPoint to_thirds = to_short_fixed_point(fine_scale / (3.0F / 32768.0F));
  if (to_output.exponent > 0) {
    throw InputError("its output's scale is below 1/128 of its input's");
  }
  return table_of(input, output, [&](int x) {
    const int fine = x * 128;
    // x / 3 with 15 fractional bits, within -1..1; the last bit of a left shift saturates.
    const int shift = to_thirds.exponent;
    std::int32_t third = fine;
    if (shift > 0) third = saturated(std::int64_t{third} << (shift - 1));
    third = short_multiply(third, to_thirds.mantissa);
    if (shift > 0) third = saturated(std::int64_t{third} * 2);
    if (shift < 0) third = short_shift_right(third, -shift);
    const std::int32_t gate = (third + (1 << 15)) >> 1;  // 0..1
    const std::int32_t value = short_multiply(fine, to_output.mantissa);
    return short_shift_right(gate * value / (1 << 15), -to_output.exponent);
  });
}

CodeTable logistic(const ActivationTensor& input, const ActivationTensor& output) {
  if (output.scale != 1.0F / 256) {
    throw InputError("the output of a logistic function needs scale 1/256");
  }
  return float_table(input, output,
                     [](float x) { return 1.0F / (1.0F + rounded_exponential(-x)); });
}

CodeTable gelu(const ActivationTensor& input, const ActivationTensor& output, bool approximate) {
  return float_table(input, output, [&](float x) {
    if (!approximate) return 0.5F * x * rounded_complementary_error(x * -0.70710678F);
    constexpr float kRootTwoOverPi = 1.12837917F * 0.70710678F;
    return 0.5F * x * (1.0F + rounded_tangent(kRootTwoOverPi * (x + 0.044715F * x * x * x)));
  });
}

CodeTable hyperbolic_tangent(const ActivationTensor& input, const ActivationTensor& output) {
  return float_table(input, output, rounded_tangent);
}

}  // namespace brownout::models
