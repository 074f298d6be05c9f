// Random quantized networks for tests: keyed by a seed, with every kind of node.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/network_builder.hpp"

namespace brownout::testing {

/// The network with weights of these widths, layer by layer and again from the first: the upper
/// bits of what they were, without the lowest code, which sign and magnitude cannot hold; of one
/// bit their signs.
inline models::QuantizedNetwork with_weight_bits(models::QuantizedNetwork network,
                                                 const std::vector<int>& widths) {
  std::size_t layer = 0;
  for (models::Node& node : network.nodes) {
    auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    const int bits = widths[layer++ % widths.size()];
    convolution->weight_bits = bits;
    for (std::int8_t& weight : convolution->weights) {
      const int upper = std::max(weight >> (8 - bits), 1 - (1 << (bits - 1)));
      weight = static_cast<std::int8_t>(bits > 1 ? upper : weight < 0 ? -1 : 1);
    }
  }
  models::check_consistent(network);
  return network;
}

/// The network with the results of these nodes as further outputs.
inline models::QuantizedNetwork with_outputs(models::QuantizedNetwork network,
                                             const std::vector<models::NodeIndex>& nodes) {
  network.outputs.push_back({"last", network.output});
  for (const models::NodeIndex node : nodes) {
    const models::TensorId tensor = models::node_output(network.nodes[node]);
    network.outputs.push_back({"node " + std::to_string(node.value), tensor});
  }
  models::check_consistent(network);
  return network;
}

/// Codes of `images` random images.
inline std::vector<std::uint8_t> random_images(const models::QuantizedNetwork& network,
                                               std::uint64_t seed, int images) {
  const auto size = static_cast<std::uint64_t>(network.tensor(network.input).shape.size());
  std::vector<std::uint8_t> codes(size * static_cast<std::uint64_t>(images));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::uint64_t hash = memory::keyed_hash(seed, i);
    // A third of the activations is zero, as after a ReLU.
    codes[i] = hash % 3 == 0 ? static_cast<std::uint8_t>(network.tensor(network.input).zero_point)
                             : static_cast<std::uint8_t>(hash >> 56);
  }
  return codes;
}

/// A small residual network with every kind of node, strides, padding and zero points.
inline NetworkBuilder random_residual_builder(std::uint64_t seed) {
  NetworkBuilder builder(seed, {3, 9, 11}, 7);
  const models::Window same{.kernel_height = 3,
                            .kernel_width = 3,
                            .pad_top = 1,
                            .pad_left = 1,
                            .pad_bottom = 1,
                            .pad_right = 1};
  models::Window halve = same;
  halve.stride_height = halve.stride_width = 2;
  builder.convolution(builder.last(), 12, same);
  const models::TensorId skip = builder.last();
  builder.convolution(skip, 12, same, 2, 5).convolution(builder.last(), 12, same, 1, 100);
  builder.addition(builder.last(), skip);
  builder.convolution(builder.last(), 20, halve);
  builder.pooling(builder.last(), models::PoolKind::kMax,
                  {.kernel_height = 2, .kernel_width = 2, .stride_height = 2, .stride_width = 2});
  builder.pooling(builder.last(), models::PoolKind::kGlobalAverage, {});
  builder.fully_connected(builder.last(), 10);
  return builder;
}

inline models::QuantizedNetwork random_residual_network(std::uint64_t seed) {
  return random_residual_builder(seed).build();
}

/// The same and a softmax, in LiteRT's arithmetic.
inline models::QuantizedNetwork random_litert_network(std::uint64_t seed) {
  NetworkBuilder builder = random_residual_builder(seed);
  builder.softmax(builder.last()).in_litert();
  return builder.build();
}

/// A small network with every kind of node that the residual one lacks: products, tables, joins
/// along each axis, padding and cropping of each axis and between rows and columns, an average
/// pool, a copy in another order, a pool whose window has gaps, constants of pixels.
inline NetworkBuilder random_branching_builder(std::uint64_t seed) {
  using models::Axis;
  NetworkBuilder b(seed, {5, 8, 7}, 30);
  b.convolution(b.last(), 6, {.kernel_height = 3, .kernel_width = 2}, 1, 9);
  const models::TensorId stem = b.last();  // 6 x 6 x 6
  b.lookup(stem, stem);
  const models::TensorId active = b.last();
  b.multiplication(stem, active).lookup(b.last(), stem);
  b.concatenation({b.last(), stem, active}, Axis::kChannels);
  b.padding(b.last(), {.channels = 1, .height = -2, .width = 1}, {.channels = -4, .width = -3});
  b.padding(b.last(), {.height = -1}, {.channels = 1, .height = 2, .width = -2}, 1, 2);
  const models::TensorId moved = b.last();
  b.convolution(moved, 8, {.kernel_height = 3, .kernel_width = 3, .stride_width = 2}, 4);
  b.weight_zero_points();
  b.sum_with_constant(b.last(), {.channels = 8, .height = 1, .width = b.shape().width}, true);
  b.product_with_constant(b.last(), b.shape());
  const models::TensorId features = b.last();
  b.pooling(features, models::PoolKind::kGlobalAverage, {});
  b.convolution(b.last(), 8, {}, 1, 140).multiplication(features, b.last());
  b.pooling(b.last(), models::PoolKind::kAverage,
            {.kernel_height = 2, .kernel_width = 2, .pad_top = 1, .pad_right = 1});
  const models::TensorId pooled = b.last();
  b.lookup(pooled, pooled).concatenation({pooled, b.last()}, Axis::kHeight);
  const models::TensorId tall = b.last();
  b.concatenation({tall, tall, tall}, Axis::kWidth).copy(b.last());
  b.pooling(b.last(), models::PoolKind::kMax,
            {.kernel_height = 2, .kernel_width = 3, .dilation_height = 4, .dilation_width = 2});
  b.fully_connected(b.last(), 9);
  return b.weight_zero_points();
}

inline models::QuantizedNetwork random_branching_network(std::uint64_t seed) {
  return random_branching_builder(seed).build();
}

/// Normalizations of groups, of each channel, of a whole tensor and of a vector.
inline models::QuantizedNetwork random_normalized_network(std::uint64_t seed) {
  NetworkBuilder b(seed, {4, 7, 9}, 30);
  b.convolution(b.last(), 12, {.kernel_height = 3, .kernel_width = 3}, 1, 140);
  b.normalization(b.last(), 3, 0);
  const models::TensorId skip = b.last();
  b.convolution(skip, 12, {}, 1, 90).normalization(b.last(), 12).addition(b.last(), skip);
  b.normalization(b.last(), 1);
  b.pooling(b.last(), models::PoolKind::kMax, {.kernel_height = 2, .kernel_width = 2});
  b.fully_connected(b.last(), 10).normalization(b.last(), 5);
  return b.build();
}

/// The same in LiteRT's arithmetic, and what only that has: a difference, tables by channel.
inline models::QuantizedNetwork random_litert_branching_network(std::uint64_t seed) {
  NetworkBuilder b = random_branching_builder(seed);
  const models::TensorId scores = b.last();
  b.lookup(scores, scores, true).addition(b.last(), scores, true);
  for (const bool constant_first : {true, false}) {
    b.sum_with_constant(b.last(), b.shape(), constant_first, true);
  }
  return b.in_litert().build();
}

}  // namespace brownout::testing
