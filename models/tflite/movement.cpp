// Import of the TFLite operators that move elements without changing them.
#include <algorithm>
#include <array>
#include <numeric>
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

/// RESHAPE, SQUEEZE, EXPAND_DIMS: another view of the same elements.
void TfliteImporter::reshape(const Operator& op) {
  const View& input = view(op, 0);
  const int output = file_.output(op);
  const Dims made = viewed(op, input.dims);
  require_dims(op, output, made);
  if (input.id >= 0 && input.form == Form::kCodes) require_same_quantization(op, input.id, output);
  views_[output] = {.id = input.id, .dims = made, .spread = input.spread, .form = input.form};
}

Dims TfliteImporter::viewed(const Operator& op, const Dims& from) const {
  if (op.kind == tflite::OperatorKind::EXPAND_DIMS) {
    const Integers axis = integers(op, 1);
    return checked(op, [&] { return expanded(from, axis); });
  }
  if (op.kind == tflite::OperatorKind::SQUEEZE) {
    return checked(op, [&] { return squeezed(from, op.table->options_as_Squeeze()); });
  }
  const Dims declared = file_.dims(file_.output(op));
  const Integers wanted =
      file_.input(op, 1) >= 0 ? integers(op, 1) : Integers(declared.begin(), declared.end());
  return checked(op, [&] { return reshaped(from, wanted); });
}

/// SLICE and STRIDED_SLICE: a part of the tensor, or every so manieth element of it.
void TfliteImporter::slice(const Operator& op) {
  const Dims dims = view(op, 0).dims;
  const std::vector<Range> ranges = ranges_of(op, dims);
  Dims made;
  std::vector<int> before, after;
  std::vector<StridedCopy::Loop> loops;
  bool stepped = dims.size() > 4 || dims[0] != 1;
  std::int64_t first = 0, stride = elements_of(dims);
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const Range& range = ranges[d];
    stride /= dims[d];
    if (!range.only) made.push_back(range.count);
    before.push_back(-range.first);
    after.push_back(range.first + range.count - dims[d]);
    first += range.first * stride;
    loops.push_back({range.count, range.step * stride});
    stepped = stepped || range.step != 1 || range.only;
  }
  if (stepped) {
    StridedCopy node{.name = {}, .input = quantized(op, 0), .loops = loops, .first = first};
    require_same_quantization(op, node.input, file_.output(op));
    return append(op, std::move(node), made);
  }
  Padding node{.name = {},
               .input = activation(op, 0),
               .before = border_of(before),
               .after = border_of(after)};
  require_same_quantization(op, node.input, file_.output(op));
  append(op, node, made);
}

/// Of each dimension; none is empty.
std::vector<Range> TfliteImporter::ranges_of(const Operator& op, const Dims& dims) const {
  const bool strided = op.kind == tflite::OperatorKind::STRIDED_SLICE;
  const Integers first = integers(op, 1), end = integers(op, 2);
  const Integers step = strided ? integers(op, 3) : Integers{};
  std::vector<Range> ranges = checked(op, [&] {
    const tflite::StridedSlice* options = op.table->options_as_StridedSlice();
    return strided ? strided_ranges(dims, first, end, step, options)
                   : slice_ranges(dims, first, end);
  });
  for (const Range& range : ranges) {
    if (range.count == 0) file_.fail(op, "it cuts outside of its input");
  }
  return ranges;
}

/// SPLIT into equal parts and SPLIT_V into given ones along one dimension: a crop for each output.
void TfliteImporter::split(const Operator& op) {
  const bool uneven = op.kind == tflite::OperatorKind::SPLIT_V;
  const unsigned position = uneven ? 0 : 1;
  const TensorId input = activation(op, position);
  const std::vector<int> outputs = file_.outputs(op);
  const Dims dims = view(op, position).dims;
  const Integers given = integers(op, uneven ? 2 : 0);
  const std::size_t d = given.size() == 1 ? axis_of(given[0], dims.size()).value_or(0) : 0;
  if (d == 0) file_.fail(op, "it does not split height, width or channels");
  const auto parts = static_cast<std::int64_t>(outputs.size());
  Integers sizes = uneven ? integers(op, 1) : Integers(outputs.size(), dims[d] / parts);
  const std::int64_t known = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  for (std::int64_t& size : sizes) size = size == -1 ? dims[d] - known - 1 : size;  // the rest
  const bool positive = std::all_of(sizes.begin(), sizes.end(),
                                    [&](std::int64_t size) { return size > 0 && size <= dims[d]; });
  if (!positive || sizes.size() != outputs.size() ||
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != dims[d]) {
    file_.fail(op, "its parts do not make up a dimension of " + std::to_string(dims[d]));
  }
  std::vector<int> before(dims.size(), 0), after(dims.size(), 0);
  Dims made = dims;
  for (std::size_t part = 0; part < outputs.size(); ++part) {
    const int output = outputs[part];
    require_same_quantization(op, input, output);
    made[d] = static_cast<int>(sizes[part]);
    after[d] = made[d] - dims[d] - before[d];
    Padding node{
        .name = {}, .input = input, .before = border_of(before), .after = border_of(after)};
    append(op, node, made, padded_shape(tensor(input).shape, node), output);
    before[d] -= made[d];
  }
}

void TfliteImporter::pad(const Operator& op) {
  Padding node;
  node.input = activation(op, 0);
  require_same_quantization(op, node.input, file_.output(op));
  Dims made = view(op, 0).dims;
  const std::size_t rank = made.size();
  const Integers pads = integers(op, 1);
  if (pads.size() != 2 * rank || pads[0] != 0 || pads[1] != 0) {
    file_.fail(op, "its paddings are not two numbers per dimension, 0 for the batch");
  }
  for (const std::int64_t pad : pads) {
    if (pad < 0 || pad > kLargestPad) {
      file_.fail(op,
                 "padding " + std::to_string(pad) + " is not in 0.." + std::to_string(kLargestPad));
    }
  }
  std::vector<int> before, after;
  for (std::size_t d = 0; d < rank; ++d) {
    before.push_back(static_cast<int>(pads[2 * d]));
    after.push_back(static_cast<int>(pads[2 * d + 1]));
    made[d] += before.back() + after.back();
  }
  node.before = border_of(before);
  node.after = border_of(after);
  node.code = static_cast<std::uint8_t>(tensor(node.input).zero_point);
  if (op.kind == tflite::OperatorKind::PADV2) {
    const std::vector<std::int8_t> value = file_.int8s(file_.input(op, 2));
    if (value.size() != 1) file_.fail(op, "its value is not one number");
    node.code = static_cast<std::uint8_t>(value[0] + 128);
  }
  append(op, std::move(node), made);
}

void TfliteImporter::concatenation(const Operator& op) {
  const tflite::Concatenation* options = op.table->options_as_Concatenation();
  if (options == nullptr) file_.fail(op, "it has no options");
  if (options->activation() != tflite::Activation::NONE) {
    file_.fail(op, "a fused activation is not supported");
  }
  Concatenation node;
  Dims made = view(op, 0).dims;
  const std::size_t axis = axis_of(options->axis(), made.size()).value_or(0);
  if (axis == 0 || made.size() > 4) {
    file_.fail(op, "axis " + std::to_string(options->axis()) + " is not supported");
  }
  constexpr std::array kAxes{Axis::kChannels, Axis::kWidth, Axis::kHeight};
  node.axis = kAxes[made.size() - 1 - axis];
  std::int64_t total = 0;
  for (unsigned i = 0; i < op.table->inputs()->size(); ++i) {
    node.inputs.push_back(activation(op, i));
    require_same_quantization(op, node.inputs.back(), file_.output(op));
    const Dims& part = view(op, i).dims;
    made[axis] = part.size() == made.size() ? part[axis] : 0;
    total += made[axis];
    if (made != part || total > kLargestDimension) {
      file_.fail(op, "the shapes of its inputs do not fit together");
    }
  }
  made[axis] = static_cast<int>(total);
  append(op, std::move(node), made);
}

}  // namespace brownout::models
