#include "models/engine/normalization.hpp"

#include <algorithm>
#include <vector>

#include "models/arithmetic/normalization.hpp"
#include "models/engine/widest_vectors.hpp"

namespace brownout::models {
namespace {

/// So many squares of codes fit into 32 bits.
constexpr std::int64_t kPixelsAtOnce = 1 << 16;

BROWNOUT_WIDEST_VECTORS
void add_pixels(const std::uint8_t* __restrict codes, std::int64_t pixels, std::size_t channels,
                std::uint32_t* __restrict sums, std::uint32_t* __restrict squares) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, codes += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::uint32_t code = codes[c];
      sums[c] += code;
      squares[c] += code * code;
    }
  }
}

std::vector<CodeSums> channel_sums(const std::uint8_t* codes, const Shape& shape) {
  const std::size_t channels = shape.channel_count();
  std::vector<CodeSums> result(channels);
  std::vector<std::uint32_t> sums(channels), squares(channels);
  for (std::int64_t left = std::int64_t{shape.height} * shape.width; left > 0;) {
    const std::int64_t pixels = std::min(left, kPixelsAtOnce);
    std::fill(sums.begin(), sums.end(), 0U);
    std::fill(squares.begin(), squares.end(), 0U);
    add_pixels(codes, pixels, channels, sums.data(), squares.data());
    for (std::size_t c = 0; c < channels; ++c) {
      result[c].codes += sums[c];
      result[c].squares += squares[c];
    }
    codes += pixels * shape.channels;
    left -= pixels;
  }
  return result;
}

BROWNOUT_WIDEST_VECTORS
void normalize_pixels(const RealRequantizer& normalize, const std::uint8_t* __restrict codes,
                      std::int64_t pixels, std::size_t channels, std::uint8_t* __restrict output) {
  const float* __restrict multipliers = normalize.sums.multipliers.data();
  const float* __restrict offsets = normalize.sums.offsets.data();
  const float low = normalize.relative_low(), high = normalize.relative_high();
  const int zero_point = normalize.zero_point;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, codes += channels, output += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = real_sum(codes[c], multipliers[c], offsets[c], 1.0F, false);
      output[c] = static_cast<std::uint8_t>(round_half_even(clip(value, low, high)) + zero_point);
    }
  }
}

}  // namespace

void normalize_image(const QuantizedNetwork& network, const Normalization& normalization,
                     const std::uint8_t* input, std::uint8_t* output) {
  const Shape& shape = network.tensor(normalization.input).shape;
  const RealRequantizer normalize =
      make_normalizer(network, normalization, channel_sums(input, shape));
  normalize_pixels(normalize, input, std::int64_t{shape.height} * shape.width,
                   shape.channel_count(), output);
}

}  // namespace brownout::models
