// Import of the TFLite operators that move elements without changing them.
#include <algorithm>
#include <array>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr int kLargestPad = 1 << 12;

/// The dimensions of a tensor of this rank that are height, width and channels; the others are 1.
Padding::Border border_of(const std::vector<int>& values) {
  const std::size_t rank = values.size();
  return {.channels = values[rank - 1],
          .height = rank > 3 ? values[rank - 3] : 0,
          .width = rank > 2 ? values[rank - 2] : 0};
}

}  // namespace

void TfliteImporter::reshape(const Operator& op) {
  const View& input = view(op, 0);
  const int output = file_.output(op);
  const Shape shape = shape_of(output);
  if (shape.size() != input.shape.size()) file_.fail(op, "it changes the number of elements");
  if (input.id >= 0) require_same_quantization(op, input.id, output);
  views_[output] = {.id = input.id, .shape = shape};
}

/// Where only dimensions of 1 change their places.
void TfliteImporter::transpose(const Operator& op) {
  const std::vector<int> dims = file_.dims(file_.input(op, 0));
  const std::vector<std::int32_t> order = file_.int32s(file_.input(op, 1));
  std::vector<std::int32_t> large;
  for (const std::int32_t axis : order) {
    const auto d = static_cast<std::size_t>(axis);
    if (axis < 0 || d >= dims.size()) file_.fail(op, "its order names dimensions that are not");
    if (dims[d] > 1) large.push_back(axis);
  }
  if (!std::is_sorted(large.begin(), large.end())) {
    file_.fail(op, "it changes the order of elements, which is not supported");
  }
  reshape(op);
}

/// SLICE and STRIDED_SLICE: a part of the tensor, or every so manieth pixel of all of it.
void TfliteImporter::slice(const Operator& op) {
  const TensorId input = activation(op, 0);
  require_same_quantization(op, input, file_.output(op));
  const std::vector<int> dims = file_.dims(file_.input(op, 0));
  const bool strided = op.kind == tflite::OperatorKind::STRIDED_SLICE;
  const tflite::StridedSlice* options = op.table->options_as_StridedSlice();
  std::vector<std::int32_t> first = file_.int32s(file_.input(op, 1));
  std::vector<std::int32_t> end = file_.int32s(file_.input(op, 2));
  std::vector<std::int32_t> step(dims.size(), 1);
  if (strided) step = file_.int32s(file_.input(op, 3));
  if (first.size() != dims.size() || end.size() != dims.size() || step.size() != dims.size()) {
    file_.fail(op, "it has not one number for every dimension");
  }
  if (options != nullptr && (options->ellipsis_mask() != 0 || options->new_axis_mask() != 0 ||
                             options->shrink_axis_mask() != 0 || options->offset())) {
    file_.fail(op, "masks other than those of begin and end are not supported");
  }
  std::vector<int> before, after;
  bool cut = false, stepped = false;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const auto masked = [&](int mask) { return (mask >> d & 1) != 0; };
    const std::int64_t extent = dims[d];
    const auto bound = [&](std::int64_t value) {
      return std::clamp(value < 0 ? value + extent : value, std::int64_t{0}, extent);
    };
    std::int64_t from = bound(first[d]);
    std::int64_t to = strided ? bound(end[d]) : end[d] == -1 ? extent : from + end[d];
    if (options != nullptr && masked(options->begin_mask())) from = 0;
    if (options != nullptr && masked(options->end_mask())) to = extent;
    if (from >= to || to > extent) file_.fail(op, "it cuts outside of its input");
    if (step[d] < 1 || (step[d] > 1 && (d == 0 || d + 1 == dims.size()))) {
      file_.fail(op, "only positive steps along height and width are supported");
    }
    before.push_back(static_cast<int>(-from));
    after.push_back(static_cast<int>(to - extent));
    cut = cut || from > 0 || to < extent;
    stepped = stepped || step[d] > 1;
  }
  const Shape shape = tensor(input).shape;
  if (stepped && cut) file_.fail(op, "a part with steps is not supported");
  if (stepped) {
    Pooling node{.name = {}, .kind = PoolKind::kMax, .input = input};
    const Padding::Border steps = border_of(step);
    node.window.stride_height = std::max(steps.height, 1);
    node.window.stride_width = std::max(steps.width, 1);
    return append(op, node, result_shape(op, shape, node.window, shape.channels));
  }
  Padding node{.name = {}, .input = input, .before = border_of(before), .after = border_of(after)};
  append(op, node, padded_shape(shape, node));
}

/// Equal parts along one dimension: a crop for each output.
void TfliteImporter::split(const Operator& op) {
  const TensorId input = activation(op, 1);
  const std::vector<int> outputs = file_.outputs(op);
  const std::vector<int> dims = file_.dims(file_.input(op, 1));
  const std::vector<std::int32_t> given = file_.int32s(file_.input(op, 0));
  if (given.size() != 1) file_.fail(op, "its axis is not one number");
  const auto rank = static_cast<int>(dims.size());
  const int axis = given[0] < 0 ? given[0] + rank : given[0];
  const auto parts = static_cast<int>(outputs.size());
  if (axis < 1 || axis >= rank || dims[static_cast<std::size_t>(axis)] % parts != 0) {
    file_.fail(op, "it does not split height, width or channels into equal parts");
  }
  const int extent = dims[static_cast<std::size_t>(axis)];
  std::vector<int> before(dims.size(), 0), after(dims.size(), 0);
  const Shape shape = tensor(input).shape;
  for (int part = 0; part < parts; ++part) {
    const int output = outputs[static_cast<std::size_t>(part)];
    require_same_quantization(op, input, output);
    before[static_cast<std::size_t>(axis)] = -part * (extent / parts);
    after[static_cast<std::size_t>(axis)] = (part + 1) * (extent / parts) - extent;
    Padding node{
        .name = {}, .input = input, .before = border_of(before), .after = border_of(after)};
    append(op, node, padded_shape(shape, node), output);
  }
}

void TfliteImporter::pad(const Operator& op) {
  Padding node;
  node.input = activation(op, 0);
  require_same_quantization(op, node.input, file_.output(op));
  const Shape& input = tensor(node.input).shape;
  const std::size_t rank = file_.dims(file_.input(op, 0)).size();
  const std::vector<std::int32_t> pads = file_.int32s(file_.input(op, 1));
  if (pads.size() != 2 * rank || pads[0] != 0 || pads[1] != 0) {
    file_.fail(op, "its paddings are not two numbers per dimension, 0 for the batch");
  }
  for (const std::int32_t pad : pads) {
    if (pad < 0 || pad > kLargestPad) {
      file_.fail(op,
                 "padding " + std::to_string(pad) + " is not in 0.." + std::to_string(kLargestPad));
    }
  }
  std::vector<int> before, after;
  for (std::size_t d = 0; d < rank; ++d) {
    before.push_back(pads[2 * d]);
    after.push_back(pads[2 * d + 1]);
  }
  node.before = border_of(before);
  node.after = border_of(after);
  node.code = static_cast<std::uint8_t>(tensor(node.input).zero_point);
  if (op.kind == tflite::OperatorKind::PADV2) {
    const std::vector<std::int8_t> value = file_.int8s(file_.input(op, 2));
    if (value.size() != 1) file_.fail(op, "its value is not one number");
    node.code = static_cast<std::uint8_t>(value[0] + 128);
  }
  const Shape shape = padded_shape(input, node);
  append(op, std::move(node), shape);
}

void TfliteImporter::concatenation(const Operator& op) {
  const tflite::Concatenation* options = op.table->options_as_Concatenation();
  if (options == nullptr) file_.fail(op, "it has no options");
  if (options->activation() != tflite::Activation::NONE) {
    file_.fail(op, "a fused activation is not supported");
  }
  Concatenation node;
  const int rank = static_cast<int>(file_.dims(file_.input(op, 0)).size());
  const int from_last = options->axis() < 0 ? -1 - options->axis() : rank - 1 - options->axis();
  if (from_last < 0 || from_last > std::min(rank - 2, 2)) {
    file_.fail(op, "axis " + std::to_string(options->axis()) + " is not supported");
  }
  node.axis =
      std::array{Axis::kChannels, Axis::kWidth, Axis::kHeight}[static_cast<std::size_t>(from_last)];
  const auto extent = [&](Shape& shape) -> int& {
    return node.axis == Axis::kChannels ? shape.channels
           : node.axis == Axis::kHeight ? shape.height
                                        : shape.width;
  };
  Shape whole;
  const unsigned inputs = op.table->inputs()->size();
  for (unsigned i = 0; i < inputs; ++i) {
    node.inputs.push_back(activation(op, i));
    require_same_quantization(op, node.inputs.back(), file_.output(op));
    Shape part = tensor(node.inputs.back()).shape;
    const int whole_extent = i == 0 ? 0 : extent(whole);
    if (i == 0) whole = part;
    const int total = whole_extent + extent(part);
    extent(whole) = extent(part);
    if (whole != part || total > kLargestDimension)
      file_.fail(op, "the shapes of its inputs do not fit together");
    extent(whole) = total;
  }
  append(op, std::move(node), whole);
}

}  // namespace brownout::models
