// Import of the operators that compute, limit or reshape, given what is known of their inputs.
#include <stdexcept>
#include <utility>

#include "models/arithmetic.hpp"
#include "models/onnx_importer.hpp"

namespace brownout::models {

float Importer::clip_limit(const onnx::NodeProto& node, const char* attribute, int input,
                           float fallback) const {
  const std::string& name = input_name(node, input);
  if (name.empty()) return float_attribute(node, attribute, fallback);
  const onnx::TensorProto* tensor = graph_.constant(name);
  if (tensor == nullptr) graph_.fail(node, std::string(attribute) + " is not a constant");
  const std::vector<float> values = graph_.floats(*tensor);
  if (values.size() != 1) graph_.fail(node, std::string(attribute) + " is not a scalar");
  return values[0];
}

void Importer::limit(const onnx::NodeProto& node) {
  Edge result = edge(node, 0);
  if (result.kind == Edge::Kind::kCodes || result.kind == Edge::Kind::kConstantCodes) {
    return limit_codes(node);
  }
  if (result.kind != Edge::Kind::kPending && result.kind != Edge::Kind::kReal) {
    graph_.fail(node, "it does not follow an integer operation");
  }
  const bool relu = node.op_type() == "Relu";
  const float low = relu ? 0.0F : clip_limit(node, "min", 1, -kInfinity);
  const float high = relu ? kInfinity : clip_limit(node, "max", 2, kInfinity);
  if (!(low <= high)) graph_.fail(node, "its limits are not in order");
  result.low = clip(result.low, low, high);
  result.high = clip(result.high, low, high);
  set_edge(node, result);
}

/// Clip between QuantizeLinear and DequantizeLinear: codes narrower than their type (QCDQ).
void Importer::limit_codes(const onnx::NodeProto& node) {
  Edge& source = edge(node, 0);
  if (node.op_type() != "Clip") graph_.fail(node, "it does not follow an integer operation");
  if (source.kind == Edge::Kind::kConstantCodes) {
    auto narrow = clip_constant(graph_, node, *source.constant);
    return set_edge(node, {.kind = Edge::Kind::kConstantCodes,
                           .constant = std::make_shared<QuantizedConstant>(std::move(narrow))});
  }
  if (source.tensor < 0) graph_.fail(node, "a Clip on the graph's input is not supported");
  const bool is_signed = network_.tensor(source.tensor).source_signed;
  const CodeLimits limits = read_code_limits(graph_, node, {8, is_signed});
  const int shift = is_signed ? 128 : 0;
  narrow_clamp(node, producer(node, source), limits.low + shift, limits.high + shift);
  set_edge(node, source);
}

void Importer::flatten(const onnx::NodeProto& node) {
  Edge result = edge(node, 0);
  if (result.kind == Edge::Kind::kInput || result.constant != nullptr) {
    graph_.fail(node, "its input '" + input_name(node, 0) + "' is not quantized");
  }
  if (node.op_type() == "Flatten") {
    const std::int64_t axis = int_attribute(node, "axis", 1);
    if (axis != 1 && axis != (result.flat ? -1 : -3)) {
      graph_.fail(node, "axis " + std::to_string(axis) + ": only (N, elements) is supported");
    }
  } else {
    const onnx::TensorProto* shape = graph_.constant(input_name(node, 1));
    if (shape == nullptr) graph_.fail(node, "its shape is not a constant");
    const std::vector<std::int64_t> dims = graph_.int64s(*shape);
    const Shape& from = result.kind == Edge::Kind::kPending ? pending_[result.pending].shape
                        : result.tensor < 0                 ? input_shape_
                                                            : network_.tensor(result.tensor).shape;
    const bool batch = dims.size() == 2 && dims[0] >= -1 && dims[0] <= 1;
    if (!batch || (dims[1] != from.size() && (dims[1] != -1 || dims[0] == -1))) {
      graph_.fail(node, "only a reshape to (N, elements) is supported");
    }
  }
  result.flat = true;
  set_edge(node, result);
}

Shape Importer::shape_after(const onnx::NodeProto& node, const Shape& input, const Window& window,
                            int channels) const {
  try {
    return window_output(input, window, channels);
  } catch (const std::runtime_error& error) {
    graph_.fail(node, error.what());
  }
}

void Importer::convolution(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  if (input.flat) graph_.fail(node, "its input has no height and width");
  const QuantizedConstant* weights = constant(node, 1);
  if (weights == nullptr) graph_.fail(node, "it has no weights");
  const ActivationTensor& tensor = network_.tensor(input.tensor);
  Convolution made = read_convolution(graph_, node, tensor, *weights, constant(node, 2));
  made.input = input.tensor;
  const Shape shape = shape_after(node, tensor.shape, made.window, made.out_channels);
  set_pending(node, std::move(made), shape, false);
}

void Importer::fully_connected(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  if (!input.flat) graph_.fail(node, "its input is not flattened to (N, elements)");
  const QuantizedConstant* weights = constant(node, 1);
  if (weights == nullptr) graph_.fail(node, "it has no weights");
  Convolution made = read_fully_connected(graph_, node, network_.tensor(input.tensor), *weights,
                                          constant(node, 2));
  made.input = input.tensor;
  const Shape shape{.channels = made.out_channels, .height = 1, .width = 1};
  set_pending(node, std::move(made), shape, true);
}

void Importer::addition(const onnx::NodeProto& node) {
  const Edge& first = edge(node, 0);
  const Edge& second = edge(node, 1);
  if (add_bias(node, first, second) || add_bias(node, second, first)) return;
  const Edge& left = activation(node, 0);
  const Edge& right = activation(node, 1);
  const Shape& shape = network_.tensor(left.tensor).shape;
  if (shape != network_.tensor(right.tensor).shape || left.flat != right.flat) {
    graph_.fail(node, "its inputs differ in shape: broadcasting is not supported");
  }
  Addition made{.name = display_name(node), .left = left.tensor, .right = right.tensor};
  set_pending(node, std::move(made), shape, left.flat);
}

/// MatMul + constant: the bias of a fully connected layer.
bool Importer::add_bias(const onnx::NodeProto& node, const Edge& sum, const Edge& bias) {
  if (sum.kind != Edge::Kind::kPending || bias.kind != Edge::Kind::kConstant) return false;
  Pending& pending = pending_[sum.pending];
  auto* made = std::get_if<Convolution>(&pending.node);
  if (made == nullptr || pending.source->op_type() != "MatMul" || !sum.exclusive || sum.limited()) {
    return false;
  }
  made->bias = read_bias(graph_, node, network_.tensor(made->input), *made, bias.constant.get());
  pending.source = &node;  // a second constant is no bias
  set_edge(node, sum);
  return true;
}

void Importer::pooling(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  if (input.flat) graph_.fail(node, "its input has no height and width");
  const Shape& from = network_.tensor(input.tensor).shape;
  Pooling made = read_pooling(graph_, node, from);
  made.input = input.tensor;
  const Shape shape = shape_after(node, from, made.window, from.channels);
  set_pending(node, std::move(made), shape, false);
}

}  // namespace brownout::models
