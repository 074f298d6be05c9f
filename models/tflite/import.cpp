// Walks a TFLite graph from its input to its output; tensors and their quantization.
#include "models/tflite/import.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr const char* kSupported =
    "CONV_2D, DEPTHWISE_CONV_2D (dilated ones also between SPACE_TO_BATCH_ND and "
    "BATCH_TO_SPACE_ND), TRANSPOSE_CONV, FULLY_CONNECTED, ADD, SUB, MUL, MAXIMUM, MINIMUM, "
    "AVERAGE_POOL_2D, "
    "MAX_POOL_2D, MEAN, REDUCE_MAX, PAD, PADV2, CONCATENATION, SLICE, STRIDED_SLICE, SPLIT, "
    "SPLIT_V, RESHAPE, SQUEEZE, EXPAND_DIMS, TRANSPOSE, REVERSE_V2, TILE, DEPTH_TO_SPACE, "
    "SPACE_TO_DEPTH, RESIZE_NEAREST_NEIGHBOR, RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1, LEAKY_RELU, "
    "PRELU, GELU, HARD_SWISH, LOGISTIC, TANH, SOFTMAX, QUANTIZE; of the output DEQUANTIZE, float "
    "SOFTMAX and LOG_SOFTMAX, ARG_MAX; SHAPE and integer arithmetic on shapes";

/// What to do without an operator.
const std::unordered_map<tflite::OperatorKind, std::string> kHints = {
    {tflite::OperatorKind::RESIZE_BILINEAR, " (nearest neighbours are)"}};

}  // namespace

QuantizedNetwork TfliteImporter::run() {
  unsigned_ = has_unsigned_weights();
  read_input();
  for (const Operator& op : file_.operators()) import_operator(op);
  read_outputs();
  check_consistent(network_);
  return std::move(network_);
}

void TfliteImporter::read_input() {
  const int index = file_.input();
  views_[index] = {.id = -1, .dims = file_.dims(index)};
  image_shape("tensor '" + file_.name(index) + "'", views_[index].dims);
  if (file_.tensor(index).type() != tflite::ElementType::FLOAT32) make_input(index);
}

/// The tensor of the file that is the network's input.
void TfliteImporter::make_input(int index) {
  View& view = views_[index];
  ActivationTensor made = read_quantization(index, true);
  made.shape = image_shape("tensor '" + file_.name(index) + "'", view.dims);
  network_.tensors.push_back(std::move(made));
  view.id = network_.input = 0;
}

void TfliteImporter::read_outputs() {
  for (const int index : file_.outputs()) {
    const auto found = views_.find(index);
    if (found == views_.end() || found->second.id < 0) {
      file_.fail("output '" + file_.name(index) + "' is made by no operator");
    }
    if (network_.nodes.empty()) file_.fail("the graph computes nothing");
    if (found->second.id == network_.input) {
      file_.fail("output '" + file_.name(index) + "' is the input itself");
    }
    network_.outputs.push_back({file_.name(index), found->second.id});
  }
  network_.output = network_.outputs.front().tensor;
}

const std::unordered_map<tflite::OperatorKind, TfliteImporter::Handler>&
TfliteImporter::handlers() {
  using enum tflite::OperatorKind;
  static const std::unordered_map<tflite::OperatorKind, Handler> table = {
      {CONV_2D, &TfliteImporter::convolution},
      {DEPTHWISE_CONV_2D, &TfliteImporter::depthwise},
      {TRANSPOSE_CONV, &TfliteImporter::transposed_convolution},
      {FULLY_CONNECTED, &TfliteImporter::fully_connected},
      {ADD, &TfliteImporter::sum},
      {SUB, &TfliteImporter::sum},
      {MUL, &TfliteImporter::multiplication},
      {MAXIMUM, &TfliteImporter::extreme},
      {MINIMUM, &TfliteImporter::extreme},
      {MEAN, &TfliteImporter::reduction},
      {REDUCE_MAX, &TfliteImporter::reduction},
      {PAD, &TfliteImporter::pad},
      {PADV2, &TfliteImporter::pad},
      {CONCATENATION, &TfliteImporter::concatenation},
      {AVERAGE_POOL_2D, &TfliteImporter::pooling},
      {MAX_POOL_2D, &TfliteImporter::pooling},
      {SOFTMAX, &TfliteImporter::softmax},
      {LOG_SOFTMAX, &TfliteImporter::scores},
      {ARG_MAX, &TfliteImporter::scores},
      {RESHAPE, &TfliteImporter::reshape},
      {SQUEEZE, &TfliteImporter::reshape},
      {EXPAND_DIMS, &TfliteImporter::reshape},
      {TRANSPOSE, &TfliteImporter::transpose},
      {REVERSE_V2, &TfliteImporter::reverse},
      {TILE, &TfliteImporter::tile},
      {DEPTH_TO_SPACE, &TfliteImporter::blocks},
      {SPACE_TO_DEPTH, &TfliteImporter::blocks},
      {RESIZE_NEAREST_NEIGHBOR, &TfliteImporter::resize_nearest},
      {SPACE_TO_BATCH_ND, &TfliteImporter::space_to_batch},
      {SHAPE, &TfliteImporter::shape},
      {RANK, &TfliteImporter::shape},
      {SLICE, &TfliteImporter::slice},
      {STRIDED_SLICE, &TfliteImporter::slice},
      {SPLIT, &TfliteImporter::split},
      {SPLIT_V, &TfliteImporter::split},
      {RELU, &TfliteImporter::function},
      {RELU6, &TfliteImporter::function},
      {RELU_N1_TO_1, &TfliteImporter::function},
      {RELU_0_TO_1, &TfliteImporter::function},
      {LEAKY_RELU, &TfliteImporter::function},
      {PRELU, &TfliteImporter::prelu},
      {GELU, &TfliteImporter::function},
      {HARD_SWISH, &TfliteImporter::function},
      {LOGISTIC, &TfliteImporter::function},
      {TANH, &TfliteImporter::function},
      {QUANTIZE, &TfliteImporter::quantize},
      {DEQUANTIZE, &TfliteImporter::dequantize}};
  return table;
}

void TfliteImporter::import_operator(const Operator& op) {
  if (merged_.contains(op.index)) return;
  require_new_outputs(op);
  if (fold_integers(op)) return;
  require_codes(op);
  require_unsigned_form(op);
  const auto handler = handlers().find(op.kind);
  if (handler == handlers().end()) {
    const auto hint = kHints.find(op.kind);
    file_.fail(op, "this operator is not supported" + (hint == kHints.end() ? "" : hint->second) +
                       "; supported: " + kSupported);
  }
  (this->*handler->second)(op);
}

void TfliteImporter::require_new_outputs(const Operator& op) const {
  for (const int output : file_.outputs(op)) {
    if (views_.contains(output) || integers_.contains(output) || file_.is_constant(output)) {
      file_.fail(op, "its output '" + file_.name(output) + "' is made twice");
    }
  }
}

bool TfliteImporter::has_unsigned_weights() const {
  using enum tflite::OperatorKind;
  static const std::unordered_set<tflite::OperatorKind> weighted = {CONV_2D, DEPTHWISE_CONV_2D,
                                                                    FULLY_CONNECTED};
  return std::any_of(file_.operators().begin(), file_.operators().end(), [&](const Operator& op) {
    const int weights = file_.input(op, 1);
    return weighted.contains(op.kind) && weights >= 0 && file_.is_constant(weights) &&
           file_.tensor(weights).type() == tflite::ElementType::UINT8;
  });
}

/// What LiteRT's kernels compute alike of UINT8 and INT8, or as the arithmetic has it apart.
void TfliteImporter::require_unsigned_form(const Operator& op) const {
  using enum tflite::OperatorKind;
  static const std::unordered_set<tflite::OperatorKind> alike = {
      CONV_2D,  DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD,    AVERAGE_POOL_2D, MAX_POOL_2D,
      SOFTMAX,  RESHAPE,           SQUEEZE,         PAD,    CONCATENATION,   SHAPE,
      QUANTIZE, DEQUANTIZE,        LOG_SOFTMAX,     ARG_MAX};
  if (!unsigned_ || alike.contains(op.kind)) return;
  file_.fail(op,
             "it is not supported in a network of UINT8, as TensorFlow 1 quantized; supported "
             "there: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD, AVERAGE_POOL_2D, "
             "MAX_POOL_2D, SOFTMAX, RESHAPE, SQUEEZE, PAD, CONCATENATION, ARG_MAX");
}

/// Behind DEQUANTIZE stands only what keeps the order of the output.
void TfliteImporter::require_codes(const Operator& op) const {
  using enum tflite::OperatorKind;
  static const std::unordered_set<tflite::OperatorKind> reshapes = {RESHAPE, SQUEEZE, EXPAND_DIMS};
  static const std::unordered_set<tflite::OperatorKind> scorers = {SOFTMAX, LOG_SOFTMAX, ARG_MAX};
  if (op.table->inputs() == nullptr || reshapes.contains(op.kind)) return;
  for (const int index : *op.table->inputs()) {
    const auto found = views_.find(index);
    if (found == views_.end() || found->second.form == Form::kCodes) continue;
    if (found->second.form == Form::kScores) {
      file_.fail(op, "it reads '" + file_.name(index) +
                         "', which is not executed: only the network's output may be");
    }
    if (scorers.contains(op.kind)) continue;
    file_.fail(op,
               "the converter has left it in float, for want of an INT8 version: only the "
               "network's output may be dequantized");
  }
}

/// Of the real-valued input, or a change of scale. The ends of a network may be UINT8.
void TfliteImporter::quantize(const Operator& op) {
  const View input = view(op, 0);
  const int output = file_.output(op);
  require_dims(op, output, input.dims);
  if (input.id < 0) {
    if (!network_.tensors.empty()) file_.fail(op, "the input is quantized more than once");
    views_[output] = input;
    return make_input(output);
  }
  if (unsigned_) file_.fail(op, "a change of scale is not supported in a network of UINT8");
  const ActivationTensor made = read_quantization(output, file_.is_output(output));
  const ActivationTensor& from = tensor(input.id);
  const bool to_or_from_unsigned = made.source_signed != from.source_signed;
  const bool same = made.scale == from.scale && made.zero_point == from.zero_point;
  if (!to_or_from_unsigned) return function(op);
  if (!same) file_.fail(op, "from or to UINT8 it changes the scale, which is not supported");
  views_[output] = input;
}

void TfliteImporter::dequantize(const Operator& op) {
  const int output = file_.output(op);
  if (file_.is_constant(file_.input(op, 0))) {
    file_.fail(op, "constant '" + file_.name(file_.input(op, 0)) +
                       "' is used in float: only networks "
                       "quantized to INT8 throughout are supported");
  }
  const TensorId codes = quantized(op, 0);
  const Dims& dims = view(op, 0).dims;
  require_dims(op, output, dims);
  views_[output] = {.id = codes, .dims = dims, .form = Form::kReal};
}

/// SOFTMAX and LOG_SOFTMAX of the dequantized output, and ARG_MAX of the output.
void TfliteImporter::scores(const Operator& op) {
  const View input = view(op, 0);
  if (input.form == Form::kCodes) quantized(op, 0);
  const bool picks = op.kind == tflite::OperatorKind::ARG_MAX;
  if (op.kind == tflite::OperatorKind::LOG_SOFTMAX && input.form == Form::kCodes) {
    file_.fail(op, "of codes it is not supported: only behind the DEQUANTIZE of the output");
  }
  const tflite::Softmax* options = op.table->options_as_Softmax();
  if (options != nullptr && !(options->beta() > 0)) file_.fail(op, "its beta is not positive");
  Dims made = input.dims;
  const Integers axis = picks ? integers(op, 1) : Integers{-1};
  if (made.empty() || axis.size() != 1 || axis_of(axis[0], made.size()) != made.size() - 1) {
    file_.fail(op, "it does not run along the classes");
  }
  if (picks) made.pop_back();
  require_dims(op, file_.output(op), made);
  network_.notes.push_back(file_.describe(op) +
                           " is not executed: the greatest output keeps its place");
  views_[file_.output(op)] = {.id = input.id, .dims = made, .form = Form::kScores};
}

QuantizedNetwork import_tflite(const std::filesystem::path& path) {
  return TfliteImporter(path).run();
}

}  // namespace brownout::models
