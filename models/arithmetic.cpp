// Constants of the arithmetic, derived from a network's scales and zero points.
#include "models/arithmetic.hpp"

#include <algorithm>
#include <numeric>

namespace brownout::models {
namespace {

int source_shift(const ActivationTensor& tensor) { return tensor.source_signed ? 128 : 0; }

float source_zero_point(const ActivationTensor& tensor) {
  return static_cast<float>(tensor.zero_point - source_shift(tensor));
}

}  // namespace

Requantizer make_requantizer(const QuantizedNetwork& network, const Convolution& convolution) {
  const ActivationTensor& input = network.tensor(convolution.input);
  const ActivationTensor& output = network.tensor(convolution.output);
  Requantizer requantizer;
  requantizer.zero_point = output.zero_point;
  requantizer.low = convolution.clamp_low;
  requantizer.high = convolution.clamp_high;
  const std::vector<float>& scales = convolution.weight_scales;
  for (std::size_t c = 0; c < static_cast<std::size_t>(convolution.out_channels); ++c) {
    const float product = input.scale * scales[scales.size() == 1 ? 0 : c];
    requantizer.multipliers.push_back(product / output.scale);
  }
  return requantizer;
}

Adder make_adder(const QuantizedNetwork& network, const Addition& addition) {
  const ActivationTensor& left = network.tensor(addition.left);
  const ActivationTensor& right = network.tensor(addition.right);
  const ActivationTensor& output = network.tensor(addition.output);
  Adder adder;
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

Multiplier make_multiplier(const QuantizedNetwork& network, const Multiplication& multiplication) {
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

Pooler make_pooler(const QuantizedNetwork& network, const Pooling& pooling) {
  const ActivationTensor& input = network.tensor(pooling.input);
  const ActivationTensor& output = network.tensor(pooling.output);
  return {.kind = pooling.kind,
          .input_scale = input.scale,
          .output_scale = output.scale,
          .input_zero_point = input.zero_point,
          .output_zero_point = output.zero_point,
          .output_shift = source_shift(output),
          .window_elements = pooling.window.kernel_height * pooling.window.kernel_width};
}

std::uint8_t Pooler::operator()(std::span<const std::uint8_t> codes, int count) const {
  switch (kind) {
    case PoolKind::kMax:
      return *std::max_element(codes.begin(), codes.end());
    case PoolKind::kAverage: {
      float sum = 0;
      for (const std::uint8_t code : codes) sum += average_term(code);
      return finish_average(sum, count);
    }
    case PoolKind::kGlobalAverage:
      break;
  }
  const std::int32_t sum = std::accumulate(codes.begin(), codes.end(), std::int32_t{0});
  return finish_global(sum, count, global_multiplier(count));
}

}  // namespace brownout::models
