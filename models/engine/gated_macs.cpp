// Static coverage of a convolution's input by its windows, and the count of zeros weighted with it.
#include "models/engine/gated_macs.hpp"

#include <algorithm>

#include "models/engine/kernels.hpp"

namespace brownout::models {
namespace {

/// Per input coordinate of one dimension, the number of (window, tap) pairs that fall on it.
std::vector<std::uint64_t> coverage(int input, int output, int kernel, int stride, int pad,
                                    int dilation) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(input), 0);
  for (int o = 0; o < output; ++o) {
    for (int k = 0; k < kernel; ++k) {
      const int i = o * stride - pad + k * dilation;
      if (i >= 0 && i < input) ++counts[static_cast<std::size_t>(i)];
    }
  }
  return counts;
}

}  // namespace

GatedMacs::GatedMacs(const QuantizedNetwork& network, const Convolution& convolution)
    : elements_(network.tensor(convolution.input).shape.size()),
      zero_point_(static_cast<std::uint8_t>(network.tensor(convolution.input).zero_point)),
      outputs_per_element_(
          static_cast<std::uint64_t>(convolution.out_channels / convolution.groups)) {
  const Shape& in = network.tensor(convolution.input).shape;
  const Shape& out = network.tensor(convolution.output).shape;
  const Window& w = convolution.window;
  const auto rows = coverage(in.height, out.height, w.kernel_height, w.stride_height, w.pad_top,
                             w.dilation_height);
  const auto columns =
      coverage(in.width, out.width, w.kernel_width, w.stride_width, w.pad_left, w.dilation_width);
  std::vector<std::uint64_t> rest;  // NHWC, not yet in a plane
  std::uint64_t inside = 0;
  for (const std::uint64_t row : rows) {
    for (const std::uint64_t column : columns) {
      rest.insert(rest.end(), in.channel_count(), row * column);
      inside += row * column * static_cast<std::uint64_t>(in.channels);
    }
  }
  const std::uint64_t all =
      static_cast<std::uint64_t>(in.channels) * static_cast<std::uint64_t>(out.height) *
      static_cast<std::uint64_t>(out.width) * static_cast<std::uint64_t>(w.kernel_height) *
      static_cast<std::uint64_t>(w.kernel_width);
  padding_elements_ = all - inside;
  while (std::any_of(rest.begin(), rest.end(), [](std::uint64_t r) { return r > 0; })) {
    std::vector<std::uint8_t>& plane = planes_.emplace_back();
    for (std::uint64_t& r : rest) {
      const std::uint64_t part = std::min<std::uint64_t>(r, 255);
      plane.push_back(static_cast<std::uint8_t>(part));
      r -= part;
    }
  }
}

std::uint64_t GatedMacs::count(const std::uint8_t* codes) const {
  std::uint64_t elements = padding_elements_;
  for (const std::vector<std::uint8_t>& plane : planes_) {
    elements += sum_where_equal(codes, plane.data(), elements_, zero_point_);
  }
  return elements * outputs_per_element_;
}

}  // namespace brownout::models
