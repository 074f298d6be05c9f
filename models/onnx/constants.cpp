// Quantized constants: reading, narrowing, scales.
#include "models/onnx/constants.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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

/// By QuantizeLinear or DequantizeLinear, whose inputs 1 and 2 are scales and zero points.
void read_node_scales(const OnnxGraph& graph, const onnx::NodeProto& node,
                      QuantizedConstant& constant) {
  if (int_attribute(node, "block_size", 0) != 0) {
    graph.fail(node, "blocked quantization is not supported");
  }
  read_scales(graph, node, 1, int_attribute(node, "axis", 1), constant);
}

std::shared_ptr<const std::vector<std::int32_t>> share(std::vector<std::int32_t> codes) {
  return std::make_shared<const std::vector<std::int32_t>>(std::move(codes));
}

/// Elements that share a scale, one after another.
std::size_t run_length(const QuantizedConstant& constant) {
  std::size_t inner = 1;
  for (auto d = static_cast<std::size_t>(constant.axis) + 1; d < constant.shape.size(); ++d) {
    inner *= static_cast<std::size_t>(constant.shape[d]);
  }
  return inner;
}

/// rint(value / scale) + zero point, within limits.
void fill_codes(const OnnxGraph& graph, const onnx::NodeProto& node,
                const std::vector<float>& values, CodeLimits limits, QuantizedConstant& constant) {
  const std::size_t inner = run_length(constant);
  const auto low = static_cast<double>(limits.low);
  const auto high = static_cast<double>(limits.high);
  std::vector<std::int32_t> codes;
  codes.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) graph.fail(node, "'" + constant.name + "' is not finite");
    const std::size_t channel = i / inner % constant.scales.size();
    const float steps = values[i] / constant.scale(channel);
    const double code = static_cast<double>(std::nearbyint(steps)) + constant.zero_point(channel);
    codes.push_back(static_cast<std::int32_t>(std::clamp(code, low, high)));
  }
  constant.shared_codes = share(std::move(codes));
}

QuantizedConstant without_codes(const OnnxGraph& graph, const onnx::TensorProto& tensor,
                                const std::string& edge) {
  QuantizedConstant constant;
  constant.name = constant_name(graph, tensor, edge);
  constant.shape = {tensor.dims().begin(), tensor.dims().end()};
  return constant;
}

/// As floats, of any type that QONNX files give zero points and bit widths in.
std::vector<float> numbers(const OnnxGraph& graph, const onnx::NodeProto& node, int index,
                           const char* what) {
  const onnx::TensorProto& tensor = required(graph, node, index, what);
  if (tensor.data_type() == onnx::TensorProto::FLOAT) return graph.floats(tensor);
  std::vector<float> values;
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    for (const std::int64_t value : graph.int64s(tensor)) {
      values.push_back(static_cast<float>(value));
    }
  } else {
    for (const std::int32_t value : graph.integers(tensor)) {
      values.push_back(static_cast<float>(value));
    }
  }
  return values;
}

float scalar(const OnnxGraph& graph, const onnx::NodeProto& node, int index, const char* what) {
  const std::vector<float> values = numbers(graph, node, index, what);
  if (values.size() != 1) graph.fail(node, std::string("its ") + what + " is not a scalar");
  return values[0];
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
  QuantizedConstant constant = without_codes(graph, tensor, edge);
  constant.shared_codes = share(graph.integers(tensor));
  constant.type = *integer_type(tensor);
  return constant;
}

QuantizedConstant quantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const onnx::TensorProto& tensor = required(graph, node, 0, "input");
  QuantizedConstant constant = without_codes(graph, tensor, input_name(node, 0));
  constant.type = quantized_type(graph, node);
  read_node_scales(graph, node, constant);
  const CodeLimits limits{constant.type.lowest(), constant.type.highest()};
  fill_codes(graph, node, graph.floats(tensor), limits, constant);
  constant.scales.clear();
  constant.zero_points.clear();
  return constant;
}

QuantizedConstant requantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                      const QuantizedConstant& constant) {
  if (constant.transposed) graph.fail(node, "it quantizes a transposed constant");
  QuantizedConstant made;
  made.name = constant.name;
  made.shape = constant.shape;
  made.type = quantized_type(graph, node);
  read_node_scales(graph, node, made);
  const CodeLimits limits{made.type.lowest(), made.type.highest()};
  fill_codes(graph, node, dequantized_values(constant), limits, made);
  made.scales.clear();
  made.zero_points.clear();
  return made;
}

std::vector<float> dequantized_values(const QuantizedConstant& constant) {
  const std::size_t inner = run_length(constant);
  std::vector<float> values;
  values.reserve(constant.codes().size());
  for (std::size_t i = 0; i < constant.codes().size(); ++i) {
    const std::size_t channel = i / inner % constant.scales.size();
    const std::int64_t steps = std::int64_t{constant.codes()[i]} - constant.zero_point(channel);
    values.push_back(static_cast<float>(steps) * constant.scale(channel));
  }
  return values;
}

QuantizedConstant clip_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                QuantizedConstant constant) {
  const CodeLimits limits = read_code_limits(graph, node, constant.type);
  const bool from_file = graph.constant(input_name(node, 0)) != nullptr;
  std::vector<std::int32_t> codes = constant.codes();
  for (std::int32_t& code : codes) {
    const std::int32_t clipped = std::clamp(code, limits.low, limits.high);
    if (from_file && clipped != code) {
      graph.fail(node, "tensor '" + constant.name + "' holds " + std::to_string(code) +
                           ", which is not in " + std::to_string(limits.low) + ".." +
                           std::to_string(limits.high));
    }
    code = clipped;
  }
  constant.shared_codes = share(std::move(codes));
  IntegerType narrow{2, constant.type.is_signed};
  while (limits.low < narrow.lowest() || limits.high > narrow.highest()) ++narrow.bits;
  constant.type = narrow;
  return constant;
}

QuantizedConstant dequantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                      QuantizedConstant constant) {
  read_node_scales(graph, node, constant);
  return constant;
}

void read_scales(const OnnxGraph& graph, const onnx::NodeProto& node, int scale_index,
                 std::int64_t axis, QuantizedConstant& constant) {
  constant.scales = graph.floats(required(graph, node, scale_index, "scale"));
  if (constant.scales.empty()) graph.fail(node, "it has no scale");
  for (const float value : constant.scales) {
    if (!std::isfinite(value) || value <= 0) graph.fail(node, "a scale is not positive");
  }
  const auto rank = static_cast<std::int64_t>(constant.shape.size());
  constant.axis = axis < 0 ? axis + rank : axis;
  if (constant.scales.size() > 1) {
    if (constant.axis < 0 || constant.axis >= rank) {
      graph.fail(node, "its axis is outside its tensor");
    }
    if (std::ssize(constant.scales) != constant.shape[static_cast<std::size_t>(constant.axis)]) {
      graph.fail(node, "it has " + std::to_string(constant.scales.size()) + " scales along axis " +
                           std::to_string(constant.axis) + " of '" + constant.name + "'");
    }
  }
  constant.zero_points.assign(constant.scales.size(), 0);
  if (input_name(node, scale_index + 1).empty()) return;
  const std::vector<std::int32_t> given =
      graph.integers(required(graph, node, scale_index + 1, "zero point"));
  if (given.size() != 1 && given.size() != constant.scales.size()) {
    graph.fail(node, "it has not as many zero points as scales");
  }
  for (std::size_t i = 0; i < constant.zero_points.size(); ++i) {
    constant.zero_points[i] = given[given.size() == 1 ? 0 : i];
    const bool fits = constant.zero_points[i] >= constant.type.lowest() &&
                      constant.zero_points[i] <= constant.type.highest();
    if (!fits) graph.fail(node, "a zero point of '" + constant.name + "' is outside its type");
  }
}

namespace {

/// One for each scale; a single one holds for all.
std::vector<std::int32_t> quant_zero_points(const OnnxGraph& graph, const onnx::NodeProto& node,
                                            std::size_t scales) {
  const std::vector<float> given = numbers(graph, node, 2, "zero point");
  if (given.size() != 1 && given.size() != scales) {
    graph.fail(node, "it has not as many zero points as scales");
  }
  std::vector<std::int32_t> zero_points;
  for (std::size_t i = 0; i < scales; ++i) {
    const float value = given[given.size() == 1 ? 0 : i];
    if (!(std::abs(value) <= 255) || value != std::nearbyint(value)) {
      graph.fail(node, "its zero point is no integer up to 255");
    }
    zero_points.push_back(static_cast<std::int32_t>(value));
  }
  return zero_points;
}

/// Of a Quant or a BipolarQuant, without codes and zero points.
QuantizedConstant constant_of_quant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                    const onnx::TensorProto& tensor) {
  QuantizedConstant constant = without_codes(graph, tensor, input_name(node, 0));
  constant.scales = read_quant_scales(graph, node);
  constant.of_quant = true;
  if (constant.scales.size() == 1) return constant;
  const auto& dims = required(graph, node, 1, "scale").dims();  // the one above 1 is the axis
  const auto axis = std::find_if(dims.begin(), dims.end(), [](auto d) { return d > 1; });
  constant.axis = axis - dims.begin();
  if (dims.size() != tensor.dims().size() || static_cast<std::int64_t>(constant.scales.size()) !=
                                                 tensor.dims(static_cast<int>(constant.axis))) {
    graph.fail(node, "its scales do not run along one axis of '" + constant.name + "'");
  }
  return constant;
}

}  // namespace

std::vector<float> read_quant_scales(const OnnxGraph& graph, const onnx::NodeProto& node) {
  std::vector<float> scales = graph.floats(required(graph, node, 1, "scale"));
  if (scales.empty()) graph.fail(node, "it has no scale");
  for (const float value : scales) {
    if (!std::isfinite(value) || value <= 0) graph.fail(node, "a scale is not positive");
  }
  return scales;
}

QuantParameters read_quant(const OnnxGraph& graph, const onnx::NodeProto& node) {
  std::string rounding = string_attribute(node, "rounding_mode", "ROUND");
  for (char& letter : rounding) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  if (rounding != "ROUND" && rounding != "HALF_EVEN") {
    graph.fail(node, "rounding_mode " + rounding + ": only ROUND is supported");
  }
  QuantParameters given;
  given.scales = read_quant_scales(graph, node);
  const float bits = scalar(graph, node, 3, "bit width");
  if (!(bits >= 2 && bits <= 32) || bits != std::nearbyint(bits)) {
    graph.fail(node, "its bit width is not in 2..32");
  }
  given.type = {static_cast<int>(bits), int_attribute(node, "signed", 1) != 0};
  given.low = given.type.lowest();
  given.high = given.type.highest();
  if (int_attribute(node, "narrow", 0) != 0) {
    if (given.type.is_signed) {
      ++given.low;
    } else {
      --given.high;
    }
  }
  given.zero_points = quant_zero_points(graph, node, given.scales.size());
  return given;
}

QuantizedConstant read_quant_constant(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const onnx::TensorProto& tensor = required(graph, node, 0, "input");
  const QuantParameters given = read_quant(graph, node);
  QuantizedConstant constant = constant_of_quant(graph, node, tensor);
  constant.type = given.type;
  constant.zero_points = given.zero_points;
  fill_codes(graph, node, graph.floats(tensor), {given.low, given.high}, constant);
  return constant;
}

QuantizedConstant read_bipolar_constant(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const onnx::TensorProto& tensor = required(graph, node, 0, "input");
  QuantizedConstant constant = constant_of_quant(graph, node, tensor);
  constant.type = {.bits = 1, .is_signed = true};
  constant.zero_points.assign(constant.scales.size(), 0);
  std::vector<std::int32_t> codes;
  for (const float value : graph.floats(tensor)) {
    if (std::isnan(value)) graph.fail(node, "'" + constant.name + "' is not a number");
    codes.push_back(value < 0 ? -1 : 1);
  }
  constant.shared_codes = share(std::move(codes));
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
