// Constants of LiteRT's arithmetic, derived from a network's scales in double precision.
#include "models/arithmetic/fixed_point.hpp"

#include <bit>
#include <cmath>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

/// sx * sw[c] / sy of each output channel. LiteRT's kernels of convolutions with unsigned weights
/// round the product of the first two to float32.
std::vector<double> multipliers(const QuantizedNetwork& network, const Convolution& convolution) {
  const float input = network.tensor(convolution.input).scale;
  const bool rounds = convolution.weight_shift != 0 && !convolution.fully_connected;
  const double output = double{network.tensor(convolution.output).scale};
  const std::vector<float>& scales = convolution.weight_scales;
  std::vector<double> result;
  for (std::size_t c = 0; c < convolution.outputs(); ++c) {
    const float scale = scales[scales.size() == 1 ? 0 : c];
    const double product = rounds ? double{input * scale} : double{input} * double{scale};
    result.push_back(product / output);
  }
  return result;
}

}  // namespace

FixedPoint to_fixed_point(double factor) {
  if (!(factor > 0) || factor >= 2147483648.0) {
    throw InputError("scales whose quotient is " + std::to_string(factor) +
                     ": it is not above 0 and below 2^31");
  }
  FixedPoint result;
  // frexp only takes the number apart: exact with every libm.
  const double mantissa = std::frexp(factor, &result.exponent) * 2147483648.0;
  auto rounded = static_cast<std::int64_t>(std::floor(mantissa + 0.5));
  if (rounded == std::int64_t{1} << 31) {
    rounded /= 2;
    ++result.exponent;
  }
  if (result.exponent < -31) return {};
  result.mantissa = static_cast<std::int32_t>(rounded);
  return result;
}

FixedPointRequantizer fixed_point_requantizer(const QuantizedNetwork& network,
                                              const Convolution& convolution) {
  FixedPointRequantizer requantizer{.factors = {},
                                    .zero_point = network.tensor(convolution.output).zero_point,
                                    .low = convolution.clamp_low,
                                    .high = convolution.clamp_high};
  for (const double multiplier : multipliers(network, convolution)) {
    requantizer.factors.push_back(to_fixed_point(multiplier));
  }
  return requantizer;
}

DoubleRequantizer double_requantizer(const QuantizedNetwork& network,
                                     const Convolution& convolution) {
  return {.multipliers = multipliers(network, convolution),
          .zero_point = network.tensor(convolution.output).zero_point,
          .low = convolution.clamp_low,
          .high = convolution.clamp_high};
}

FixedPointAdder fixed_point_adder(const QuantizedNetwork& network, const Addition& addition) {
  const ActivationTensor& left = network.tensor(addition.left);
  const ActivationTensor& right = network.tensor(addition.right);
  const ActivationTensor& output = network.tensor(addition.output);
  constexpr double kHeadroom = 1 << 20;
  const double twice_larger = 2.0 * double{std::max(left.scale, right.scale)};
  const double output_factor = twice_larger / (kHeadroom * double{output.scale});
  if (output_factor >= 1 && !addition.difference) {
    throw InputError("scales of a sum whose quotient is " + std::to_string(output_factor) +
                     ": it is not below 1");
  }
  return {.left_factor = to_fixed_point(double{left.scale} / twice_larger),
          .right_factor = to_fixed_point(double{right.scale} / twice_larger),
          .output_factor = to_fixed_point(output_factor),
          .right_sign = addition.difference ? -1 : 1,
          .left_zero_point = left.zero_point,
          .right_zero_point = right.zero_point,
          .output_zero_point = output.zero_point,
          .low = addition.clamp_low,
          .high = addition.clamp_high};
}

FixedPointMultiplier fixed_point_multiplier(const QuantizedNetwork& network,
                                            const Multiplication& multiplication) {
  const ActivationTensor& left = network.tensor(multiplication.left);
  const ActivationTensor& right = network.tensor(multiplication.right);
  const ActivationTensor& output = network.tensor(multiplication.output);
  const float scale = left.scale * right.scale;
  return {.factor = to_fixed_point(double{scale / output.scale}),
          .left_zero_point = left.zero_point,
          .right_zero_point = right.zero_point,
          .output_zero_point = output.zero_point,
          .low = multiplication.clamp_low,
          .high = multiplication.clamp_high};
}

FixedPoint fixed_point_mean(float input_scale, float output_scale, int count) {
  FixedPoint factor = to_fixed_point(double{input_scale} / double{output_scale});
  const auto log2_count = static_cast<int>(std::bit_width(static_cast<unsigned>(count))) - 1;
  const int shift = std::min(log2_count, 31 + factor.exponent);
  factor.mantissa = static_cast<std::int32_t>((std::int64_t{factor.mantissa} << shift) / count);
  factor.exponent -= shift;
  return factor;
}

}  // namespace brownout::models
