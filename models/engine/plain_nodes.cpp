#include "models/engine/plain_nodes.hpp"

#include <algorithm>
#include <span>

#include "models/arithmetic/arithmetic.hpp"
#include "models/arithmetic/softmax.hpp"
#include "models/engine/kernels.hpp"
#include "models/engine/movement.hpp"
#include "models/engine/normalization.hpp"

namespace brownout::models {
namespace {

std::vector<std::uint8_t> repeated(const ActivationTensor& constant, const Shape& shape,
                                   int images) {
  std::vector<std::uint8_t> codes;
  codes.reserve(shape.elements(images));
  for (int image = 0; image < images; ++image) {
    for (int h = 0; h < shape.height; ++h) {
      for (int w = 0; w < shape.width; ++w) {
        for (int c = 0; c < shape.channels; ++c) codes.push_back(constant.constant_at(c, h, w));
      }
    }
  }
  return codes;
}

}  // namespace

TensorBuffers::TensorBuffers(const QuantizedNetwork& network, int images)
    : buffers_(network.tensors.size()) {
  const auto make = [&](TensorId id) {
    buffers_[id].resize(network.tensor(id).shape.elements(images));
  };
  make(network.input);
  for (const Node& node : network.nodes) {
    make(node_output(node));
    for (const TensorId id : node_inputs(node)) {
      const ActivationTensor& tensor = network.tensor(id);
      if (!tensor.is_constant()) continue;
      const Shape& shape = network.tensor(node_output(node)).shape;
      buffers_[id] = repeated(tensor, shape, images);
    }
  }
}

void run_node(const QuantizedNetwork& network, const Addition& node, TensorBuffers& data,
              int images) {
  add_codes(make_adder(network, node), data(node.left), data(node.right), data(node.output),
            images * network.tensor(node.output).shape.size());
}

void run_node(const QuantizedNetwork& network, const Pooling& node, TensorBuffers& data,
              int images) {
  const Shape& input = network.tensor(node.input).shape;
  const Shape& output = network.tensor(node.output).shape;
  const Pooler pooler = make_pooler(network, node);
  for (int image = 0; image < images; ++image) {
    pool_image(pooler, node, input, output, data(node.input) + image * input.size(),
               data(node.output) + image * output.size());
  }
}

void run_node(const QuantizedNetwork& network, const Multiplication& node, TensorBuffers& data,
              int images) {
  const Multiplier multiplier = make_multiplier(network, node);
  const std::int64_t size = network.tensor(node.output).shape.size();
  const ActivationTensor& right = network.tensor(node.right);
  const std::int64_t factors = right.shape.size();
  if (factors == size || right.is_constant()) {
    return multiply_codes(multiplier, data(node.left), data(node.right), data(node.output),
                          images * size);
  }
  for (int image = 0; image < images; ++image) {
    for (std::int64_t i = image * size; i < (image + 1) * size; i += factors) {
      multiply_codes(multiplier, data(node.left) + i, data(node.right) + image * factors,
                     data(node.output) + i, factors);
    }
  }
}

void run_node(const QuantizedNetwork& network, const Lookup& node, TensorBuffers& data,
              int images) {
  const Shape& shape = network.tensor(node.input).shape;
  const std::uint8_t* input = data(node.input);
  std::uint8_t* output = data(node.output);
  if (node.channel_tables.empty()) {
    std::transform(input, input + images * shape.size(), output,
                   [&](std::uint8_t code) { return node.table[code]; });
    return;
  }
  for (std::int64_t pixel = 0; pixel < images * shape.size(); pixel += shape.channels) {
    for (const Lookup::Table& table : node.channel_tables) *output++ = table[*input++];
  }
}

void run_node(const QuantizedNetwork& network, const Concatenation& node, TensorBuffers& data,
              int images) {
  std::vector<const std::uint8_t*> inputs(node.inputs.size());
  std::vector<Shape> shapes;
  for (const TensorId id : node.inputs) shapes.push_back(network.tensor(id).shape);
  for (int image = 0; image < images; ++image) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      inputs[i] = data(node.inputs[i]) + image * shapes[i].size();
    }
    concatenate(node.axis, inputs, shapes,
                data(node.output) + image * network.tensor(node.output).shape.size());
  }
}

void run_node(const QuantizedNetwork& network, const Padding& node, TensorBuffers& data,
              int images) {
  const Shape& input = network.tensor(node.input).shape;
  const Shape& output = network.tensor(node.output).shape;
  for (int image = 0; image < images; ++image) {
    pad(node, input, data(node.input) + image * input.size(), output,
        data(node.output) + image * output.size());
  }
}

void run_node(const QuantizedNetwork& network, const StridedCopy& node, TensorBuffers& data,
              int images) {
  const std::int64_t input = network.tensor(node.input).shape.size();
  const std::int64_t output = network.tensor(node.output).shape.size();
  for (int image = 0; image < images; ++image) {
    copy_strided(node, data(node.input) + image * input, data(node.output) + image * output);
  }
}

void run_node(const QuantizedNetwork& network, const Softmax& node, TensorBuffers& data,
              int images) {
  const Shape& shape = network.tensor(node.input).shape;
  const FixedPointSoftmax softmax = make_softmax(network, node);
  for (std::int64_t i = 0; i < images * shape.size(); i += shape.channels) {
    softmax(std::span(data(node.input) + i, shape.channel_count()), data(node.output) + i);
  }
}

void run_node(const QuantizedNetwork& network, const Normalization& node, TensorBuffers& data,
              int images) {
  const std::int64_t size = network.tensor(node.input).shape.size();
  for (int image = 0; image < images; ++image) {
    normalize_image(network, node, data(node.input) + image * size,
                    data(node.output) + image * size);
  }
}

}  // namespace brownout::models
