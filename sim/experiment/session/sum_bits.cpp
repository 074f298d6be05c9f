#include "sim/experiment/session/sum_bits.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <variant>

namespace brownout::experiment {

int sum_bits(const models::QuantizedNetwork& network, const models::Convolution& convolution) {
  const int zero_point = network.tensor(convolution.input).zero_point;
  const std::int64_t lowest = -zero_point, highest = 255 - zero_point;  // of an activation
  std::int64_t bound = 0;  // every sum is in [-bound - 1, bound]
  const auto k_size = static_cast<std::size_t>(convolution.k_size());
  for (std::size_t n = 0; n < convolution.bias.size(); ++n) {
    std::int64_t low = std::min(0, convolution.bias[n]), high = std::max(0, convolution.bias[n]);
    for (std::size_t k = 0; k < k_size; ++k) {
      const std::int64_t weight =
          convolution.weights[n * k_size + k] - convolution.weight_zero_point(static_cast<int>(n));
      low += std::min(weight * lowest, weight * highest);
      high += std::max(weight * lowest, weight * highest);
    }
    bound = std::max({bound, high, -low - 1});
  }
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bound))) + 1;
}

int largest_sum_bits(const models::QuantizedNetwork& network) {
  int bits = 0;
  for (const models::Node& node : network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution != nullptr) bits = std::max(bits, sum_bits(network, *convolution));
  }
  return bits;
}

std::string accumulator_note(const models::QuantizedNetwork& network,
                             const hardware::AcceleratorSpec& spec) {
  const int bits = largest_sum_bits(network);
  if (bits <= spec.accumulator.bits) return {};
  return "sums may need up to " + std::to_string(bits) + " bits, the accumulators have " +
         std::to_string(spec.accumulator.bits) + ": what does not fit " +
         (spec.accumulator.overflow == models::Overflow::kWrap ? "wraps" : "is limited");
}

}  // namespace brownout::experiment
