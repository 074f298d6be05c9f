// Functions of one quantized tensor: they are evaluated in float32 for each of its 256 codes and
// become a table when they are quantized. Softmax and ArgMax, which only order the outputs.
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/arithmetic/float_functions.hpp"
#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

float evaluate(const onnx::NodeProto& node, float x) {
  const std::string& type = node.op_type();
  if (type == "Sigmoid" || type == "QLinearSigmoid") return sigmoid(x);
  if (type == "HardSwish") return hard_swish(x);
  if (type == "Tanh") return tanh(x);
  if (type == "Erf") return erf(x);
  if (type == "Gelu") return gelu(x);
  if (type == "HardSigmoid") {
    return hard_sigmoid(x, float_attribute(node, "alpha", 0.2F),
                        float_attribute(node, "beta", 0.5F));
  }
  return leaky_relu(x, float_attribute(node, "alpha", 0.01F));
}

float combine(const onnx::NodeProto& node, float left, float right) {
  const std::string& type = node.op_type();
  if (type == "Add") return left + right;
  if (type == "Sub") return left - right;
  return type == "Mul" ? left * right : left / right;
}

/// That can be computed code by code, and are not the sum of a tensor with itself.
bool functions_of_one(const Edge& left, const Edge& right) {
  return left.tensor == right.tensor && left.view == right.view && left.groups == right.groups &&
         (left.values != nullptr || right.values != nullptr);
}

}  // namespace

Edge Importer::function_of(const onnx::NodeProto& node, const Edge& source) {
  ChannelValues functions = values_of(source);
  for (Values& values : functions) {
    for (float& value : values) value = evaluate(node, value);
  }
  Edge result = source;
  result.kind = Edge::Kind::kReal;
  result.values = keep(node, std::move(functions));
  return result;
}

void Importer::function(const onnx::NodeProto& node) {
  const Edge& source = edge(node, 0);
  if (string_attribute(node, "approximate", "none") != "none") {
    graph_.fail(node, "only approximate 'none' is supported");
  }
  if (node.op_type() == "LeakyRelu" && sums_of(source) != nullptr) {
    return set_edge(node, leaky_sums(node, source));
  }
  if (source.kind != Edge::Kind::kReal) {
    graph_.fail(node, "float-only: its input '" + input_name(node, 0) +
                          "' is not the output of a DequantizeLinear on activations" + kQuantizeIt);
  }
  set_edge(node, function_of(node, source));
}

/// A float or dequantized constant with an element per channel.
std::vector<float> Importer::channel_constant(const onnx::NodeProto& node, int index,
                                              std::size_t channels) {
  const std::string& name = input_name(node, index);
  const onnx::TensorProto* tensor = graph_.constant(name);
  std::vector<float> values;
  if (tensor != nullptr && tensor->data_type() == onnx::TensorProto::FLOAT) {
    values = graph_.floats(*tensor);
  } else if (const QuantizedConstant* codes = constant(node, index)) {
    values = dequantized_values(*codes);
  }
  if (values.size() != channels) {
    graph_.fail(node, "'" + name + "' has not one element per channel");
  }
  return values;
}

BatchStatistics Importer::batch_statistics(const onnx::NodeProto& node, std::size_t channels) {
  return {.scale = channel_constant(node, 1, channels),
          .bias = channel_constant(node, 2, channels),
          .mean = channel_constant(node, 3, channels),
          .variance = channel_constant(node, 4, channels),
          .epsilon = float_attribute(node, "epsilon", 1e-5F)};
}

/// A batch normalisation of a layer's sums, or of a tensor, with the roundings of ONNX Runtime:
/// x * (scale / deviation) + (bias - mean * (scale / deviation)).
void Importer::batch_normalization(const onnx::NodeProto& node) {
  const Edge& source = edge(node, 0);
  if (source.kind != Edge::Kind::kReal && sums_of(source) == nullptr) {
    graph_.fail(node, "float-only: its input '" + input_name(node, 0) +
                          "' is not the output of a DequantizeLinear on activations; fold it into "
                          "its convolution before quantization");
  }
  const Shape& shape = shape_of(source);
  if (int_attribute(node, "training_mode", 0) != 0 || int_attribute(node, "spatial", 1) == 0 ||
      view_axis(source.view, shape, is_channels_last(node) ? -1 : 1) != Axis::kChannels) {
    graph_.fail(node, "only inference on (N, C, H, W) or (N, C) is supported");
  }
  const std::size_t channels = shape.channel_count();
  const BatchStatistics given = batch_statistics(node, channels);
  if (sums_of(source) != nullptr) {
    return set_edge(node, normalized_sums(node, source, given));
  }
  const ChannelValues input = values_of(source);
  ChannelValues made(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const float factor = 1.0F / std::sqrt(given.variance[c] + given.epsilon) * given.scale[c];
    const float offset = given.bias[c] - given.mean[c] * factor;
    const Values& values = input[input.size() == 1 ? 0 : c];
    for (std::size_t code = 0; code < values.size(); ++code) {
      made[c][code] = values[code] * factor + offset;
    }
  }
  Edge result = source;
  result.values = keep(node, std::move(made));
  set_edge(node, result);
}

/// Add, Sub, Mul, Div of a function of a tensor and float constants, one or one for each channel,
/// or of two functions of one tensor. False where it is something else.
bool Importer::combine_values(const onnx::NodeProto& node) {
  const auto float_constant = [&](int index) {
    const onnx::TensorProto* tensor = graph_.constant(input_name(node, index));
    return tensor != nullptr && tensor->data_type() == onnx::TensorProto::FLOAT ? tensor : nullptr;
  };
  const onnx::TensorProto* constants[] = {float_constant(0), float_constant(1)};
  if (constants[0] != nullptr && constants[1] != nullptr) return false;
  const Edge* edges[] = {constants[0] == nullptr ? &edge(node, 0) : nullptr,
                         constants[1] == nullptr ? &edge(node, 1) : nullptr};
  for (const Edge* operand : edges) {
    if (operand != nullptr && operand->kind != Edge::Kind::kReal) return false;
  }
  if (edges[0] != nullptr && edges[1] != nullptr && !functions_of_one(*edges[0], *edges[1])) {
    return false;
  }
  Edge result = edges[0] != nullptr ? *edges[0] : *edges[1];
  const auto values = [&](int index) {
    return edges[index] != nullptr ? values_of(*edges[index])
                                   : constant_values(node, *constants[index], result);
  };
  const ChannelValues left = values(0);
  const ChannelValues right = values(1);
  ChannelValues made(std::max(left.size(), right.size()));
  for (std::size_t channel = 0; channel < made.size(); ++channel) {
    const Values& a = left[left.size() == 1 ? 0 : channel];
    const Values& b = right[right.size() == 1 ? 0 : channel];
    for (std::size_t code = 0; code < a.size(); ++code) {
      made[channel][code] = combine(node, a[code], b[code]);
    }
  }
  result.values = keep(node, std::move(made));
  result.exclusive = false;
  set_edge(node, result);
  return true;
}

/// A float constant as functions of a tensor that do not depend on it.
ChannelValues Importer::constant_values(const onnx::NodeProto& node,
                                        const onnx::TensorProto& tensor, const Edge& edge) {
  const std::vector<float> elements = graph_.floats(tensor);
  const std::vector<std::int64_t> dims{tensor.dims().begin(), tensor.dims().end()};
  if (elements.size() != 1 && !runs_along_channels(edge.view, shape_of(edge), dims)) {
    graph_.fail(node, "float constant '" + tensor.name() +
                          "' is neither a scalar nor one element per channel");
  }
  ChannelValues values(elements.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i].fill(elements[i]);
  return values;
}

/// Softmax, LogSoftmax, ArgMax at the output, also one behind another: the network ends at the
/// codes that they order.
void Importer::scores(const onnx::NodeProto& node) {
  const bool integer = node.op_type() == "QLinearSoftmax";
  const Edge& input = edge(node, 0);
  const bool codes = node.op_type() == "ArgMax" && input.is_codes() && input.tensor >= 0;
  const bool ordered = codes || input.kind == Edge::Kind::kScores;
  const bool waits = sums_of(input) != nullptr;
  Edge source = integer   ? codes_at(node, 0)
                : ordered ? input
                : waits   ? real_output(node, input)
                          : activation(node, 0);
  const bool from_13 = integer ? int_attribute(node, "opset", 13) >= 13 : graph_.opset() >= 13;
  const std::int64_t fallback = node.op_type() == "ArgMax" ? 0 : from_13 ? -1 : 1;
  const std::int64_t axis = int_attribute(node, "axis", fallback);
  if (view_axis(source.view, shape_of(source), axis) != Axis::kChannels) {
    graph_.fail(node, "it does not run along the classes");
  }
  network_.notes.push_back(describe(node) +
                           " is not executed: the greatest output keeps its place");
  source.kind = Edge::Kind::kScores;
  set_edge(node, source);
}

}  // namespace brownout::models
