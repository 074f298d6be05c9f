// What holds for every quantized network, whichever file it came from: names, shapes, operands.
#include "models/quantized_network.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

int window_extent(int input, int pads, int kernel, int stride, int dilation) {
  const int reach = dilation * (kernel - 1) + 1;
  const int padded = input + pads;
  if (padded < reach) {
    throw InputError("a window of " + std::to_string(reach) +
                     " does not fit into a padded input of " + std::to_string(padded));
  }
  return (padded - reach) / stride + 1;
}

}  // namespace

bool Convolution::has_weight_zero_points() const {
  return std::any_of(weight_zero_points.begin(), weight_zero_points.end(),
                     [](std::int32_t zero_point) { return zero_point != 0; });
}

std::vector<TensorId> QuantizedNetwork::output_tensors() const {
  std::vector<TensorId> ids = {output};
  for (const NetworkOutput& other : outputs) {
    if (std::find(ids.begin(), ids.end(), other.tensor) == ids.end()) {
      ids.push_back(other.tensor);
    }
  }
  return ids;
}

std::size_t file_place(const Convolution& convolution, std::size_t output, std::size_t k) {
  const std::size_t outputs = convolution.outputs();
  const std::size_t k_size = convolution.products();
  const std::size_t taps = convolution.window.taps();
  const std::size_t channels = k_size / taps;
  const std::size_t inside = k % taps * channels + k / taps;  // k is (c * KH + kh) * KW + kw
  switch (convolution.weight_layout) {
    case WeightLayout::kOutputFirst:
      return output * k_size + k;
    case WeightLayout::kInputFirst:
      return k * outputs + output;
    case WeightLayout::kChannelLast:
      return output * k_size + inside;
    case WeightLayout::kInputFirstChannelLast:
      return inside * outputs + output;
    case WeightLayout::kChannelLastTurned:
      return output * k_size + (taps - 1 - k % taps) * channels + k / taps;
  }
  throw std::logic_error("an unknown layout of weights");
}

Shape window_output(const Shape& input, const Window& w, int channels) {
  constexpr std::int64_t kLargestWindow = 1 << 22;  // so many codes sum up within 32 bits
  const std::int64_t elements = std::int64_t{w.kernel_height} * w.kernel_width;
  if (elements > kLargestWindow) {
    throw InputError("a window of " + std::to_string(elements) + " elements; at most " +
                     std::to_string(kLargestWindow) + " are allowed");
  }
  return {channels,
          window_extent(input.height, w.pad_top + w.pad_bottom, w.kernel_height, w.stride_height,
                        w.dilation_height),
          window_extent(input.width, w.pad_left + w.pad_right, w.kernel_width, w.stride_width,
                        w.dilation_width)};
}

Shape padded_shape(const Shape& input, const Padding& padding) {
  const int height = input.height + (input.height - 1) * padding.rows_between;
  const int width = input.width + (input.width - 1) * padding.columns_between;
  return {input.channels + padding.before.channels + padding.after.channels,
          height + padding.before.height + padding.after.height,
          width + padding.before.width + padding.after.width};
}

const std::string& node_name(const Node& node) {
  return std::visit([](const auto& n) -> const std::string& { return n.name; }, node);
}

std::string node_kind(const Node& node) {
  struct Namer {
    std::string operator()(const Convolution& n) const {
      return n.fully_connected ? "fully_connected" : "conv";
    }
    std::string operator()(const Pooling& n) const {
      // The greatest of one element: a slice with a stride, or a pool that is one.
      const bool one = n.window.kernel_height * n.window.kernel_width == 1;
      if (n.kind == PoolKind::kMax && one && n.clamp_low == 0 && n.clamp_high == 255) return "copy";
      return n.kind == PoolKind::kMax       ? "max_pool"
             : n.kind == PoolKind::kAverage ? "average_pool"
                                            : "global_average_pool";
    }
    std::string operator()(const Addition& n) const { return n.difference ? "sub" : "add"; }
    std::string operator()(const Multiplication& /*n*/) const { return "mul"; }
    std::string operator()(const Lookup& /*n*/) const { return "lookup"; }
    std::string operator()(const Concatenation& /*n*/) const { return "concat"; }
    std::string operator()(const Padding& /*n*/) const { return "pad"; }
    std::string operator()(const StridedCopy& /*n*/) const { return "copy"; }
    std::string operator()(const Softmax& /*n*/) const { return "softmax"; }
    std::string operator()(const Normalization& n) const {
      if (n.groups == 1) return "layer_norm";
      return std::cmp_equal(n.groups, n.scales.size()) ? "instance_norm" : "group_norm";
    }
  };
  return std::visit(Namer{}, node);
}

TensorId node_output(const Node& node) {
  return std::visit([](const auto& n) { return n.output; }, node);
}

std::vector<TensorId> node_inputs(const Node& node) {
  return std::visit(
      [](const auto& n) -> std::vector<TensorId> {
        if constexpr (requires { n.inputs; }) {
          return n.inputs;
        } else if constexpr (requires { n.left; }) {
          return {n.left, n.right};
        } else {
          return {n.input};
        }
      },
      node);
}

int constant_operands(const QuantizedNetwork& network, const Node& node) {
  const std::vector<TensorId> inputs = node_inputs(node);
  return static_cast<int>(std::count_if(
      inputs.begin(), inputs.end(), [&](TensorId id) { return network.tensor(id).is_constant(); }));
}

WeightSet clean_weights(const QuantizedNetwork& network) {
  WeightSet weights(network.nodes.size());
  for (const NodeIndex i : network.nodes.indices()) {
    if (const auto* convolution = std::get_if<Convolution>(&network.nodes[i])) {
      weights[i] = convolution->weights;
    }
  }
  return weights;
}

}  // namespace brownout::models
