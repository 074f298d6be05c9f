// Constants of ONNX Runtime's arithmetic, derived from a network's scales and zero points.
#include "models/arithmetic/arithmetic.hpp"

#include <algorithm>
#include <numeric>

namespace brownout::models {
namespace {

int source_shift(const ActivationTensor& tensor) { return tensor.source_signed ? 128 : 0; }

float source_zero_point(const ActivationTensor& tensor) {
  return static_cast<float>(tensor.zero_point - source_shift(tensor));
}

FloatRequantizer float_requantizer(const QuantizedNetwork& network,
                                   const Convolution& convolution) {
  const ActivationTensor& input = network.tensor(convolution.input);
  const ActivationTensor& output = network.tensor(convolution.output);
  FloatRequantizer requantizer;
  requantizer.zero_point = output.zero_point;
  requantizer.low = convolution.clamp_low;
  requantizer.high = convolution.clamp_high;
  const std::vector<float>& scales = convolution.weight_scales;
  for (std::size_t c = 0; c < convolution.outputs(); ++c) {
    const float product = input.scale * scales[scales.size() == 1 ? 0 : c];
    requantizer.multipliers.push_back(product / output.scale);
  }
  return requantizer;
}

FloatAdder float_adder(const QuantizedNetwork& network, const Addition& addition) {
  const ActivationTensor& left = network.tensor(addition.left);
  const ActivationTensor& right = network.tensor(addition.right);
  const ActivationTensor& output = network.tensor(addition.output);
  FloatAdder adder;
  adder.left_ratio = left.scale / output.scale;
  adder.right_ratio = right.scale / output.scale;
  const float right_offset = adder.right_ratio * source_zero_point(right);
  adder.fixed =
      source_zero_point(output) - std::fma(adder.left_ratio, source_zero_point(left), right_offset);
  adder.left_shift = source_shift(left);
  adder.right_shift = source_shift(right);
  adder.output_shift = source_shift(output);
  adder.low = addition.clamp_low;
  adder.high = addition.clamp_high;
  return adder;
}

FloatMultiplier float_multiplier(const QuantizedNetwork& network,
                                 const Multiplication& multiplication) {
  const ActivationTensor& left = network.tensor(multiplication.left);
  const ActivationTensor& right = network.tensor(multiplication.right);
  const ActivationTensor& output = network.tensor(multiplication.output);
  const float scale = left.scale * right.scale;
  return {.ratio = scale / output.scale,
          .left_zero_point = left.zero_point,
          .right_zero_point = right.zero_point,
          .output_zero_point = output.zero_point,
          .output_shift = source_shift(output),
          .low = multiplication.clamp_low,
          .high = multiplication.clamp_high};
}

bool is_fixed_point(const QuantizedNetwork& network) {
  return network.arithmetic == Arithmetic::kLiteRt;
}

}  // namespace

Requantizer make_requantizer(const QuantizedNetwork& network, const Convolution& convolution) {
  if (!convolution.real_sums.empty()) {
    return {RealRequantizer{.sums = convolution.real_sums,
                            .zero_point = network.tensor(convolution.output).zero_point,
                            .low = convolution.clamp_low,
                            .high = convolution.clamp_high}};
  }
  if (!is_fixed_point(network)) return {float_requantizer(network, convolution)};
  if (convolution.fully_connected) return {double_requantizer(network, convolution)};
  return {fixed_point_requantizer(network, convolution)};
}

Adder make_adder(const QuantizedNetwork& network, const Addition& addition) {
  if (is_fixed_point(network)) return {fixed_point_adder(network, addition)};
  return {float_adder(network, addition)};
}

Multiplier make_multiplier(const QuantizedNetwork& network, const Multiplication& multiplication) {
  if (is_fixed_point(network)) return {fixed_point_multiplier(network, multiplication)};
  return {float_multiplier(network, multiplication)};
}

Pooler make_pooler(const QuantizedNetwork& network, const Pooling& pooling) {
  const ActivationTensor& input = network.tensor(pooling.input);
  const ActivationTensor& output = network.tensor(pooling.output);
  Pooler pooler{.kind = pooling.kind,
                .arithmetic = network.arithmetic,
                .input_scale = input.scale,
                .output_scale = output.scale,
                .input_zero_point = input.zero_point,
                .output_zero_point = output.zero_point,
                .output_shift = source_shift(output),
                .window_elements = pooling.window.kernel_height * pooling.window.kernel_width,
                .low = pooling.clamp_low,
                .high = pooling.clamp_high};
  if (is_fixed_point(network) && pooling.kind == PoolKind::kGlobalAverage) {
    pooler.mean_factor = fixed_point_mean(input.scale, output.scale, pooler.window_elements);
  }
  return pooler;
}

std::uint8_t Pooler::operator()(std::span<const std::uint8_t> codes, int count) const {
  if (kind == PoolKind::kMax) return limit(*std::max_element(codes.begin(), codes.end()));
  if (sums_floats()) {
    float sum = 0;
    for (const std::uint8_t code : codes) sum += average_term(code);
    return finish(sum, count);
  }
  return finish(std::accumulate(codes.begin(), codes.end(), std::int32_t{0}), count);
}

std::uint8_t Pooler::finish(std::int32_t sum, int count) const {
  if (arithmetic == Arithmetic::kOnnxRuntime) {
    const float multiplier = input_scale / (output_scale * static_cast<float>(count));
    return requantize(sum - count * input_zero_point, multiplier,
                      static_cast<float>(low - output_zero_point),
                      static_cast<float>(high - output_zero_point), output_zero_point);
  }
  if (kind == PoolKind::kAverage) {
    return code_of(rounded_quotient(sum - count * output_shift, count), output_shift, low, high);
  }
  return code_of(scale_rounding_twice(sum - count * input_zero_point, mean_factor),
                 output_zero_point, low, high);
}

}  // namespace brownout::models
