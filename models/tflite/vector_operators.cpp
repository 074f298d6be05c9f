// Import of the TFLite operators without weights that compute: sums, products, extremes, pools,
// softmax.
#include <algorithm>
#include <numeric>
#include <utility>

#include "models/arithmetic/arithmetic.hpp"
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
  const int constant = tabled_operand(op);
  if (constant >= 0) {
    return with_constant(op, constant, [&](const QuantizedNetwork& operands) -> BinaryFunction {
      node.left = 0, node.right = 1, node.output = 2;
      return make_adder(operands, node);
    });
  }
  const auto [left, right, dims] = operands(op);
  node.left = left;
  node.right = right;
  const Shape shape = tensor(tensor(left).is_constant() ? right : left).shape;
  append(op, std::move(node), dims, shape, file_.output(op));
}

/// MUL. The right tensor of a Multiplication may be a pixel or a constant, whichever comes first in
/// the file.
void TfliteImporter::multiplication(const Operator& op) {
  Multiplication node;
  const tflite::Mul* options = op.table->options_as_Mul();
  if (options != nullptr) {
    limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  }
  const int constant = tabled_operand(op);
  if (constant >= 0) {
    return with_constant(op, constant, [&](const QuantizedNetwork& operands) -> BinaryFunction {
      node.left = 0, node.right = 1, node.output = 2;
      return make_multiplier(operands, node);
    });
  }
  for (const unsigned position : {0U, 1U}) {
    if (constant_operand(op) >= 0) break;
    const Dims& whole = view(op, position).dims;
    Dims pixel(whole.size(), 1);
    pixel.back() = whole.back();
    if (whole == pixel || view(op, 1 - position).dims != pixel) continue;
    node.left = elements(op, position);
    node.right = activation(op, 1 - position);
    return append(op, std::move(node), whole, tensor(node.left).shape, file_.output(op));
  }
  const auto [left, right, dims] = operands(op);
  const bool constant_first = tensor(left).is_constant();
  node.left = constant_first ? right : left;
  node.right = constant_first ? left : right;
  append(op, std::move(node), dims, tensor(node.left).shape, file_.output(op));
}

/// MAXIMUM: both tensors on top of one another, and a pool over the two elements of each place.
/// MINIMUM is the same of codes counted from the other end.
void TfliteImporter::extreme(const Operator& op) {
  const bool least = op.kind == tflite::OperatorKind::MINIMUM;
  const int output = file_.output(op);
  const int constant = constant_operand(op);
  if (constant >= 0) {
    return with_constant(op, constant, [&](const QuantizedNetwork& operands) -> BinaryFunction {
      require_one_quantization(op, operands.tensors[0], operands.tensors[1]);
      require_one_quantization(op, operands.tensors[0], operands.tensors[2]);
      return [least](std::uint8_t a, std::uint8_t b) {
        return least ? std::min(a, b) : std::max(a, b);
      };
    });
  }
  auto [left, right, dims] = operands(op);
  for (const TensorId id : {left, right}) require_same_quantization(op, id, output);
  const Shape shape = tensor(left).shape;
  const std::string name = file_.name(output) + "@";
  Lookup turn{};
  std::iota(turn.table.rbegin(), turn.table.rend(), std::uint8_t{0});
  ActivationTensor like = tensor(left);
  if (least) {
    like.zero_point = 255 - like.zero_point;
    for (TensorId* id : {&left, &right}) {
      turn.input = *id;
      *id = append_hidden(op, turn, shape, like, name + (id == &left ? "left" : "right"));
    }
  }
  const Concatenation both{.name = {}, .inputs = {left, right}, .axis = Axis::kHeight};
  Pooling pool{.name = {}, .kind = PoolKind::kMax};
  pool.input =
      append_hidden(op, both, {shape.channels, 2 * shape.height, shape.width}, like, name + "both");
  pool.window.kernel_height = 2;
  pool.window.dilation_height = shape.height;
  if (!least) return append(op, pool, dims, shape, output);
  turn.input = append_hidden(op, pool, shape, like, name + "largest");
  append(op, turn, dims, shape, output);
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
  append(op, std::move(node), result_dims(op, input, node.window, input.channels));
}

/// MEAN and REDUCE_MAX: a pool over all of height and width; other dimensions are brought there.
void TfliteImporter::reduction(const Operator& op) {
  const Dims dims = view(op, 0).dims;
  std::vector<bool> reduced(dims.size(), false);
  for (const std::int64_t entry : integers(op, 1)) {
    const std::optional<std::size_t> axis = axis_of(entry, dims.size());
    if (!axis) file_.fail(op, "it has no dimension " + std::to_string(entry));
    reduced[*axis] = true;
  }
  const tflite::Reducer* options = op.table->options_as_Reducer();
  const bool keeps = options != nullptr && options->keep_dims();
  Dims made;
  std::vector<bool> pixels(dims.size(), true);
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (!reduced[d] || keeps) made.push_back(reduced[d] ? 1 : dims[d]);
    pixels[d] = d > 0 && d + 1 < dims.size();
    if (dims[d] == 1) pixels[d] = reduced[d];
  }
  Pooling node;
  node.kind = op.kind == tflite::OperatorKind::MEAN ? PoolKind::kGlobalAverage : PoolKind::kMax;
  node.input = pixels == reduced && dims.size() > 2 ? activation(op, 0) : in_front(op, reduced);
  if (node.kind == PoolKind::kMax) require_same_quantization(op, node.input, file_.output(op));
  const Shape& input = tensor(node.input).shape;
  node.window.kernel_height = input.height;
  node.window.kernel_width = input.width;
  result_dims(op, input, node.window, input.channels);  // not too large
  const Shape shape{.channels = input.channels, .height = 1, .width = 1};
  append(op, std::move(node), made, shape, file_.output(op));
}

void TfliteImporter::softmax(const Operator& op) {
  if (view(op, 0).form == Form::kReal) return scores(op);
  const tflite::Softmax* options = op.table->options_as_Softmax();
  if (options == nullptr) file_.fail(op, "it has no options");
  Softmax node{.name = {}, .input = elements(op, 0), .beta = options->beta()};
  append(op, std::move(node), view(op, 0).dims, tensor(node.input).shape, file_.output(op));
}

}  // namespace brownout::models
