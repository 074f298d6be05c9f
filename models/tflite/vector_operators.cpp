// Import of the TFLite operators without weights that compute: sums, products, pools, softmax.
#include <algorithm>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
/// ADD and SUB.
void TfliteImporter::sum(const Operator& op) {
  Addition node;
  node.difference = op.kind == tflite::OperatorKind::SUB;
  const tflite::Add* add = op.table->options_as_Add();
  const tflite::Sub* sub = op.table->options_as_Sub();
  const tflite::Activation fused = add != nullptr   ? add->activation()
                                   : sub != nullptr ? sub->activation()
                                                    : tflite::Activation::NONE;
  limit(op, node.clamp_low, node.clamp_high, fused, file_.output(op));
  const int constant = constant_operand(op);
  if (constant >= 0) return with_constant(op, constant, node);
  node.left = activation(op, 0);
  node.right = activation(op, 1);
  const Shape shape = tensor(node.left).shape;
  if (shape != tensor(node.right).shape) {
    file_.fail(op, "its inputs differ in shape: only constants are broadcast");
  }
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
  Multiplication node;
  const tflite::Mul* options = op.table->options_as_Mul();
  if (options != nullptr) {
    limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  }
  const int constant = constant_operand(op);
  if (constant >= 0) return with_constant(op, constant, node);
  node.left = activation(op, 0);
  node.right = activation(op, 1);
  if (tensor(node.left).shape.size() < tensor(node.right).shape.size()) {
    std::swap(node.left, node.right);
  }
  const Shape shape = tensor(node.left).shape;
  const Shape& factors = tensor(node.right).shape;
  if (factors != shape && factors != Shape{shape.channels, 1, 1}) {
    file_.fail(op, "its inputs differ in shape: only a factor per channel is broadcast");
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

void TfliteImporter::softmax(const Operator& op) {
  const tflite::Softmax* options = op.table->options_as_Softmax();
  if (options == nullptr) file_.fail(op, "it has no options");
  Softmax node{.name = {}, .input = activation(op, 0), .beta = options->beta()};
  append(op, std::move(node), tensor(node.input).shape);
}

}  // namespace brownout::models
