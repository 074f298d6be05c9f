// Functions of one quantized tensor: they are evaluated in float32 for each of its 256 codes and
// become a table when they are quantized. Softmax and ArgMax, which only order the outputs.
#include <optional>
#include <utility>

#include "models/arithmetic/float_functions.hpp"
#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

float evaluate(const onnx::NodeProto& node, float x) {
  const std::string& type = node.op_type();
  if (type == "Sigmoid" || type == "QLinearSigmoid") return sigmoid(x);
  if (type == "HardSwish") return hard_swish(x);
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

}  // namespace

Edge Importer::function_of(const onnx::NodeProto& node, Edge source) {
  auto values =
      std::make_shared<Values>(source.values ? *source.values : dequantized(source.tensor));
  for (float& value : *values) value = evaluate(node, value);
  source.kind = Edge::Kind::kReal;
  source.values = std::move(values);
  return source;
}

void Importer::function(const onnx::NodeProto& node) {
  const Edge& source = edge(node, 0);
  if (source.kind != Edge::Kind::kReal) {
    graph_.fail(node, "float-only: its input '" + input_name(node, 0) +
                          "' is not the output of a DequantizeLinear on activations");
  }
  set_edge(node, function_of(node, source));
}

/// Add, Sub, Mul, Div of a function of a tensor and a float scalar, or of two functions of one
/// tensor. False where it is something else.
bool Importer::combine_values(const onnx::NodeProto& node) {
  struct Operand {
    const Edge* edge = nullptr;
    std::optional<float> scalar;
  };
  const auto operand = [&](int index) {
    const onnx::TensorProto* tensor = graph_.constant(input_name(node, index));
    if (tensor == nullptr || tensor->data_type() != onnx::TensorProto::FLOAT) {
      return Operand{&edge(node, index), std::nullopt};
    }
    if (graph_.element_count(*tensor) != 1) {
      graph_.fail(node, "constant input '" + input_name(node, index) + "' is not quantized");
    }
    return Operand{nullptr, graph_.floats(*tensor)[0]};
  };
  const Operand left = operand(0);
  const Operand right = operand(1);
  const auto is_function = [](const Operand& o) {
    return o.edge == nullptr || o.edge->kind == Edge::Kind::kReal;
  };
  if (!is_function(left) || !is_function(right)) return false;
  if (left.edge == nullptr && right.edge == nullptr) return false;
  if (left.edge != nullptr && right.edge != nullptr &&
      (left.edge->tensor != right.edge->tensor || left.edge->view != right.edge->view ||
       (left.edge->values == nullptr && right.edge->values == nullptr))) {
    return false;
  }
  Edge result = left.edge != nullptr ? *left.edge : *right.edge;
  const Values plain = dequantized(result.tensor);
  const auto value = [&](const Operand& o, std::size_t code) {
    if (o.edge == nullptr) return *o.scalar;
    return o.edge->values ? (*o.edge->values)[code] : plain[code];
  };
  auto values = std::make_shared<Values>();
  for (std::size_t code = 0; code < values->size(); ++code) {
    (*values)[code] = combine(node, value(left, code), value(right, code));
  }
  result.values = std::move(values);
  result.exclusive = false;
  set_edge(node, result);
  return true;
}

/// Softmax, LogSoftmax, ArgMax at the output: the network ends at the codes that they order.
void Importer::scores(const onnx::NodeProto& node) {
  const bool integer = node.op_type() == "QLinearSoftmax";
  Edge source = integer ? codes_at(node, 0) : activation(node, 0);
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
