// LiteRT's integer arithmetic (its reference kernels, BUILTIN_REF), one formula each. A scale is
// mantissa * 2^(exponent - 31); only fully connected layers multiply in double precision. Codes of
// a network are held with 128 added to LiteRT's int8 values, zero points too.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// A positive factor as LiteRT holds it: mantissa in [2^30, 2^31), or 0 for factors below 2^-32.
struct FixedPoint {
  std::int32_t mantissa = 0;
  int exponent = 0;
  bool operator==(const FixedPoint&) const = default;
};

/// The nearest FixedPoint; ties of the mantissa away from zero.
FixedPoint to_fixed_point(double factor);

/// round(x / 2^shift), ties away from zero; shift in 0..31.
inline std::int32_t rounding_shift_right(std::int32_t x, int shift) {
  const auto mask = static_cast<std::int32_t>((std::int64_t{1} << shift) - 1);
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> shift) + ((x & mask) > threshold ? 1 : 0);
}

/// round(a * b / 2^31), ties up; saturated where both are -2^31.
inline std::int32_t doubling_high_multiply(std::int32_t a, std::int32_t b) {
  const std::int64_t product = (std::int64_t{a} * b + (std::int64_t{1} << 30)) >> 31;
  return static_cast<std::int32_t>(std::min<std::int64_t>(product, INT32_MAX));
}

/// x * factor, rounded twice: the high half of the product, then its shift. Of convolutions, sums,
/// products and means.
inline std::int32_t scale_rounding_twice(std::int32_t x, FixedPoint factor) {
  const int left = std::max(factor.exponent, 0);
  const auto shifted = static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << left);
  return rounding_shift_right(doubling_high_multiply(shifted, factor.mantissa),
                              std::max(-factor.exponent, 0));
}

/// steps + zero point within low..high, whatever `steps` is.
inline std::uint8_t code_of(std::int32_t steps, int zero_point, int low, int high) {
  return static_cast<std::uint8_t>(std::clamp(steps, low - zero_point, high - zero_point) +
                                   zero_point);
}

/// round(sum / count), ties away from zero.
inline std::int32_t rounded_quotient(std::int32_t sum, std::int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/// int32 accumulator (bias included) -> output code of a convolution: the scaled accumulator + zero
/// point, clamped.
struct FixedPointRequantizer {
  std::vector<FixedPoint> factors;  ///< per output channel: sx * sw[c] / sy
  int zero_point = 0;
  int low = 0, high = 255;

  std::uint8_t operator()(std::int32_t accumulator, int channel) const {
    const FixedPoint factor = factors[static_cast<std::size_t>(channel)];
    return code_of(scale_rounding_twice(accumulator, factor), zero_point, low, high);
  }
};

/// The same of a fully connected layer: round(accumulator * m) in double precision, one rounding of
/// the product, ties of the result away from zero.
struct DoubleRequantizer {
  std::vector<double> multipliers;  ///< per output channel: sx * sw[c] / sy
  int zero_point = 0;
  int low = 0, high = 255;

  std::uint8_t operator()(std::int32_t accumulator, int channel) const {
    const double product = accumulator * multipliers[static_cast<std::size_t>(channel)];
    const double rounded = std::round(product) + zero_point;  // round is exact with every libm
    return static_cast<std::uint8_t>(std::clamp<double>(rounded, low, high));
  }
};

/// ADD and SUB: both inputs << 20, scaled by sa / t and sb / t with t = 2 * max(sa, sb), summed or
/// subtracted, and the result scaled by t / (2^20 * sy).
struct FixedPointAdder {
  FixedPoint left_factor, right_factor, output_factor;
  int right_sign = 1;  ///< -1: a difference
  int left_zero_point = 0, right_zero_point = 0, output_zero_point = 0;
  int low = 0, high = 255;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    constexpr std::int32_t kHeadroom = 1 << 20;
    const std::int32_t scaled_left =
        scale_rounding_twice((left - left_zero_point) * kHeadroom, left_factor);
    const std::int32_t scaled_right =
        scale_rounding_twice((right - right_zero_point) * kHeadroom, right_factor);
    const std::int32_t sum = scaled_left + right_sign * scaled_right;
    return code_of(scale_rounding_twice(sum, output_factor), output_zero_point, low, high);
  }
};

/// MUL: the product of the differences to the zero points, scaled by f(f(sa * sb) / sy) of float32.
struct FixedPointMultiplier {
  FixedPoint factor;
  int left_zero_point = 0, right_zero_point = 0, output_zero_point = 0;
  int low = 0, high = 255;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    const std::int32_t product = (left - left_zero_point) * (right - right_zero_point);
    return code_of(scale_rounding_twice(product, factor), output_zero_point, low, high);
  }
};

FixedPointRequantizer fixed_point_requantizer(const QuantizedNetwork& network,
                                              const Convolution& convolution);
DoubleRequantizer double_requantizer(const QuantizedNetwork& network,
                                     const Convolution& convolution);
FixedPointAdder fixed_point_adder(const QuantizedNetwork& network, const Addition& addition);
FixedPointMultiplier fixed_point_multiplier(const QuantizedNetwork& network,
                                            const Multiplication& multiplication);
/// sx / (sy * count) as MEAN has it: the count divides the mantissa of sx / sy.
FixedPoint fixed_point_mean(float input_scale, float output_scale, int count);

}  // namespace brownout::models
