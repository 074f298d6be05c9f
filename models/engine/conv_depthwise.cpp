// Depthwise convolutions in 16-bit products and 32-bit sums: exact on every CPU. As matrix products
// of one column a group they would take ten times as long.
#include <algorithm>

#include "models/engine/convolution_kernel.hpp"
#include "models/engine/widest_vectors.hpp"

namespace brownout::models {
namespace {

/// sums[c] += (codes[c] - zero_point) * weights[c]
BROWNOUT_WIDEST_VECTORS
void add_products(const std::uint8_t* codes, std::int16_t zero_point, const std::int16_t* weights,
                  int channels, std::int32_t* sums) {
  for (int c = 0; c < channels; ++c) {
    sums[c] += static_cast<std::int16_t>(codes[c] - zero_point) * weights[c];
  }
}

class DepthwiseConvolution final : public ConvolutionKernel {
 public:
  DepthwiseConvolution(const QuantizedNetwork& network, const Convolution& convolution, int images)
      : images_(images),
        input_(network.tensor(convolution.input).shape),
        output_(network.tensor(convolution.output).shape),
        window_(convolution.window),
        zero_point_(static_cast<std::int16_t>(network.tensor(convolution.input).zero_point)),
        multiplier_(convolution.out_channels / convolution.groups) {
    corrections_.runs.push_back({.pixels = output_.height * output_.width, .row = 0});
  }

  void set_weights(std::span<const std::int8_t> weights) override {
    const std::size_t outputs = output_.channel_count();
    const std::size_t taps = weights.size() / outputs;
    weights_.resize(weights.size());
    for (std::size_t n = 0; n < outputs; ++n) {
      for (std::size_t tap = 0; tap < taps; ++tap) {
        weights_[tap * outputs + n] = weights[n * taps + tap];
      }
    }
  }

  void accumulate(const std::uint8_t* codes, std::int32_t* sums) override {
    for (int image = 0; image < images_; ++image, codes += input_.size()) {
      for (int row = 0; row < output_.height; ++row) {
        for (int column = 0; column < output_.width; ++column, sums += output_.channels) {
          accumulate_pixel(codes, row, column, sums);
        }
      }
    }
  }

  const Corrections& corrections() const override { return corrections_; }

 private:
  void accumulate_pixel(const std::uint8_t* image, int row, int column, std::int32_t* sums) const {
    std::fill_n(sums, output_.channels, 0);
    const std::int16_t* weights = weights_.data();
    for (int kh = 0; kh < window_.kernel_height; ++kh) {
      const int h = row * window_.stride_height - window_.pad_top + kh * window_.dilation_height;
      for (int kw = 0; kw < window_.kernel_width; ++kw, weights += output_.channels) {
        const int w =
            column * window_.stride_width - window_.pad_left + kw * window_.dilation_width;
        if (h < 0 || h >= input_.height || w < 0 || w >= input_.width) continue;
        add_tap(image + input_.index(0, h, w), weights, sums);
      }
    }
  }

  void add_tap(const std::uint8_t* codes, const std::int16_t* weights, std::int32_t* sums) const {
    if (multiplier_ == 1) {
      return add_products(codes, zero_point_, weights, input_.channels, sums);
    }
    for (int n = 0; n < output_.channels; ++n) {
      sums[n] += (codes[n / multiplier_] - zero_point_) * weights[n];
    }
  }

  int images_;
  Shape input_, output_;
  Window window_;
  std::int16_t zero_point_;
  int multiplier_;                     ///< output channels of an input channel
  std::vector<std::int16_t> weights_;  ///< taps x out_channels
  Corrections corrections_;
};

}  // namespace

std::unique_ptr<ConvolutionKernel> make_depthwise_convolution(const QuantizedNetwork& network,
                                                              const Convolution& convolution,
                                                              int images) {
  return std::make_unique<DepthwiseConvolution>(network, convolution, images);
}

}  // namespace brownout::models
