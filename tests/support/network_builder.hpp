// A network made node by node, for tests: keyed by a seed, valid by construction, with values that
// use the whole range of codes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/numbers/keyed_random.hpp"
#include "models/quantized_network.hpp"

namespace brownout::testing {

/// Adds nodes to a network one by one; weights, biases and scales are keyed by the seed.
class NetworkBuilder {
 public:
  NetworkBuilder(std::uint64_t seed, models::Shape input, int input_zero_point = 0) : seed_(seed) {
    network_.name = "random";
    network_.input = network_.output = add_tensor("input", input, 0.02F, input_zero_point);
  }

  /// The same network in LiteRT's arithmetic, its tensors signed.
  NetworkBuilder& in_litert() {
    network_.arithmetic = models::Arithmetic::kLiteRt;
    for (models::ActivationTensor& tensor : network_.tensors) tensor.source_signed = true;
    return *this;
  }

  NetworkBuilder& softmax(models::TensorId input) {
    models::Softmax node;
    node.name = "softmax" + std::to_string(network_.nodes.size());
    node.input = input;
    node.output = add_tensor(node.name + ".out", network_.tensor(input).shape, 1.0F / 256, 0);
    return push(node);
  }

  /// Of these groups, to values of 4 deviations to either side.
  NetworkBuilder& normalization(models::TensorId input, int groups, int zero_point = 120) {
    models::Normalization node;
    node.name = "norm" + std::to_string(network_.nodes.size());
    node.input = input;
    node.groups = groups;
    const models::Shape shape = network_.tensor(input).shape;
    for (int c = 0; c < shape.channels; ++c) {
      node.scales.push_back(static_cast<float>(draw(9, c) % 256 - 64) / 128);
      node.biases.push_back(static_cast<float>(draw(10, c) % 256 - 128) / 256);
    }
    node.output = add_tensor(node.name + ".out", shape, 1.0F / 32, zero_point);
    return push(node);
  }

  models::TensorId last() const { return network_.output; }
  const models::Shape& shape() const { return network_.tensor(last()).shape; }

  NetworkBuilder& convolution(models::TensorId input, int out_channels, models::Window window,
                              int groups = 1, int zero_point = 0) {
    const models::Shape in = network_.tensor(input).shape;
    models::Convolution node;
    node.name = "conv" + std::to_string(network_.nodes.size());
    node.input = input;
    node.window = window;
    node.groups = groups;
    node.out_channels = out_channels;
    const int k = in.channels / groups * window.kernel_height * window.kernel_width;
    node.weight_name = node.name + ".weight";
    node.weight_shape = {out_channels, in.channels / groups, window.kernel_height,
                         window.kernel_width};
    for (int i = 0; i < out_channels * k; ++i) {
      node.weights.push_back(static_cast<std::int8_t>(draw(1, i) % 256 - 128));
    }
    for (int c = 0; c < out_channels; ++c) {
      node.weight_scales.push_back(0.004F + 0.0001F * static_cast<float>(draw(2, c) % 16));
      node.bias.push_back(static_cast<std::int32_t>(draw(3, c) % 4001 - 2000));
    }
    // A scale that spreads the sums of random factors over the codes.
    const float scale = 0.02F * 0.005F * 30.0F * static_cast<float>(k);
    node.output = add_tensor(node.name + ".out",
                             {out_channels,
                              extent(in.height, window.kernel_height, window.stride_height,
                                     window.pad_top, window.pad_bottom, window.dilation_height),
                              extent(in.width, window.kernel_width, window.stride_width,
                                     window.pad_left, window.pad_right, window.dilation_width)},
                             scale, zero_point);
    return push(node);
  }

  /// Gives the last convolution's weights zero points, per channel.
  NetworkBuilder& weight_zero_points() {
    auto& node = std::get<models::Convolution>(network_.nodes.back());
    for (int c = 0; c < node.out_channels; ++c) {
      node.weight_zero_points.push_back(draw(6, c) % 256 - 128);
    }
    return *this;
  }

  NetworkBuilder& fully_connected(models::TensorId input, int outputs, int zero_point = 128) {
    const models::Shape in = network_.tensor(input).shape;
    models::Window window;
    window.kernel_height = in.height;
    window.kernel_width = in.width;
    convolution(input, outputs, window, 1, zero_point);
    std::get<models::Convolution>(network_.nodes.back()).fully_connected = true;
    return *this;
  }

  NetworkBuilder& addition(models::TensorId left, models::TensorId right, bool difference = false) {
    models::Addition node;
    node.name = (difference ? "sub" : "add") + std::to_string(network_.nodes.size());
    node.difference = difference;
    node.left = left;
    node.right = right;
    const models::ActivationTensor& shape = network_.tensor(left);
    node.output = add_tensor(node.name + ".out", shape.shape, shape.scale * 1.7F, 3);
    return push(node);
  }

  NetworkBuilder& pooling(models::TensorId input, models::PoolKind kind, models::Window window) {
    const models::ActivationTensor in = network_.tensor(input);
    models::Pooling node;
    node.name = "pool" + std::to_string(network_.nodes.size());
    node.kind = kind;
    node.input = input;
    if (kind == models::PoolKind::kGlobalAverage) {
      window.kernel_height = in.shape.height;
      window.kernel_width = in.shape.width;
    }
    node.window = window;
    const models::Shape out{in.shape.channels,
                            extent(in.shape.height, window.kernel_height, window.stride_height,
                                   window.pad_top, window.pad_bottom, window.dilation_height),
                            extent(in.shape.width, window.kernel_width, window.stride_width,
                                   window.pad_left, window.pad_right, window.dilation_width)};
    node.output = add_tensor(node.name + ".out", out, in.scale, in.zero_point);
    return push(node);
  }

  /// `right` may be a single pixel.
  NetworkBuilder& multiplication(models::TensorId left, models::TensorId right) {
    models::Multiplication node;
    node.name = "mul" + std::to_string(network_.nodes.size());
    node.left = left;
    node.right = right;
    node.clamp_low = 2;
    const models::ActivationTensor in = network_.tensor(left);
    const float scale = in.scale * network_.tensor(right).scale * 60.0F;
    node.output = add_tensor(node.name + ".out", in.shape, scale, 90);
    return push(node);
  }

  /// A sum or a product with a random constant, whose extents of 1 are repeated.
  NetworkBuilder& sum_with_constant(models::TensorId input, models::Shape constant,
                                    bool constant_first = false, bool difference = false) {
    const models::TensorId operand = add_constant(constant, network_.tensor(input).scale * 0.8F);
    const models::ActivationTensor in = network_.tensor(input);
    models::Addition node;
    node.name = "constant_sum" + std::to_string(network_.nodes.size());
    node.difference = difference;
    node.left = constant_first ? operand : input;
    node.right = constant_first ? input : operand;
    node.output = add_tensor(node.name + ".out", in.shape, in.scale * 1.7F, 117);
    return push(node);
  }
  NetworkBuilder& product_with_constant(models::TensorId input, models::Shape constant) {
    const models::TensorId operand = add_constant(constant, 0.03F);
    return multiplication(input, operand);
  }

  /// Random tables, one or one per channel; the result has the scale and zero point of `like`.
  NetworkBuilder& lookup(models::TensorId input, models::TensorId like, bool per_channel = false) {
    models::Lookup node;
    node.name = "lookup" + std::to_string(network_.nodes.size());
    node.input = input;
    const int tables = per_channel ? network_.tensor(input).shape.channels : 1;
    for (int t = 0; t < tables; ++t) {
      models::Lookup::Table table;
      for (int i = 0; i < 256; ++i) {
        table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(draw(4, 256 * t + i) % 256);
      }
      if (!per_channel) node.table = table;
      if (per_channel) node.channel_tables.push_back(table);
    }
    const models::ActivationTensor of = network_.tensor(like);
    node.output =
        add_tensor(node.name + ".out", network_.tensor(input).shape, of.scale, of.zero_point);
    return push(node);
  }

  /// Of tensors of one scale and zero point.
  NetworkBuilder& concatenation(const std::vector<models::TensorId>& inputs, models::Axis axis) {
    models::Concatenation node;
    node.name = "concat" + std::to_string(network_.nodes.size());
    node.inputs = inputs;
    node.axis = axis;
    const models::ActivationTensor of = network_.tensor(inputs[0]);
    models::Shape shape = of.shape;
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      const models::Shape& part = network_.tensor(inputs[i]).shape;
      if (axis == models::Axis::kChannels) shape.channels += part.channels;
      if (axis == models::Axis::kHeight) shape.height += part.height;
      if (axis == models::Axis::kWidth) shape.width += part.width;
    }
    node.output = add_tensor(node.name + ".out", shape, of.scale, of.zero_point);
    return push(node);
  }

  NetworkBuilder& padding(models::TensorId input, models::Padding::Border before,
                          models::Padding::Border after, int rows_between = 0,
                          int columns_between = 0) {
    models::Padding node;
    node.name = "pad" + std::to_string(network_.nodes.size());
    node.input = input;
    node.before = before;
    node.after = after;
    node.rows_between = rows_between;
    node.columns_between = columns_between;
    node.code = static_cast<std::uint8_t>(draw(5, 0) % 256);
    const models::ActivationTensor of = network_.tensor(input);
    node.output = add_tensor(node.name + ".out", models::padded_shape(of.shape, node), of.scale,
                             of.zero_point);
    return push(node);
  }

  /// A tensor upside down and turned, with each pixel twice: loops of every kind of stride.
  NetworkBuilder& copy(models::TensorId input) {
    const models::ActivationTensor of = network_.tensor(input);
    const models::Shape& in = of.shape;
    models::StridedCopy node;
    node.name = "copy" + std::to_string(network_.nodes.size());
    node.input = input;
    const std::int64_t row = std::int64_t{in.width} * in.channels;
    node.first = row * (in.height - 1);
    node.loops = {{in.width, in.channels}, {in.height, -row}, {2, 0}, {in.channels, 1}};
    node.output = add_tensor(node.name + ".out", {in.channels, in.width, 2 * in.height}, of.scale,
                             of.zero_point);
    return push(node);
  }

  models::QuantizedNetwork build() const {
    models::check_consistent(network_);
    return network_;
  }

 private:
  static int extent(int size, int kernel, int stride, int before, int after, int dilation) {
    return (size + before + after - (dilation * (kernel - 1) + 1)) / stride + 1;
  }
  int draw(int what, int index) const {
    return static_cast<int>(memory::keyed_hash(seed_, network_.nodes.size(),
                                               static_cast<std::uint64_t>(what),
                                               static_cast<std::uint64_t>(index)) >>
                            40);
  }
  models::TensorId add_tensor(const std::string& name, models::Shape shape, float scale,
                              int zero_point) {
    network_.tensors.push_back({name, shape, scale, zero_point, false});
    return static_cast<models::TensorId>(network_.tensors.size()) - 1;
  }
  models::TensorId add_constant(models::Shape shape, float scale) {
    const models::TensorId id = add_tensor("constant" + std::to_string(network_.tensors.size()),
                                           shape, scale, draw(7, 0) % 256);
    std::vector<std::uint8_t>& codes = network_.tensors.back().constant;
    for (int i = 0; i < shape.size(); ++i) {
      codes.push_back(static_cast<std::uint8_t>(draw(8, i) % 256));
    }
    return id;
  }
  NetworkBuilder& push(const models::Node& node) {
    network_.nodes.push_back(node);
    network_.output = models::node_output(node);
    return *this;
  }

  std::uint64_t seed_;
  models::QuantizedNetwork network_;
};

}  // namespace brownout::testing
