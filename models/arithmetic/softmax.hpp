// LiteRT's softmax of int8 codes (reference kernel): exponentials and the reciprocal of their sum
// in fixed point, so that no libm decides a code.
#pragma once

#include <cstdint>
#include <span>

#include "models/arithmetic/fixed_point.hpp"

namespace brownout::models {

/// Reads of every code: the maximum, the sum, the shares.
inline constexpr unsigned kSoftmaxPasses = 3;

/// One pixel: output = exp(beta * s * (x - max x)) / sum of these, in steps of 1 / 256. Terms below
/// exp(-32) count as 0.
struct FixedPointSoftmax {
  FixedPoint factor;  ///< beta * s * 2^26: codes -> numbers with 26 fractional bits
  std::int32_t lowest_difference = 0;  ///< code differences below it count as 0

  void operator()(std::span<const std::uint8_t> input, std::uint8_t* output) const;

 private:
  std::int32_t exponential(int difference) const;
};

/// Throws InputError unless the output's scale is 1/256 and its lowest code is 0.
FixedPointSoftmax make_softmax(const QuantizedNetwork& network, const Softmax& softmax);

}  // namespace brownout::models
