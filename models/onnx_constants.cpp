// Quantized constants: reading, narrowing, scales.
#include "models/onnx_constants.hpp"

#include <algorithm>
#include <cmath>

namespace brownout::models {
namespace {

const onnx::TensorProto& required(const OnnxGraph& graph, const onnx::NodeProto& node, int index,
                                  const char* what) {
  const onnx::TensorProto* tensor = graph.constant(input_name(node, index));
  if (tensor == nullptr) graph.fail(node, std::string("its ") + what + " is not a constant");
  return *tensor;
}

/// An initializer keeps its name however many Identity nodes follow it.
std::string constant_name(const OnnxGraph& graph, const onnx::TensorProto& tensor,
                          const std::string& edge) {
  return graph.constant(tensor.name()) == &tensor ? tensor.name() : edge;
}

/// Scales and zero points of QuantizeLinear or DequantizeLinear, whose inputs 1 and 2 they are.
void read_scales(const OnnxGraph& graph, const onnx::NodeProto& node, QuantizedConstant& constant) {
  if (int_attribute(node, "block_size", 0) != 0) {
    graph.fail(node, "blocked quantization is not supported");
  }
  constant.scales = graph.floats(required(graph, node, 1, "scale"));
  if (constant.scales.empty()) graph.fail(node, "it has no scale");
  for (const float value : constant.scales) {
    if (!std::isfinite(value) || value <= 0) graph.fail(node, "a scale is not positive");
  }
  const auto rank = static_cast<std::int64_t>(constant.shape.size());
  constant.axis = int_attribute(node, "axis", 1);
  if (constant.axis < 0) constant.axis += rank;
  if (constant.scales.size() > 1) {
    if (constant.axis < 0 || constant.axis >= rank) {
      graph.fail(node, "its axis is outside its tensor");
    }
    if (static_cast<std::int64_t>(constant.scales.size()) !=
        constant.shape[static_cast<std::size_t>(constant.axis)]) {
      graph.fail(node, "it has " + std::to_string(constant.scales.size()) + " scales along axis " +
                           std::to_string(constant.axis) + " of '" + constant.name + "'");
    }
  }
  constant.zero_points.assign(constant.scales.size(), 0);
  if (input_name(node, 2).empty()) return;
  constant.zero_points = graph.integers(required(graph, node, 2, "zero point"));
  if (constant.zero_points.size() != constant.scales.size()) {
    graph.fail(node, "it has not as many zero points as scales");
  }
}

/// The type that QuantizeLinear yields: its zero point's, or the attribute's.
IntegerType quantized_type(const OnnxGraph& graph, const onnx::NodeProto& node) {
  onnx::TensorProto type;
  type.set_data_type(
      static_cast<std::int32_t>(int_attribute(node, "output_dtype", onnx::TensorProto::UINT8)));
  const bool given = !input_name(node, 2).empty();
  const auto known = integer_type(given ? required(graph, node, 2, "zero point") : type);
  if (!known || known->bits > 8) graph.fail(node, "it does not quantize to 2, 4 or 8 bits");
  return *known;
}

}  // namespace

QuantizedConstant read_codes(const OnnxGraph& graph, const onnx::TensorProto& tensor,
                             const std::string& edge) {
  QuantizedConstant constant;
  constant.name = constant_name(graph, tensor, edge);
  constant.shape = {tensor.dims().begin(), tensor.dims().end()};
  constant.codes = graph.integers(tensor);
  constant.type = *integer_type(tensor);
  return constant;
}

QuantizedConstant quantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const onnx::TensorProto& tensor = required(graph, node, 0, "input");
  const std::vector<float> values = graph.floats(tensor);
  QuantizedConstant constant;
  constant.name = constant_name(graph, tensor, input_name(node, 0));
  constant.shape = {tensor.dims().begin(), tensor.dims().end()};
  constant.type = quantized_type(graph, node);
  read_scales(graph, node, constant);
  std::size_t inner = 1;  // elements that share a scale, one after another
  for (auto d = static_cast<std::size_t>(constant.axis) + 1; d < constant.shape.size(); ++d) {
    inner *= static_cast<std::size_t>(constant.shape[d]);
  }
  const auto low = static_cast<float>(constant.type.lowest());
  const auto high = static_cast<float>(constant.type.highest());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) graph.fail(node, "'" + constant.name + "' is not finite");
    const std::size_t channel = i / inner % constant.scales.size();
    const float code = std::nearbyint(values[i] / constant.scale(channel)) +
                       static_cast<float>(constant.zero_point(channel));
    constant.codes.push_back(static_cast<std::int32_t>(std::clamp(code, low, high)));
  }
  constant.scales.clear();
  constant.zero_points.clear();
  return constant;
}

QuantizedConstant clip_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                QuantizedConstant constant) {
  const CodeLimits limits = read_code_limits(graph, node, constant.type);
  const bool from_file = graph.constant(input_name(node, 0)) != nullptr;
  for (std::int32_t& code : constant.codes) {
    const std::int32_t clipped = std::clamp(code, limits.low, limits.high);
    if (from_file && clipped != code) {
      graph.fail(node, "tensor '" + constant.name + "' holds " + std::to_string(code) +
                           ", which is not in " + std::to_string(limits.low) + ".." +
                           std::to_string(limits.high));
    }
    code = clipped;
  }
  IntegerType narrow{2, constant.type.is_signed};
  while (limits.low < narrow.lowest() || limits.high > narrow.highest()) ++narrow.bits;
  constant.type = narrow;
  return constant;
}

QuantizedConstant dequantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                      QuantizedConstant constant) {
  read_scales(graph, node, constant);
  return constant;
}

CodeLimits read_code_limits(const OnnxGraph& graph, const onnx::NodeProto& node, IntegerType type) {
  CodeLimits limits{type.lowest(), type.highest()};
  const auto read = [&](int index, const char* what, std::int32_t& limit) {
    if (input_name(node, index).empty()) return;
    const std::vector<std::int32_t> values = graph.integers(required(graph, node, index, what));
    if (values.size() != 1) graph.fail(node, std::string(what) + " is not a scalar");
    limit = std::clamp(values[0], limits.low, limits.high);
  };
  read(1, "min", limits.low);
  read(2, "max", limits.high);
  if (limits.low > limits.high) graph.fail(node, "its limits are not in order");
  return limits;
}

}  // namespace brownout::models
