// What follows a convolution's sums: bias, corrections, wrap and requantization, over NHWC buffers.
// The formulas are those of arithmetic.hpp; private to this folder.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arithmetic/arithmetic.hpp"
#include "models/engine/convolution_kernel.hpp"

namespace brownout::models {

/// Turns a convolution's sums into codes: corrections, bias, wrap, requantization. Its per-channel
/// constants are repeated to a row of at least a few vectors, so that loops are long whatever the
/// number of channels.
class Epilogue {
 public:
  Epilogue(const QuantizedNetwork& network, const Convolution& convolution, int accumulator_bits);

  /// After each change of weights.
  void set_corrections(const ConvolutionKernel::Corrections& corrections);
  void run(const std::int32_t* sums, std::uint8_t* codes, int images) const;

 private:
  void run_pixels(const std::int32_t* sums, std::uint8_t* codes, std::int64_t pixels,
                  const std::int32_t* addends) const;

  void run_rows(const FloatRequantizer& requantizer, const std::int32_t* sums, std::uint8_t* codes,
                std::int64_t elements, const std::int32_t* addends) const;
  void run_rows(const RealRequantizer& requantizer, const std::int32_t* sums, std::uint8_t* codes,
                std::int64_t elements, const std::int32_t* addends) const;
  void run_rows(const FixedPointRequantizer& requantizer, const std::int32_t* sums,
                std::uint8_t* codes, std::int64_t elements, const std::int32_t* addends) const;
  void run_rows(const DoubleRequantizer& requantizer, const std::int32_t* sums, std::uint8_t* codes,
                std::int64_t elements, const std::int32_t* addends) const;

  Requantizer requantizer_;
  int channels_, repeats_, accumulator_bits_;
  std::vector<std::int32_t> bias_;
  std::vector<float> multipliers_;     ///< repeats x channels; ONNX Runtime's arithmetic
  std::vector<float> offsets_;         ///< the same, of sums that real numbers follow
  std::vector<FixedPoint> factors_;    ///< the same, LiteRT's
  std::vector<std::int32_t> addends_;  ///< rows of repeats x channels: bias + corrections
  std::vector<ConvolutionKernel::Run> runs_;
};

}  // namespace brownout::models
