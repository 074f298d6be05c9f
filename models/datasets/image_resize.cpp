#include "models/datasets/image_resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

constexpr int kPrecision = 22;  // bits behind the point

/// What one output position takes from the input: weights of `first`, `first` + 1, ...
struct Taps {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;
};

std::vector<Taps> triangle_taps(int input, int output) {
  const double scale = static_cast<double>(input) / output;
  const double support = std::max(scale, 1.0);  // half the filter's width, in input positions
  std::vector<Taps> result;
  for (int i = 0; i < output; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int end = std::min(static_cast<int>(centre + support + 0.5), input);
    std::vector<double> weights;
    double sum = 0;
    for (int x = first; x < end; ++x) {
      const double distance = std::abs((x - centre + 0.5) * (1.0 / support));
      weights.push_back(distance < 1.0 ? 1.0 - distance : 0.0);
      sum += weights.back();
    }
    Taps taps{.first = static_cast<std::size_t>(first), .weights = {}};
    for (const double weight : weights) {
      taps.weights.push_back(
          static_cast<std::int32_t>(0.5 + weight / sum * (std::int32_t{1} << kPrecision)));
    }
    result.push_back(std::move(taps));
  }
  return result;
}

/// Resizes along one axis: `outer` runs of `input` positions become runs of `taps.size()`.
std::vector<std::uint8_t> resize_axis(const std::vector<std::uint8_t>& pixels, std::size_t outer,
                                      std::size_t input, const std::vector<Taps>& taps) {
  const std::size_t inner = pixels.size() / (outer * input);  // values at a position
  std::vector<std::uint8_t> result;
  result.reserve(outer * taps.size() * inner);
  for (std::size_t o = 0; o < outer; ++o) {
    for (const Taps& tap : taps) {
      const std::uint8_t* first = pixels.data() + (o * input + tap.first) * inner;
      for (std::size_t i = 0; i < inner; ++i) {
        std::int32_t sum = std::int32_t{1} << (kPrecision - 1);
        for (std::size_t k = 0; k < tap.weights.size(); ++k) {
          sum += first[k * inner + i] * tap.weights[k];
        }
        result.push_back(static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255)));
      }
    }
  }
  return result;
}

int half_to_even(int value) { return static_cast<int>(std::nearbyint(value / 2.0)); }

}  // namespace

Image resize(const Image& image, const ImageSize& size) {
  Image result = image;
  const auto height = static_cast<std::size_t>(image.height);
  const auto width = static_cast<std::size_t>(image.width);
  if (size.width != image.width) {
    result.width = size.width;
    result.pixels =
        resize_axis(result.pixels, height, width, triangle_taps(image.width, size.width));
  }
  if (size.height != image.height) {
    result.height = size.height;
    result.pixels = resize_axis(result.pixels, 1, height, triangle_taps(image.height, size.height));
  }
  return result;
}

Image crop_centre(const Image& image, const ImageSize& size) {
  if (size.height > image.height || size.width > image.width) {
    throw InputError("a crop of " + std::to_string(size.height) + " x " +
                     std::to_string(size.width) + " out of an image of " +
                     std::to_string(image.height) + " x " + std::to_string(image.width));
  }
  const int top = half_to_even(image.height - size.height);
  const int left = half_to_even(image.width - size.width);
  Image result{
      .height = size.height, .width = size.width, .channels = image.channels, .pixels = {}};
  for (int row = 0; row < size.height; ++row) {
    const auto first =
        image.pixels.begin() + (std::ptrdiff_t{top + row} * image.width + left) * image.channels;
    result.pixels.insert(result.pixels.end(), first,
                         first + std::ptrdiff_t{size.width} * image.channels);
  }
  return result;
}

Image fit(const Image& image, const ImageFit& fit) {
  Image result = image;
  if (fit.resize) result = resize(result, *fit.resize);
  if (fit.shorter_side) {
    const std::int64_t side = *fit.shorter_side;
    const int shorter = std::min(image.height, image.width);
    result = resize(result, {.height = static_cast<int>(side * image.height / shorter),
                             .width = static_cast<int>(side * image.width / shorter)});
  }
  if (fit.crop) result = crop_centre(result, *fit.crop);
  return result;
}

}  // namespace brownout::models
