// Import of operators that move elements without changing them: on codes, or on dequantized
// tensors, which keep their scale.
#include <algorithm>
#include <utility>

#include "models/onnx/importer.hpp"
#include "models/onnx/windows.hpp"

namespace brownout::models {

/// Identity, Dropout.
void Importer::pass(const onnx::NodeProto& node) { set_edge(node, edge(node, 0)); }

/// To the type that the codes have already; of scores, to any.
void Importer::cast(const onnx::NodeProto& node) {
  const Edge& source = edge(node, 0);
  if (source.kind == Edge::Kind::kScores) return set_edge(node, source);
  const auto to = int_attribute(node, "to", onnx::TensorProto::UNDEFINED);
  const bool codes = source.is_codes() && source.tensor >= 0;
  if (!codes || to != (quantization_of(source.tensor).source_signed ? onnx::TensorProto::INT8
                                                                    : onnx::TensorProto::UINT8)) {
    graph_.fail(node, "only a Cast to the type that its input has is supported");
  }
  set_edge(node, source);
}

void Importer::shape(const onnx::NodeProto& node) {
  const Edge& source = edge(node, 0);
  if (source.is_constant()) graph_.fail(node, "the shape of a quantized constant");
  if (is_grouped(source.view)) graph_.fail(node, "the shape of grouped channels");
  shape_values_.set_shape(node, source.view, shape_of(source));
}

/// The dimensions that Squeeze or Unsqueeze of given axes leaves; none where it does not fit.
std::vector<std::int64_t> Importer::squeezed(const onnx::NodeProto& node, const Edge& source) {
  std::vector<std::int64_t> axes = ints_attribute(node, "axes");
  if (const auto given = shape_values_.find(input_name(node, 1))) axes = *given;
  std::vector<std::int64_t> dims = view_dims(source.view, shape_of(source));
  if (axes.empty()) std::erase(dims, 1);
  dims.insert(dims.begin(), 1);
  const bool adds = node.op_type() == "Unsqueeze";
  const auto rank = static_cast<std::int64_t>(dims.size() + (adds ? axes.size() : 0));
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::sort(axes.begin(), axes.end());
  if (!adds) std::reverse(axes.begin(), axes.end());
  for (const std::int64_t axis : axes) {
    const auto size = static_cast<std::int64_t>(dims.size());
    if (axis < 1 || axis > (adds ? size : size - 1)) return {};
    if (!adds && dims[static_cast<std::size_t>(axis)] != 1) return {};
    if (adds) {
      dims.insert(dims.begin() + axis, 1);
    } else {
      dims.erase(dims.begin() + axis);
    }
  }
  return dims;
}

/// Reshape, Flatten, Squeeze, Unsqueeze.
void Importer::reshape(const onnx::NodeProto& node) {
  Edge result = edge(node, 0);
  if (result.is_constant()) graph_.fail(node, "reshaping a constant is not supported");
  const Shape& shape = shape_of(result);
  const std::string& type = node.op_type();
  std::vector<std::int64_t> dims;
  if (type == "Reshape") {
    const auto given = shape_values_.find(input_name(node, 1));
    if (!given) graph_.fail(node, "its shape is not a constant");
    dims = *given;
  } else if (type == "Flatten") {
    const std::int64_t axis = int_attribute(node, "axis", 1);
    const std::int64_t rank = rank_of(result.view);
    if (axis == 1 || axis == 1 - rank) dims = {1, -1};
  } else if (!is_grouped(result.view)) {
    dims = squeezed(node, result);
  }
  const View from = is_grouped(result.view) ? View::kPlanes : result.view;
  if (const auto view = reshaped_view(from, shape, dims)) {
    result.view = *view;
    result.groups = 1;
  } else if (const auto groups = channel_groups(shape, dims); groups && from == View::kPlanes) {
    result.view = View::kGroups;
    result.groups = *groups;
  } else if (const auto rows = grouped_rows(from, shape, dims);
             rows && feeds_instance_normalization(node)) {
    result.view = View::kGroupRows;
    result.groups = *rows;
  } else if (reorder_by_shape(node, dims)) {
    return;
  } else {
    graph_.fail(node,
                "only changes between four dimensions, (N, C, W) of one row, (N, elements) and (N, "
                "groups, C / groups, H, W) are supported, whose sizes divide one another");
  }
  set_edge(node, result);
}

void Importer::transpose(const onnx::NodeProto& node) {
  Edge result = edge(node, 0);
  if (result.view == View::kGroups) return shuffle(node);
  const std::vector<std::int64_t> order = ints_attribute(node, "perm");
  using Order = std::vector<std::int64_t>;
  if (result.is_constant()) {
    if (result.constant->shape.size() != 2 || (order != Order{1, 0} && !order.empty())) {
      graph_.fail(node, "of constants, only matrices are transposed");
    }
    QuantizedConstant transposed = *result.constant;
    transposed.transposed = !transposed.transposed;
    result.constant = keep(node, std::move(transposed));
    return set_edge(node, result);
  }
  const Shape& shape = shape_of(result);
  const bool pixel = shape.height == 1 && shape.width == 1;
  if (result.view == View::kPlanes && order == Order{0, 2, 3, 1}) {
    result.view = View::kPixels;
  } else if (result.view == View::kPixels && order == Order{0, 3, 1, 2}) {
    result.view = View::kPlanes;
  } else if (is_row(result.view) && order == Order{0, 2, 1}) {
    result.view = result.view == View::kRow ? View::kRowPixels : View::kRow;
  } else if (order != Order{0, 1, 2, 3} && order != Order{0, 1, 2} && order != Order{0, 1} &&
             !(pixel && order == Order{0, 1, 3, 2})) {
    if (reorder_by_axes(node, order)) return;
    graph_.fail(node, "only height, width and channels of four dimensions change places");
  }
  set_edge(node, result);
}

/// An input whose codes can be moved about; a function of all channels moves with them.
Edge Importer::movable(const onnx::NodeProto& node, int index) {
  const Edge& found = edge(node, index);
  if ((!found.is_codes() && found.kind != Edge::Kind::kReal) || found.tensor < 0) {
    graph_.fail(node, "float-only: its input '" + input_name(node, index) +
                          "' is neither quantized nor dequantized activations" + kQuantizeIt);
  }
  if (found.differs_by_channel()) {
    graph_.fail(node, "float-only: its input '" + input_name(node, index) +
                          "' is another function in each channel; quantize it before");
  }
  return found;
}

/// The edge after a node that keeps the quantization of `from`.
Edge Importer::move(const onnx::NodeProto& node, Edge from, Node moved, const Shape& shape,
                    int output) {
  add_size(node, moved, shape);
  from.tensor =
      add_node(std::move(moved), node.output(output), shape, quantization_of(from.tensor));
  from.exclusive = true;
  return from;
}

void Importer::max_pool(const onnx::NodeProto& node) {
  const Edge source = movable(node, 0);
  require_planes(node, source);
  if (source.values && !std::is_sorted(source.values->at(0).begin(), source.values->at(0).end())) {
    graph_.fail(node, "float-only: its input falls where codes rise; quantize it before");
  }
  const Shape from = shape_of(source);
  Pooling made = read_pooling(graph_, node, from, rank_of(source.view) - 2);
  made.input = source.tensor;
  set_edge(node, move(node, source, made, shape_after(node, from, made.window, from.channels)));
}

void Importer::concatenation(const onnx::NodeProto& node) {
  std::vector<Edge> parts;
  bool same = true;
  for (int i = 0; i < node.input_size(); ++i) {
    parts.push_back(edge(node, i));
    const Edge& part = parts.back();
    if ((!part.is_codes() && part.kind != Edge::Kind::kReal) || part.tensor < 0) {
      graph_.fail(node, "float-only: its input '" + input_name(node, i) +
                            "' is neither quantized nor dequantized activations" + kQuantizeIt);
    }
    same = same && part.values == nullptr &&
           quantization_of(part.tensor) == quantization_of(parts[0].tensor);
  }
  if (parts.empty()) graph_.fail(node, "it has no inputs");
  const bool codes = parts[0].is_codes();
  if (codes && !same) graph_.fail(node, "its inputs differ in scale or zero point");
  Edge result = joined(node, parts);
  if (same) {  // need not wait for a scale
    auto whole = std::get<Concatenation>(pending_[result.pending].node);
    for (const Edge& part : parts) whole.inputs.push_back(part.tensor);
    const Shape shape = pending_[result.pending].shape;
    Edge like = parts[0];
    like.view = result.view;
    result = move(node, like, whole, shape);
  }
  set_edge(node, result);
}

/// A concatenation that waits for the scale of its result, to which its parts are brought.
Edge Importer::joined(const onnx::NodeProto& node, std::vector<Edge> parts) {
  if (parts.empty()) graph_.fail(node, "it has no inputs");
  const View view = parts[0].view;
  Shape whole = shape_of(parts[0]);
  const std::optional<Axis> axis = view_axis(view, whole, int_attribute(node, "axis", 1));
  if (!axis) graph_.fail(node, "tensors cannot be joined along this axis");
  std::int64_t total = 0;
  for (const Edge& part : parts) {
    Shape shape = shape_of(part);
    total += extent(shape, *axis);
    extent(shape, *axis) = extent(whole, *axis);
    if (part.view != view || shape != whole || total > kLargestDimension) {
      graph_.fail(node, "the shapes of its inputs do not fit together");
    }
  }
  extent(whole, *axis) = static_cast<int>(total);
  Edge result =
      pending_edge(node, Concatenation{.name = display_name(node), .axis = *axis}, whole, view);
  pending_.back().parts = std::move(parts);
  return result;
}

void Importer::padding(const onnx::NodeProto& node) {
  Edge source = movable(node, 0);
  const bool constant = string_attribute(node, "mode", "constant") == "constant";
  const Shape from = shape_of(source);
  Padding made{.name = display_name(node), .input = source.tensor};
  if (constant) made.code = padding_code(node, source);
  std::vector<std::int64_t> pads = ints_attribute(node, "pads");
  if (!input_name(node, 1).empty()) {
    const auto given = shape_values_.find(input_name(node, 1));
    if (!given) graph_.fail(node, "its pads are not a constant");
    pads = *given;
  }
  std::vector<std::int64_t> axes;
  if (!input_name(node, 3).empty()) {
    const auto given = shape_values_.find(input_name(node, 3));
    if (!given) graph_.fail(node, "its axes are not a constant");
    axes = *given;
  } else {
    for (std::size_t i = 0; i < pads.size() / 2; ++i) axes.push_back(static_cast<int>(i));
  }
  if (pads.size() != 2 * axes.size()) graph_.fail(node, "it has not two pads per dimension");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t before = pads[i];
    const std::int64_t after = pads[i + axes.size()];
    if (before == 0 && after == 0) continue;
    const std::optional<Axis> axis = view_axis(source.view, from, axes[i]);
    if (!axis) graph_.fail(node, "dimension " + std::to_string(axes[i]) + " cannot be padded");
    if (std::max(before, after) > kLargestDimension ||
        std::min(before, std::int64_t{0}) + std::min(after, std::int64_t{0}) <=
            -extent(from, *axis)) {
      graph_.fail(node, "its pads are out of range");
    }
    extent(made.before, *axis) = static_cast<int>(before);
    extent(made.after, *axis) = static_cast<int>(after);
    if (!constant) source = pad_with_own(node, source, *axis, before, after);
  }
  if (constant) source = move(node, source, made, padded_shape(from, made));
  set_edge(node, source);
}

/// The code that stands for the value to pad with.
std::uint8_t Importer::padding_code(const onnx::NodeProto& node, const Edge& source) {
  const ActivationTensor& tensor = network_.tensor(source.tensor);
  const std::string& name = input_name(node, 2);
  const onnx::TensorProto* given = graph_.constant(name);
  if (source.is_codes()) {
    const int shift = tensor.source_signed ? 128 : 0;
    if (name.empty()) return static_cast<std::uint8_t>(shift);
    const QuantizedConstant* code = edge(node, 2).constant.get();
    if (code == nullptr || code->codes().size() != 1 ||
        code->type != IntegerType{8, tensor.source_signed}) {
      graph_.fail(node, "its value '" + name + "' is not a constant of the tensor's type");
    }
    return static_cast<std::uint8_t>(code->codes()[0] + shift);
  }
  float value = float_attribute(node, "value", 0);
  if (given != nullptr && given->data_type() == onnx::TensorProto::FLOAT) {
    const std::vector<float> values = graph_.floats(*given);
    if (values.size() != 1) graph_.fail(node, "its value is not a scalar");
    value = values[0];
  } else if (!name.empty()) {
    const QuantizedConstant* scalar = constant(node, 2);
    if (scalar->codes().size() != 1) graph_.fail(node, "its value is not a scalar");
    value = static_cast<float>(scalar->codes()[0] - scalar->zero_point(0)) * scalar->scale(0);
  }
  const Values values = values_of(source)[0];
  const auto* const found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) {
    graph_.fail(node, "no code of its input stands for the value to pad with");
  }
  return static_cast<std::uint8_t>(found - values.begin());
}

}  // namespace brownout::models
