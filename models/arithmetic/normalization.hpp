// Group, instance and layer normalization of codes. Statistics are sums of integers, which are the
// same in whatever order they are added; an element then takes one multiplication and one addition
// in float32.
#pragma once

#include <cstdint>
#include <span>

#include "models/arithmetic/arithmetic.hpp"

namespace brownout::models {

/// Reads of every code: the sums, the results.
inline constexpr std::int64_t kNormalizationPasses = 2;

/// Of a channel's codes in one image.
struct CodeSums {
  std::int64_t codes = 0, squares = 0;

  void add(std::uint8_t code) {
    codes += code;
    squares += std::int64_t{code} * code;
  }
};

/// Makes the output's codes of the input's for an image with these sums of each channel. Of the n
/// codes of a group, in double precision, deviation d:
///   mean = sum / n, d = sqrt((squares / n - mean^2) * sx^2 + epsilon), r = scale[c] * (sx / d)
///   m = f(r / sy), o = f((bias[c] - mean * r) / sy); rint(clip(f(f(q * m) + o))) + zy
RealRequantizer make_normalizer(const QuantizedNetwork& network, const Normalization& normalization,
                                std::span<const CodeSums> channels);

}  // namespace brownout::models
