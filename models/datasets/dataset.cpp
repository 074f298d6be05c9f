// The first quantization: pixels or reals to the network's input and its codes.
#include "models/datasets/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>

#include "memory/base/input_error.hpp"
#include "models/arithmetic/arithmetic.hpp"

namespace brownout::models {
namespace {

float channel_value(const std::vector<float>& values, std::size_t channel, float fallback) {
  if (values.empty()) return fallback;
  return values[values.size() == 1 ? 0 : channel];
}

void check_preprocess(const Preprocess& preprocess, int channels) {
  const auto fits = [&](const std::vector<float>& values) {
    return values.size() <= 1 || std::ssize(values) == channels;
  };
  if (!fits(preprocess.mean) || !fits(preprocess.std)) {
    throw InputError("preprocess", "mean and std need one value, or one per channel (" +
                                       std::to_string(channels) + ")");
  }
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const bool finite = is_finite(preprocess.scale.value_or(1)) &&
                      std::all_of(preprocess.mean.begin(), preprocess.mean.end(), is_finite) &&
                      std::all_of(preprocess.std.begin(), preprocess.std.end(), is_finite);
  const auto is_zero = [](float value) { return value == 0; };
  if (!finite || std::any_of(preprocess.std.begin(), preprocess.std.end(), is_zero)) {
    throw InputError("preprocess", "scale, mean and std must be finite and std not 0");
  }
}

/// One channel's values to the network's input.
class ChannelPreprocess {
 public:
  ChannelPreprocess(const Preprocess& preprocess, float scale, std::size_t channel)
      : scale_(scale),
        mean_(channel_value(preprocess.mean, channel, 0.0F)),
        deviation_(channel_value(preprocess.std, channel, 1.0F)) {}

  float operator()(float value) const {
    const float scaled = value * scale_;
    const float centred = scaled - mean_;
    return centred / deviation_;
  }

 private:
  float scale_, mean_, deviation_;
};

// Read in the other order of axes, (N, C, H, W) has its channels for rows.
std::string order_hint(const Shape& found, const Shape& wanted) {
  const bool rotated = found.height == wanted.channels && found.width == wanted.height &&
                       found.channels == wanted.width;
  return rotated ? "; of an npz, workload.dataset.axes: channels_first?" : "";
}

void check_request(const Dataset& dataset, const Preprocess& preprocess, const Shape& input,
                   std::int64_t first, std::int64_t count) {
  const auto text = [](const Shape& s) {
    return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" +
           std::to_string(s.width);
  };
  if (dataset.shape != input) {
    throw InputError("the data set's images are " + text(dataset.shape) +
                     " (channels x height x width), the network's input is " + text(input) +
                     order_hint(dataset.shape, input));
  }
  if (first < 0 || count < 0 || first > dataset.size() - count) {
    throw InputError("images " + std::to_string(first) + " to " +
                     std::to_string(first + count - 1) + " of a data set of " +
                     std::to_string(dataset.size()));
  }
  check_preprocess(preprocess, input.channels);
}

/// convert(network input) for every element; pixels through a table of their 256 values.
template <typename Convert>
auto convert_images(const Dataset& dataset, const Preprocess& preprocess, const Shape& input,
                    std::int64_t first, std::int64_t count, const Convert& convert) {
  check_request(dataset, preprocess, input, first, count);
  const bool is_real = !dataset.reals.empty();
  const float scale = preprocess.scale.value_or(is_real ? 1.0F : 1.0F / 255.0F);
  const std::size_t channels = input.channel_count();
  const std::size_t begin = input.elements(first);
  using Output = decltype(convert(0.0F));
  std::vector<Output> outputs(input.elements(count));
  for (std::size_t c = 0; c < channels; ++c) {
    const ChannelPreprocess input_of(preprocess, scale, c);
    if (is_real) {
      for (std::size_t i = c; i < outputs.size(); i += channels) {
        outputs[i] = convert(input_of(dataset.reals[begin + i]));
      }
      continue;
    }
    std::array<Output, 256> table{};
    for (std::size_t pixel = 0; pixel < table.size(); ++pixel) {
      table[pixel] = convert(input_of(static_cast<float>(pixel)));
    }
    for (std::size_t i = c; i < outputs.size(); i += channels) {
      outputs[i] = table[dataset.pixels[begin + i]];
    }
  }
  return outputs;
}

}  // namespace

std::vector<float> preprocess_images(const Dataset& dataset, const Preprocess& preprocess,
                                     const Shape& input, std::int64_t first, std::int64_t count) {
  return convert_images(dataset, preprocess, input, first, count, [](float real) { return real; });
}

std::vector<std::uint8_t> quantize_images(const Dataset& dataset, const Preprocess& preprocess,
                                          const ActivationTensor& input, std::int64_t first,
                                          std::int64_t count, Arithmetic arithmetic) {
  const bool ties_away = arithmetic == Arithmetic::kLiteRt;
  const auto zero_point = static_cast<float>(input.zero_point);
  return convert_images(dataset, preprocess, input.shape, first, count, [&](float real) {
    const float quotient = clip(real / input.scale, -zero_point, 255.0F - zero_point);
    const int steps =
        ties_away ? static_cast<int>(std::round(quotient)) : round_half_even(quotient);
    return static_cast<std::uint8_t>(steps + input.zero_point);
  });
}

}  // namespace brownout::models
