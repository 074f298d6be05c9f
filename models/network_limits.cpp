// Sums that stay below their limits, so that none can overflow.
#include "models/network_limits.hpp"

#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

void add(std::int64_t& sum, std::int64_t more, std::int64_t limit, const char* what) {
  if (more > limit - sum) {
    throw InputError(std::string("more than ") + std::to_string(limit) + " " + what);
  }
  sum += more;
}

}  // namespace

void NetworkSize::add_tensor(const Shape& shape) {
  std::int64_t tensor = 0;
  add(tensor, shape.size(), kLargestTensor, "elements in a tensor");
  add(activations_, tensor, kLargestActivations, "elements in all tensors together");
}

void NetworkSize::add_constants(std::size_t elements) {
  add(constants_, static_cast<std::int64_t>(elements), kLargestConstants,
      "weights, biases and scales");
}

void NetworkSize::add_node(const Node& node, const Shape& made) {
  if (const auto* convolution = std::get_if<Convolution>(&node)) {
    add_constants(convolution->weights.size() + convolution->bias.size());
    add_macs(made, convolution->k_size());
  } else if (const auto* pooling = std::get_if<Pooling>(&node)) {
    const Window& window = pooling->window;
    add_macs(made, std::int64_t{window.kernel_height} * window.kernel_width);
  } else if (const auto* normalization = std::get_if<Normalization>(&node)) {
    add_constants(normalization->scales.size() + normalization->biases.size());
  }
}

void NetworkSize::add_macs(const Shape& made, std::int64_t products) {
  add(macs_, made.size() > kLargestMacs / products ? kLargestMacs + 1 : made.size() * products,
      kLargestMacs, "multiplications in an inference");
}

}  // namespace brownout::models
