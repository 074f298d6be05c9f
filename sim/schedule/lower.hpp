// Convolution -> matrix product: sizes, and which activation stands at (m, k).
#pragma once

#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"
#include "sim/schedule/gemm.hpp"

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
    return base(group, origin) + tap.offset;
  }

  /// True when no element of the window hangs over; then (group, origin, k) is at
  /// base(group, origin) + offset(k).
  bool is_inside(Origin origin) const {
    return origin.height >= first_height_ && origin.height < end_height_ &&
           origin.width >= first_width_ && origin.width < end_width_;
  }
  std::int64_t base(int group, Origin origin) const {
    return input_.index(group * group_channels_, origin.height, origin.width);
  }
  std::int64_t offset(int k) const { return taps_[static_cast<std::size_t>(k)].offset; }

 private:
  /// Kernel element k, relative to the window's origin.
  struct Tap {
    int height, width;
    std::int64_t offset;
  };

  models::Shape input_;
  std::int64_t output_width_;
  int stride_height_, stride_width_, group_channels_;
  int first_height_, end_height_, first_width_,
      end_width_;  // origins of windows that do not hang over
  std::vector<Tap> taps_;
};

}  // namespace brownout::schedule
