// Import of the TFLite operators that become lookup tables: functions of one tensor, changes of
// scale, sums and products with constants.
#include <functional>
#include <utility>

#include "models/arithmetic/arithmetic.hpp"
#include "models/arithmetic/litert_functions.hpp"
#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

/// The fused activation with the limits of a standalone operator.
tflite::Activation limits_of(tflite::OperatorKind kind) {
  switch (kind) {
    case tflite::OperatorKind::RELU:
      return tflite::Activation::RELU;
    case tflite::OperatorKind::RELU6:
      return tflite::Activation::RELU6;
    case tflite::OperatorKind::RELU_N1_TO_1:
      return tflite::Activation::RELU_N1_TO_1;
    default:
      return tflite::Activation::NONE;
  }
}

}  // namespace

/// RELU and its like, GELU, HARD_SWISH, LEAKY_RELU, LOGISTIC, TANH, QUANTIZE of a quantized
/// tensor.
void TfliteImporter::function(const Operator& op) {
  Lookup node{.name = {}, .input = elements(op, 0)};
  const ActivationTensor from = tensor(node.input);
  const ActivationTensor to = read_quantization(file_.output(op));
  const tflite::LeakyRelu* leaky = op.table->options_as_LeakyRelu();
  const tflite::Gelu* gelu_options = op.table->options_as_Gelu();
  int low = 0, high = 255;
  limit(op, low, high, limits_of(op.kind), file_.output(op));
  if (op.kind == tflite::OperatorKind::RELU_0_TO_1) {
    limit(op, low, high, tflite::Activation::RELU, file_.output(op));
    int below = 0;
    limit(op, below, high, tflite::Activation::RELU_N1_TO_1, file_.output(op));
  }
  using enum tflite::OperatorKind;
  if (op.kind == LEAKY_RELU && leaky == nullptr) file_.fail(op, "it has no options");
  node.table = checked(op, [&] {
    switch (op.kind) {
      case LOGISTIC:
        return logistic(from, to);
      case TANH:
        return hyperbolic_tangent(from, to);
      case GELU:
        return gelu(from, to, gelu_options != nullptr && gelu_options->approximate());
      case HARD_SWISH:
        return hard_swish(from, to);
      case LEAKY_RELU:
        return leaky_relu(from, to, leaky->alpha());
      case QUANTIZE:
        return requantized(from, to);
      default:
        return limited(from, to, low, high);
    }
  });
  append(op, std::move(node), view(op, 0).dims, from.shape, file_.output(op));
}

int TfliteImporter::constant_operand(const Operator& op) const {
  for (const int position : {0, 1}) {
    const int index = file_.input(op, static_cast<unsigned>(position));
    if (index < 0 || !file_.is_constant(index)) continue;
    if (unsigned_) file_.fail(op, "with a constant it is not supported in a network of UINT8");
    return position;
  }
  return -1;
}

int TfliteImporter::tabled_operand(const Operator& op) const {
  const int position = constant_operand(op);
  if (position < 0) return -1;
  const Dims& whole = view(op, position == 0 ? 1 : 0).dims;
  const Dims own = file_.dims(file_.input(op, static_cast<unsigned>(position)));
  const std::size_t elements = file_.int8s(file_.input(op, static_cast<unsigned>(position))).size();
  const bool per_channel = !own.empty() && !whole.empty() && own.back() == whole.back() &&
                           elements == static_cast<std::size_t>(whole.back());
  return own.size() <= whole.size() && (elements == 1 || per_channel) ? position : -1;
}

/// A function of a tensor and one number, or one for every channel: a table for each.
void TfliteImporter::with_constant(
    const Operator& op, int position,
    const std::function<BinaryFunction(const QuantizedNetwork&)>& make) {
  const unsigned other = position == 0 ? 1 : 0;
  Lookup node{.name = {}, .input = elements(op, other)};
  const Shape shape = tensor(node.input).shape;
  const int index = file_.input(op, static_cast<unsigned>(position));
  const std::vector<std::int8_t> constants = file_.int8s(index);
  const bool per_channel = constants.size() > 1;
  if (per_channel &&
      (file_.dims(index).back() != shape.channels || constants.size() != shape.channel_count())) {
    file_.fail(op, "constant '" + file_.name(index) + "' is not one number or one per channel");
  }
  // The operator's own arithmetic, on tensors 0, 1 and 2 of a network that has no more.
  QuantizedNetwork operands;
  operands.arithmetic = Arithmetic::kLiteRt;
  operands.tensors = {tensor(node.input), read_quantization(index),
                      read_quantization(file_.output(op))};
  if (position == 0) std::swap(operands.tensors[0], operands.tensors[1]);
  const BinaryFunction compute = checked(op, [&] { return make(operands); });
  for (const std::int8_t constant : constants) {
    const auto held = static_cast<std::uint8_t>(constant + 128);
    Lookup::Table table;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto code = static_cast<std::uint8_t>(i);
      table[i] = position == 0 ? compute(held, code) : compute(code, held);
    }
    if (per_channel) {
      node.channel_tables.push_back(table);
    } else {
      node.table = table;
    }
  }
  append(op, std::move(node), view(op, other).dims, shape, file_.output(op));
}

/// Slopes that are constant: one for every channel.
void TfliteImporter::prelu(const Operator& op) {
  const int slopes = file_.input(op, 1);
  if (slopes < 0 || !file_.is_constant(slopes)) file_.fail(op, "its slopes are not constant");
  const std::int64_t channels = view(op, 0).dims.back();
  for (const int extent : file_.dims(slopes)) {
    if (extent == 1 || extent == channels) continue;
    file_.fail(op,
               "its slopes differ between pixels: only one per channel is supported, as by "
               "PReLU(shared_axes=[1, 2])");
  }
  with_constant(op, 1, [](const QuantizedNetwork& operands) -> BinaryFunction {
    return parametric_relu(operands.tensors[0], operands.tensors[1], operands.tensors[2]);
  });
}

}  // namespace brownout::models
