// What the integer engine asks of an implementation of convolutions; private to this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// One convolution for a fixed number of images. Sums of (x - zx) * w, without the bias; elements
/// in the padding contribute 0.
class ConvolutionKernel {
 public:
  virtual ~ConvolutionKernel() = default;

  /// out_channels x k codes, as in Convolution::weights.
  virtual void set_weights(std::span<const std::int8_t> weights) = 0;

  /// `codes`: images x input shape (NHWC). `sums`: images x output pixels x out_channels, to which
  /// corrections() remain to be added.
  virtual void accumulate(const std::uint8_t* codes, std::int32_t* sums) = 0;

  /// What a kernel left out of its sums, per channel: pixels of one image in row-major order are
  /// cut into runs that share a row of the table (classes x out_channels). A table without rows is
  /// 0.
  struct Run {
    int pixels = 0;
    int row = 0;
  };
  struct Corrections {
    std::vector<Run> runs;
    std::vector<std::int32_t> table;
  };
  virtual const Corrections& corrections() const = 0;
};

/// Exact on every CPU; only where every input channel is a group of its own.
std::unique_ptr<ConvolutionKernel> make_depthwise_convolution(const QuantizedNetwork& network,
                                                              const Convolution& convolution,
                                                              int images);

/// Exact on every CPU: fp32 products of 8-bit codes, blocks of sums below 2^24.
std::unique_ptr<ConvolutionKernel> make_exact_convolution(const QuantizedNetwork& network,
                                                          const Convolution& convolution,
                                                          int images);

/// oneDNN's int8 primitives; exact where onednn_is_exact().
std::unique_ptr<ConvolutionKernel> make_onednn_convolution(const QuantizedNetwork& network,
                                                           const Convolution& convolution,
                                                           int images);

using MakeConvolution = std::unique_ptr<ConvolutionKernel> (*)(const QuantizedNetwork& network,
                                                               const Convolution& convolution,
                                                               int images);

/// A convolution with (w - zw) for w, from two kernels that `make` makes.
std::unique_ptr<ConvolutionKernel> make_zero_point_convolution(MakeConvolution make,
                                                               const QuantizedNetwork& network,
                                                               const Convolution& convolution,
                                                               int images);

/// The instruction set that oneDNN uses, as in "oneDNN avx512_core_vnni".
std::string onednn_name();

}  // namespace brownout::models
