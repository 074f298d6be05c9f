// Import of the TFLite operators without weights: sums, products, pools, movements of codes,
// softmax.
#include <algorithm>
#include <array>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr int kLargestPad = 1 << 12;

}  // namespace

void TfliteImporter::addition(const Operator& op) {
  const tflite::Add* options = op.table->options_as_Add();
  Addition node{.name = {}, .left = activation(op, 0), .right = activation(op, 1)};
  const Shape shape = tensor(node.left).shape;
  if (shape != tensor(node.right).shape) {
    file_.fail(op, "its inputs differ in shape: broadcasting is not supported");
  }
  if (options != nullptr)
    limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  append(op, std::move(node), shape);
}

void TfliteImporter::pooling(const Operator& op) {
  const tflite::Pool2D* options = op.table->options_as_Pool2D();
  if (options == nullptr) file_.fail(op, "it has no options");
  Pooling node;
  node.input = activation(op, 0);
  node.kind = op.kind == tflite::OperatorKind::MAX_POOL_2D ? PoolKind::kMax : PoolKind::kAverage;
  require_same_quantization(op, node.input, file_.output(op));
  const Shape input = tensor(node.input).shape;
  node.window = window(op, input,
                       {.kernel_height = options->kernel_height(),
                        .kernel_width = options->kernel_width(),
                        .stride_height = options->stride_height(),
                        .stride_width = options->stride_width(),
                        .padding = options->padding()});
  limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  append(op, std::move(node), result_shape(op, input, node.window, input.channels));
}

/// The right tensor of a Multiplication may be a pixel, whichever comes first in the file.
void TfliteImporter::multiplication(const Operator& op) {
  const tflite::Mul* options = op.table->options_as_Mul();
  Multiplication node{.name = {}, .left = activation(op, 0), .right = activation(op, 1)};
  if (tensor(node.left).shape.size() < tensor(node.right).shape.size()) {
    std::swap(node.left, node.right);
  }
  const Shape shape = tensor(node.left).shape;
  const Shape& factors = tensor(node.right).shape;
  if (factors != shape && factors != Shape{shape.channels, 1, 1}) {
    file_.fail(op, "its inputs differ in shape: only a factor per channel is broadcast");
  }
  if (options != nullptr) {
    limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  }
  append(op, std::move(node), shape);
}

/// Over height and width.
void TfliteImporter::mean(const Operator& op) {
  Pooling node;
  node.input = activation(op, 0);
  node.kind = PoolKind::kGlobalAverage;
  const Shape& input = tensor(node.input).shape;
  node.window.kernel_height = input.height;
  node.window.kernel_width = input.width;
  const int rank = static_cast<int>(file_.dims(file_.input(op, 0)).size());
  std::vector<int> axes = file_.int32s(file_.input(op, 1));
  for (int& axis : axes) axis += axis < 0 ? rank : 0;
  std::sort(axes.begin(), axes.end());
  if (rank < 3 || axes != (rank == 4 ? std::vector{1, 2} : std::vector{1})) {
    file_.fail(op, "only the mean over height and width is supported");
  }
  append(op, std::move(node), result_shape(op, input, node.window, input.channels));
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
  const auto border = [&](std::size_t side) {
    return Padding::Border{.channels = pads[2 * (rank - 1) + side],
                           .height = rank > 3 ? pads[2 * (rank - 3) + side] : 0,
                           .width = rank > 2 ? pads[2 * (rank - 2) + side] : 0};
  };
  node.before = border(0);
  node.after = border(1);
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

void TfliteImporter::softmax(const Operator& op) {
  const tflite::Softmax* options = op.table->options_as_Softmax();
  if (options == nullptr) file_.fail(op, "it has no options");
  Softmax node{.name = {}, .input = activation(op, 0), .beta = options->beta()};
  append(op, std::move(node), tensor(node.input).shape);
}

}  // namespace brownout::models
