// Convolutions that are exact on every CPU: fp32 matrix products in blocks whose sums of products
// stay below 2^24, so that no order of additions can round, summed up in int32. oneDNN multiplies,
// since it picks the widest vectors at run time.
#define EIGEN_DONT_PARALLELIZE
#include <oneapi/dnnl/dnnl.h>

#include <Eigen/Core>
#include <algorithm>
#include <stdexcept>

#include "models/engine/convolution_kernel.hpp"

namespace brownout::models {
namespace {

/// |x - zx| <= 255 and |w| <= 128: 512 products sum to less than 2^24.
constexpr int kBlock = 512;
/// Rows of the patch matrix at a time, so that it stays in the cache.
constexpr int kPixels = 256;

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class ExactConvolution final : public ConvolutionKernel {
 public:
  ExactConvolution(const QuantizedNetwork& network, const Convolution& convolution, int images)
      : images_(images),
        input_(network.tensor(convolution.input).shape),
        output_(network.tensor(convolution.output).shape),
        window_(convolution.window),
        zero_point_(network.tensor(convolution.input).zero_point),
        groups_(convolution.groups),
        group_outputs_(convolution.out_channels / convolution.groups),
        k_size_(convolution.k_size()),
        taps_(window_.kernel_height * window_.kernel_width),
        inputs_(input_.elements(images)) {
    corrections_.runs.push_back({.pixels = output_.height * output_.width, .row = 0});
  }

  void set_weights(std::span<const std::int8_t> weights) override {
    const int channels = input_.channels / groups_;
    weights_.resize(k_size_, Eigen::Index{groups_} * group_outputs_);
    std::size_t next = 0;
    for (Eigen::Index n = 0; n < weights_.cols(); ++n) {
      for (int c = 0; c < channels; ++c) {
        for (int tap = 0; tap < taps_; ++tap) {
          weights_(tap * channels + c, n) = static_cast<float>(weights[next++]);
        }
      }
    }
  }

  void accumulate(const std::uint8_t* codes, std::int32_t* sums) override {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      inputs_[i] = static_cast<float>(codes[i] - zero_point_);
    }
    const int pixels = images_ * output_.height * output_.width;
    for (int first = 0; first < pixels; first += kPixels) {
      const int count = std::min(kPixels, pixels - first);
      for (int group = 0; group < groups_; ++group) {
        patches_.resize(count, k_size_);
        for (int i = 0; i < count; ++i) gather(first + i, group, patches_.row(i).data());
        multiply(count, group, sums + static_cast<std::ptrdiff_t>(first) * output_.channels);
      }
    }
  }

  const Corrections& corrections() const override { return corrections_; }

 private:
  /// One output pixel's window, taps x channels, so that a row of it is contiguous in the input;
  /// padding is 0.
  void gather(int pixel, int group, float* patch) const {
    const int per_image = output_.height * output_.width;
    const float* image = inputs_.data() + (pixel / per_image) * input_.size();
    const int top = (pixel % per_image) / output_.width * window_.stride_height - window_.pad_top;
    const int left = pixel % output_.width * window_.stride_width - window_.pad_left;
    const int channels = input_.channels / groups_;
    const bool whole_rows = groups_ == 1 && window_.dilation_width == 1 && left >= 0 &&
                            left + window_.kernel_width <= input_.width;
    const int step = whole_rows ? window_.kernel_width : 1;  // taps that are copied at a time
    for (int kh = 0; kh < window_.kernel_height; ++kh) {
      const int h = top + kh * window_.dilation_height;
      for (int kw = 0; kw < window_.kernel_width; kw += step, patch += step * channels) {
        const int w = left + kw * window_.dilation_width;
        if (h < 0 || h >= input_.height || w < 0 || w >= input_.width) {
          std::fill_n(patch, step * channels, 0.0F);
        } else {
          std::copy_n(image + input_.index(group * channels, h, w), step * channels, patch);
        }
      }
    }
  }

  void multiply(int count, int group, std::int32_t* sums) {
    using Sums =
        Eigen::Map<Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                   Eigen::OuterStride<>>;
    Sums target(sums + static_cast<std::ptrdiff_t>(group) * group_outputs_, count, group_outputs_,
                Eigen::OuterStride<>(output_.channels));
    for (int k = 0; k < k_size_; k += kBlock) {
      const int block = std::min(kBlock, k_size_ - k);
      product_.resize(count, group_outputs_);
      const float* weights = weights_.data() + weights_.cols() * k + group * group_outputs_;
      if (dnnl_sgemm('N', 'N', count, group_outputs_, block, 1.0F, patches_.data() + k, k_size_,
                     weights, weights_.cols(), 0.0F, product_.data(),
                     group_outputs_) != dnnl_success) {
        throw std::logic_error("a matrix product was refused");
      }
      if (k == 0) {
        target = product_.cast<std::int32_t>();
      } else {
        target += product_.cast<std::int32_t>();
      }
    }
  }

  int images_;
  Shape input_, output_;
  Window window_;
  int zero_point_;
  int groups_, group_outputs_, k_size_, taps_;
  std::vector<float> inputs_;  ///< x - zx, images x input shape (NHWC)
  RowMatrix weights_;          ///< k x out_channels, k = tap * channels + c
  RowMatrix patches_, product_;
  Corrections corrections_;
};

}  // namespace

std::unique_ptr<ConvolutionKernel> make_exact_convolution(const QuantizedNetwork& network,
                                                          const Convolution& convolution,
                                                          int images) {
  if (convolution.groups > 1 &&
      convolution.groups == network.tensor(convolution.input).shape.channels) {
    return make_depthwise_convolution(network, convolution, images);
  }
  return std::make_unique<ExactConvolution>(network, convolution, images);
}

}  // namespace brownout::models
