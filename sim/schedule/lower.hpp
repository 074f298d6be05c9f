// Convolution -> matrix product: sizes, and which activation stands at (m, k).
#pragma once

#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

Gemm lower(const models::QuantizedNetwork& network, const models::Convolution& convolution);

/// Finds the activation of GEMM element (m, k): the im2col index, without a copy of the input.
class InputIndexer {
 public:
  InputIndexer(const models::QuantizedNetwork& network, const models::Convolution& convolution);

  /// Top left input position of output pixel m's window, before padding is taken off.
  struct Origin {
    int height, width;
  };
  Origin origin(std::int64_t m) const {
    return {static_cast<int>(m / output_width_) * stride_height_,
            static_cast<int>(m % output_width_) * stride_width_};
  }

  /// NHWC index into the input tensor, or -1 where the window hangs over the padding.
  std::int64_t operator()(int group, Origin origin, int k) const {
    const Tap& tap = taps_[static_cast<std::size_t>(k)];
    const int h = origin.height + tap.height;
    const int w = origin.width + tap.width;
    if (h < 0 || h >= input_.height || w < 0 || w >= input_.width) return -1;
    return input_.index(group * group_channels_ + tap.channel, h, w);
  }

 private:
  struct Tap {
    int channel, height, width;  // offsets of kernel element k from the window's origin
  };

  models::Shape input_;
  std::int64_t output_width_;
  int stride_height_, stride_width_, group_channels_;
  std::vector<Tap> taps_;
};

}  // namespace brownout::schedule
