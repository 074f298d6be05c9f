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
  first_height_ = window.pad_top;
  first_width_ = window.pad_left;
  end_height_ =
      input_.height + window.pad_top - (window.kernel_height - 1) * window.dilation_height;
  end_width_ = input_.width + window.pad_left - (window.kernel_width - 1) * window.dilation_width;
  for (int c = 0; c < group_channels_; ++c) {
    for (int kh = 0; kh < window.kernel_height; ++kh) {
      for (int kw = 0; kw < window.kernel_width; ++kw) {
        const int height = kh * window.dilation_height - window.pad_top;
        const int width = kw * window.dilation_width - window.pad_left;
        taps_.push_back({height, width, input_.index(c, height, width)});
      }
    }
  }
}

}  // namespace brownout::schedule
