// Import of the operators between DequantizeLinear and QuantizeLinear that compute.
#include <optional>
#include <set>
#include <utility>

#include "memory/base/input_error.hpp"
#include "models/arithmetic/arithmetic.hpp"
#include "models/onnx/importer.hpp"
#include "models/onnx/windows.hpp"

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

/// Relu and Clip: limits of an operation's result, or a function of a tensor.
void Importer::limit(const onnx::NodeProto& node) {
  Edge result = edge(node, 0);
  if (result.is_codes() || result.kind == Edge::Kind::kConstantCodes) return limit_codes(node);
  const bool relu = node.op_type() == "Relu";
  const float low = relu ? 0.0F : clip_limit(node, "min", 1, -kInfinity);
  const float high = relu ? kInfinity : clip_limit(node, "max", 2, kInfinity);
  if (!(low <= high)) graph_.fail(node, "its limits are not in order");
  if (result.kind == Edge::Kind::kPending) {
    result.low = clip(result.low, low, high);
    result.high = clip(result.high, low, high);
  } else if (result.kind == Edge::Kind::kReal) {
    ChannelValues functions = values_of(result);
    for (Values& values : functions) {
      for (float& value : values) value = clip(value, low, high);
    }
    result.values = keep(node, std::move(functions));
  } else {
    graph_.fail(node, "it does not follow an integer operation");
  }
  set_edge(node, result);
}

Shape Importer::shape_after(const onnx::NodeProto& node, const Shape& input, const Window& window,
                            int channels) const {
  try {
    return window_output(input, window, channels);
  } catch (const InputError& error) {
    graph_.fail(node, error.what());
  }
}

void Importer::require_planes(const onnx::NodeProto& node, const Edge& edge) const {
  if (is_flat(edge.view)) graph_.fail(node, "its input has no height and width");
  if (is_grouped(edge.view)) graph_.fail(node, "its input has its channels in groups");
  if (is_pixels(edge.view) && !is_channels_last(node)) {
    graph_.fail(node, std::string("its input has its channels last; transpose it to (N, C, ") +
                          (is_row(edge.view) ? "W)" : "H, W)"));
  }
  if (!is_pixels(edge.view) && is_channels_last(node)) {
    graph_.fail(node, "its input has its channels not last; transpose it to (N, H, W, C)");
  }
}

/// What a convolution or a matrix product has in common: bias, name, a result that waits.
Edge Importer::weighted(const onnx::NodeProto& node, const Edge& input, Convolution made,
                        int bias_index) {
  const ActivationTensor& tensor = network_.tensor(input.tensor);
  made.input = input.tensor;
  const std::vector<double> real = real_bias(node, bias_index, made);
  made.bias.assign(made.outputs(), 0);
  const BiasCodes codes = real.empty() ? set_bias(node, bias_index, made) : nullptr;
  // A tensor that several layers share is stored by each of them.
  if (!weight_names_.insert(made.weight_name).second) made.weight_name += "@" + made.name;
  const Shape shape = shape_after(node, tensor.shape, made.window, made.out_channels);
  const View view = made.fully_connected ? View::kFlat : input.view;
  const Edge result = pending_edge(node, std::move(made), shape, view);
  pending_.back().bias = codes;
  return real.empty() ? result : scaled_sums(node, result, {1.0}, real);
}

void Importer::convolution(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  require_planes(node, input);
  const QuantizedConstant* weights = constant(node, 1);
  if (weights == nullptr) graph_.fail(node, "it has no weights");
  Convolution made =
      is_channels_last(node)
          ? read_convolution_of_pixels(graph_, node, network_.tensor(input.tensor), input.view,
                                       *weights)
          : read_convolution(graph_, node, network_.tensor(input.tensor), input.view, *weights);
  set_edge(node, weighted(node, input, std::move(made), 2));
}

void Importer::fully_connected(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  if (!is_flat(input.view)) graph_.fail(node, "its input is not flattened to (N, elements)");
  const QuantizedConstant* weights = constant(node, 1);
  if (weights == nullptr) graph_.fail(node, "it has no weights");
  Convolution made =
      read_fully_connected(graph_, node, network_.tensor(input.tensor), input.view, *weights);
  set_edge(node, weighted(node, input, std::move(made), 2));
}

/// Add, Mul, and with one tensor Sub and Div.
void Importer::elementwise(const onnx::NodeProto& node) {
  if (combine_input(node) || combine_sums(node) || combine_normalized(node)) return;
  if (combine_values(node)) return;
  const bool product = node.op_type() == "Mul";
  if (!product && node.op_type() != "Add") {
    graph_.fail(node, "it is only supported on one tensor and constants, as part of a table");
  }
  if (!product && (add_bias(node, 0) || add_bias(node, 1))) return;
  const Edge first = edge(node, 0);
  const Edge second = edge(node, 1);
  if (first.kind == Edge::Kind::kConstant) {
    return set_edge(node, with_operand(node, activation(node, 1), first, true));
  }
  if (second.kind == Edge::Kind::kConstant) {
    return set_edge(node, with_operand(node, activation(node, 0), second, false));
  }
  set_edge(node, pair(node, activation(node, 0), activation(node, 1), product));
}

/// Sum or product of two tensors.
Edge Importer::pair(const onnx::NodeProto& node, const Edge& left, const Edge& right,
                    bool product) {
  const Shape& a = network_.tensor(left.tensor).shape;
  const Shape& b = network_.tensor(right.tensor).shape;
  const bool same = a == b && left.view == right.view;
  if (!product) {
    if (!same) graph_.fail(node, "its inputs differ in shape: broadcasting is not supported");
    return pending_edge(
        node, Addition{.name = display_name(node), .left = left.tensor, .right = right.tensor}, a,
        left.view);
  }
  const bool right_pixel = b == Shape{a.channels, 1, 1};
  const bool left_pixel = a == Shape{b.channels, 1, 1};
  if (left.view != right.view || (!same && !right_pixel && !left_pixel)) {
    graph_.fail(node, "its inputs differ in shape: only one pixel, (N, C, 1, 1), is broadcast");
  }
  const Edge& map = same || right_pixel ? left : right;
  const Edge& factor = same || right_pixel ? right : left;
  return pending_edge(
      node, Multiplication{.name = display_name(node), .left = map.tensor, .right = factor.tensor},
      network_.tensor(map.tensor).shape, map.view);
}

/// AveragePool and GlobalAveragePool.
void Importer::pooling(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  require_planes(node, input);
  set_edge(node, average(node, input));
}

/// ReduceMean over height and width: a global average pool.
void Importer::mean(const onnx::NodeProto& node) {
  const Edge& input = activation(node, 0);
  std::vector<std::int64_t> axes = ints_attribute(node, "axes");
  if (!input_name(node, 1).empty()) {
    const auto given = shape_values_.find(input_name(node, 1));
    if (!given) graph_.fail(node, "its axes are not a constant");
    axes = *given;
  }
  std::set<std::optional<Axis>> reduced;
  for (const std::int64_t axis : axes) {
    reduced.insert(view_axis(input.view, shape_of(input), axis));
  }
  if (is_row(input.view)) reduced.insert(Axis::kHeight);
  if (is_flat(input.view) ||
      reduced != std::set<std::optional<Axis>>{Axis::kHeight, Axis::kWidth}) {
    graph_.fail(node, "only a mean over height and width is supported");
  }
  Edge result = average(node, input);
  if (int_attribute(node, "keepdims", 1) == 0) result.view = View::kFlat;
  set_edge(node, result);
}

Edge Importer::average(const onnx::NodeProto& node, const Edge& input) {
  const Shape& from = network_.tensor(input.tensor).shape;
  Pooling made = read_pooling(graph_, node, from, rank_of(input.view) - 2);
  made.input = input.tensor;
  const Shape shape = shape_after(node, from, made.window, from.channels);
  return pending_edge(node, made, shape, input.view);
}

}  // namespace brownout::models
