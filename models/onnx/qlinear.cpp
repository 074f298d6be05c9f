// Import of operators on codes (QOperator form), whose scales are inputs of their own.
#include <algorithm>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {

/// An input of codes; a scale and zero point follow it and must be the tensor's.
Edge Importer::codes_at(const onnx::NodeProto& node, int index) {
  Edge& source = edge(node, index);
  const std::string& name = input_name(node, index);
  if (!source.is_codes()) graph_.fail(node, "its input '" + name + "' is not a quantized tensor");
  const bool codes_signed =
      source.tensor < 0 ? input_signed_ : quantization_of(source.tensor).source_signed;
  const ActivationQuantization quantization =
      read_activation_quantization(graph_, node, index + 1, codes_signed);
  if (source.tensor < 0) {  // the graph's input, given as codes
    if (!network_.tensors.empty()) graph_.fail(node, "the input is dequantized more than once");
    source.tensor = network_.input = add_tensor(name, input_shape_, quantization);
  } else if (quantization_of(source.tensor) != quantization) {
    graph_.fail(
        node, "the scale or zero point of '" + name + "' is not that with which it was quantized");
  }
  return source;
}

/// Constant codes; scales and zero points follow them.
QuantizedConstant Importer::weights_at(const onnx::NodeProto& node, int index, std::int64_t axis) {
  const Edge& source = edge(node, index);
  if (source.kind != Edge::Kind::kConstantCodes) {
    graph_.fail(node, "its input '" + input_name(node, index) + "' is not a constant");
  }
  QuantizedConstant constant = *source.constant;
  read_scales(graph_, node, index + 1, axis, constant);
  return constant;
}

/// At `scale_index`; without a zero point the result has the type of the first tensor.
ActivationQuantization Importer::output_quantization(const onnx::NodeProto& node, int scale_index) {
  bool codes_signed = false;
  for (const std::string& name : node.input()) {
    const auto found = edges_.find(name);
    if (found == edges_.end() || !found->second.is_codes()) continue;
    codes_signed = quantization_of(found->second.tensor).source_signed;
    break;
  }
  return read_activation_quantization(graph_, node, scale_index, codes_signed);
}

/// The result takes the scale and zero point at `scale_index`.
void Importer::finish(const onnx::NodeProto& node, Edge pending, int scale_index) {
  if (input_name(node, scale_index).empty()) {
    graph_.fail(node, "float-only: it has no scale for its output");
  }
  pending.tensor = make(node, pending, output_quantization(node, scale_index));
  pending.kind = Edge::Kind::kCodes;
  set_edge(node, pending);
}

void Importer::qlinear_conv(const onnx::NodeProto& node) {
  const Edge input = codes_at(node, 0);
  require_planes(node, input);
  Convolution made = read_convolution(graph_, node, network_.tensor(input.tensor), input.view,
                                      weights_at(node, 3, 0));
  finish(node, weighted(node, input, std::move(made), 8), 6);
}

void Importer::qlinear_matmul(const onnx::NodeProto& node) {
  const Edge input = codes_at(node, 0);
  if (!is_flat(input.view)) graph_.fail(node, "its input is not (N, elements)");
  Convolution made = read_fully_connected(graph_, node, network_.tensor(input.tensor), input.view,
                                          weights_at(node, 3, 1));
  finish(node, weighted(node, input, std::move(made), 8), 6);
}

void Importer::qgemm(const onnx::NodeProto& node) {
  const Edge input = codes_at(node, 0);
  if (!is_flat(input.view)) graph_.fail(node, "its input is not (N, elements)");
  const std::int64_t axis = int_attribute(node, "transB", 0) != 0 ? 0 : 1;
  Convolution made = read_fully_connected(graph_, node, network_.tensor(input.tensor), input.view,
                                          weights_at(node, 3, axis));
  finish(node, weighted(node, input, std::move(made), 6), 7);
}

/// QLinearAdd, QLinearMul.
void Importer::qlinear_elementwise(const onnx::NodeProto& node) {
  const bool product = node.op_type() == "QLinearMul";
  const auto is_constant = [&](int index) {
    return edge(node, index).kind == Edge::Kind::kConstantCodes;
  };
  const auto with_constant = [&](int tensor, int constant) {
    const Edge operand{.kind = Edge::Kind::kConstant,
                       .constant = keep(node, weights_at(node, constant, 0))};
    return with_operand(node, codes_at(node, tensor), operand, constant == 0);
  };
  if (is_constant(0) && is_constant(3)) graph_.fail(node, "both of its inputs are constants");
  if (is_constant(0)) return finish(node, with_constant(3, 0), 6);
  if (is_constant(3)) return finish(node, with_constant(0, 3), 6);
  const Edge left = codes_at(node, 0);
  finish(node, pair(node, left, codes_at(node, 3), product), 6);
}

/// QLinearAveragePool, QLinearGlobalAveragePool.
void Importer::qlinear_pool(const onnx::NodeProto& node) {
  const Edge input = codes_at(node, 0);
  const bool channels_last = int_attribute(node, "channels_last", 0) != 0;
  if (is_flat(input.view) || is_pixels(input.view) != channels_last) {
    graph_.fail(node, "channels_last does not fit its input");
  }
  finish(node, average(node, input), 3);
}

void Importer::qlinear_concat(const onnx::NodeProto& node) {
  std::vector<Edge> parts;
  for (int i = 2; i + 2 < node.input_size(); i += 3) {
    parts.push_back(codes_at(node, i));
    parts.back().kind = Edge::Kind::kReal;
  }
  finish(node, joined(node, std::move(parts)), 0);
}

/// QLinearSigmoid, QLinearLeakyRelu.
void Importer::qlinear_function(const onnx::NodeProto& node) {
  Edge source = function_of(node, codes_at(node, 0));
  source.tensor = quantized(node, source, output_quantization(node, 3));
  source.kind = Edge::Kind::kCodes;
  source.values = nullptr;
  set_edge(node, source);
}

}  // namespace brownout::models
