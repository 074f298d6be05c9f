#include "models/engine/ordered_convolution.hpp"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "models/arithmetic/arithmetic.hpp"

namespace brownout::models {
namespace {

constexpr std::int64_t kExactSum = std::int64_t{1} << 24;
/// Output pixels at a time, so that their patches stay in the cache.
constexpr int kPixels = 256;

/// |x - zx| <= 255; |w| <= 128, and |w - zw| <= 255 with zero points of the weights.
std::int64_t largest_product(const Convolution& convolution) {
  return std::int64_t{255} * (convolution.has_weight_zero_points() ? 255 : 128);
}

}  // namespace

bool may_saturate(const Convolution& convolution, const EngineOptions& options) {
  if (options.overflow != Overflow::kSaturate) return false;
  std::int64_t largest_bias = 0;
  for (const std::int32_t bias : convolution.bias) {
    largest_bias = std::max(largest_bias, std::abs(std::int64_t{bias}));
  }
  const std::int64_t largest = largest_bias + largest_product(convolution) * convolution.k_size();
  return largest >= std::int64_t{1} << (options.accumulator_bits - 1);
}

OrderedConvolution::OrderedConvolution(const QuantizedNetwork& network,
                                       const Convolution& convolution, const EngineOptions& options)
    : input_(network.tensor(convolution.input).shape),
      output_(network.tensor(convolution.output).shape),
      window_(convolution.window),
      zero_point_(network.tensor(convolution.input).zero_point),
      groups_(convolution.groups),
      k_size_(convolution.k_size()),
      group_outputs_(convolution.outputs() / static_cast<std::size_t>(convolution.groups)),
      options_(options),
      requantizer_(make_requantizer(network, convolution)),
      bias_(convolution.bias),
      exact_products_(static_cast<int>(kExactSum / largest_product(convolution))) {
  for (int c = 0; c < convolution.out_channels; ++c) {
    weight_zero_points_.push_back(convolution.weight_zero_point(c));
  }
  patches_.resize(kPixels * convolution.products());
  product_.resize(kPixels * group_outputs_);
  part_.reserve(product_.size());
  sums_.resize(output_.elements());
}

void OrderedConvolution::set_weights(std::span<const std::int8_t> weights) {
  weights_.resize(weights.size());
  const std::size_t k_size = weights.size() / output_.channel_count();
  for (std::size_t channel = 0; channel < output_.channel_count(); ++channel) {
    const std::size_t group = channel / group_outputs_;
    for (std::size_t k = 0; k < k_size; ++k) {
      weights_[(group * k_size + k) * group_outputs_ + channel % group_outputs_] =
          static_cast<float>(weights[channel * k_size + k] - weight_zero_points_[channel]);
    }
  }
}

/// One output pixel's window as x - zx in the order of k; padding is 0.
void OrderedConvolution::gather(const std::uint8_t* image, int pixel, int group,
                                float* patch) const {
  const int top = pixel / output_.width * window_.stride_height - window_.pad_top;
  const int left = pixel % output_.width * window_.stride_width - window_.pad_left;
  const int channels = input_.channels / groups_;
  const int taps = window_.kernel_height * window_.kernel_width;
  int tap = 0;
  for (int kh = 0; kh < window_.kernel_height; ++kh) {
    const int h = top + kh * window_.dilation_height;
    for (int kw = 0; kw < window_.kernel_width; ++kw, ++tap) {
      const int w = left + kw * window_.dilation_width;
      const bool inside = h >= 0 && h < input_.height && w >= 0 && w < input_.width;
      const std::uint8_t* source = inside ? image + input_.index(group * channels, h, w) : nullptr;
      for (int c = 0; c < channels; ++c) {
        patch[c * taps + tap] = inside ? static_cast<float>(source[c] - zero_point_) : 0.0F;
      }
    }
  }
}

/// Sums of products over [first_k, first_k + count_k) of the gathered pixels, into part_.
void OrderedConvolution::multiply(int first_k, int count_k, int pixels, int group) {
  const auto outputs = static_cast<dnnl_dim_t>(group_outputs_);
  part_.assign(static_cast<std::size_t>(pixels) * group_outputs_, 0);
  for (int k = first_k; k < first_k + count_k; k += exact_products_) {
    const int block = std::min(exact_products_, first_k + count_k - k);
    const float* weights = weights_.data() + (std::ptrdiff_t{group} * k_size_ + k) * outputs;
    if (dnnl_sgemm('N', 'N', pixels, outputs, block, 1.0F, patches_.data() + k, k_size_, weights,
                   outputs, 0.0F, product_.data(), outputs) != dnnl_success) {
      throw std::logic_error("a matrix product was refused");
    }
    for (std::size_t i = 0; i < part_.size(); ++i) {
      part_[i] += static_cast<std::int32_t>(product_[i]);
    }
  }
}

std::int32_t OrderedConvolution::read(const ReadMasks<std::uint32_t>& masks, std::size_t element,
                                      std::int32_t held) const {
  if (masks.empty()) return held;
  const std::uint32_t bits = masks.read(element, static_cast<std::uint32_t>(held));
  return wrap_accumulator(std::int64_t{bits}, options_.accumulator_bits);
}

void OrderedConvolution::run(const std::uint8_t* codes, int images,
                             const ReadMasks<std::uint32_t>& masks, std::uint8_t* outputs) {
  const int pixels = output_.height * output_.width;
  const std::size_t channels = output_.channel_count();
  for (int image = 0; image < images; ++image, codes += input_.size()) {
    for (int first = 0; first < pixels; first += kPixels) {
      const int count = std::min(kPixels, pixels - first);
      for (int group = 0; group < groups_; ++group) {
        for (int i = 0; i < count; ++i) {
          gather(codes, first + i, group, patches_.data() + std::ptrdiff_t{i} * k_size_);
        }
        add_parts(count, group, static_cast<std::size_t>(first) * channels, masks);
      }
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      *outputs++ = requantizer_(read(masks, i, sums_[i]), static_cast<int>(i % channels));
    }
  }
}

/// The gathered pixels of one group: the bias, then part after part.
void OrderedConvolution::add_parts(int pixels, int group, std::size_t first_element,
                                   const ReadMasks<std::uint32_t>& masks) {
  const std::size_t channels = output_.channel_count();
  const std::size_t first_channel = static_cast<std::size_t>(group) * group_outputs_;
  for (int k = 0; k < k_size_;) {
    const int part = std::min(options_.k_part, k_size_ - k);
    multiply(k, part, pixels, group);
    for (std::size_t i = 0; i < part_.size(); ++i) {
      const std::size_t channel = first_channel + i % group_outputs_;
      const std::size_t element = first_element + i / group_outputs_ * channels + channel;
      const std::int32_t held = k == 0 ? bias_[channel] : read(masks, element, sums_[element]);
      sums_[element] = limit_accumulator(std::int64_t{held} + part_[i], options_.accumulator_bits,
                                         options_.overflow);
    }
    k += part;
  }
}

}  // namespace brownout::models
