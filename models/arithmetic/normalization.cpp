// The statistics of a normalization's groups, and what they make of its scales and biases.
#include "models/arithmetic/normalization.hpp"

#include <algorithm>
#include <cmath>

namespace brownout::models {
namespace {

/// Beyond every code; so large that products with codes are still finite.
float limited(double value) {
  constexpr double kLargest = 1e30;
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

}  // namespace

RealRequantizer make_normalizer(const QuantizedNetwork& network, const Normalization& normalization,
                                std::span<const CodeSums> channels) {
  const ActivationTensor& input = network.tensor(normalization.input);
  const ActivationTensor& output = network.tensor(normalization.output);
  RealRequantizer result{.sums = RealSums{},
                         .zero_point = output.zero_point,
                         .low = normalization.clamp_low,
                         .high = normalization.clamp_high};
  const std::size_t width = channels.size() / static_cast<std::size_t>(normalization.groups);
  const double count = static_cast<double>(width) * input.shape.height * input.shape.width;
  for (std::size_t first = 0; first < channels.size(); first += width) {
    CodeSums group;
    for (const CodeSums& channel : channels.subspan(first, width)) {
      group.codes += channel.codes;
      group.squares += channel.squares;
    }
    const double mean = static_cast<double>(group.codes) / count;
    const double variance = static_cast<double>(group.squares) / count - mean * mean;
    const double scale = input.scale;
    const double deviation = std::sqrt(variance * scale * scale + normalization.epsilon);
    for (std::size_t c = first; c < first + width; ++c) {
      const double factor = normalization.scales[c] * (scale / deviation);
      const double offset = normalization.biases[c] - mean * factor;
      result.sums.multipliers.push_back(limited(factor / output.scale));
      result.sums.offsets.push_back(limited(offset / output.scale));
    }
  }
  return result;
}

}  // namespace brownout::models
