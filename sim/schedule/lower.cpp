#include "sim/schedule/lower.hpp"

namespace brownout::schedule {

Gemm lower(const models::QuantizedNetwork& network, const models::Convolution& convolution) {
  const models::Shape& output = network.tensor(convolution.output).shape;
  Gemm gemm;
  gemm.m = std::int64_t{output.height} * output.width;
  gemm.n = convolution.out_channels / convolution.groups;
  gemm.k = convolution.k_size();
  gemm.groups = convolution.groups;
  return gemm;
}

InputIndexer::InputIndexer(const models::QuantizedNetwork& network,
                           const models::Convolution& convolution)
    : input_(network.tensor(convolution.input).shape),
      output_width_(network.tensor(convolution.output).shape.width),
      stride_height_(convolution.window.stride_height),
      stride_width_(convolution.window.stride_width),
      group_channels_(input_.channels / convolution.groups) {
  const models::Window& window = convolution.window;
  for (int c = 0; c < group_channels_; ++c) {
    for (int kh = 0; kh < window.kernel_height; ++kh) {
      for (int kw = 0; kw < window.kernel_width; ++kw) {
        taps_.push_back({c, kh * window.dilation_height - window.pad_top,
                         kw * window.dilation_width - window.pad_left});
      }
    }
  }
}

}  // namespace brownout::schedule
