// Walks a TFLite graph from its input to its output; tensors and their quantization.
#include "models/tflite/import.hpp"

#include <cmath>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr const char* kSupported =
    "CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD, SUB, MUL, AVERAGE_POOL_2D, MAX_POOL_2D, "
    "MEAN, PAD, PADV2, CONCATENATION, SLICE, STRIDED_SLICE, SPLIT, RESHAPE, SQUEEZE, EXPAND_DIMS, "
    "TRANSPOSE, RELU, RELU6, RELU_N1_TO_1, LEAKY_RELU, HARD_SWISH, LOGISTIC, TANH, SOFTMAX, "
    "QUANTIZE; DEQUANTIZE of the output";

}  // namespace

QuantizedNetwork TfliteImporter::run() {
  read_input();
  for (const Operator& op : file_.operators()) import_operator(op);
  read_output();
  check_consistent(network_);
  return std::move(network_);
}

void TfliteImporter::read_input() {
  const int index = file_.input();
  View view{.id = -1, .shape = shape_of(index)};
  if (file_.tensor(index).type() != tflite::ElementType::FLOAT32) {
    network_.tensors.push_back(read_tensor(index));
    view.id = network_.input = 0;
  }
  views_[index] = view;
}

void TfliteImporter::read_output() {
  const int index = file_.output();
  const auto found = views_.find(index);
  if (found == views_.end() || found->second.id < 0) {
    file_.fail("output '" + file_.name(index) + "' is made by no operator");
  }
  if (network_.nodes.empty()) file_.fail("the graph computes nothing");
  network_.output = found->second.id;
}

void TfliteImporter::import_operator(const Operator& op) {
  using Handler = void (TfliteImporter::*)(const Operator&);
  using enum tflite::OperatorKind;
  static const std::unordered_map<tflite::OperatorKind, Handler> handlers = {
      {CONV_2D, &TfliteImporter::convolution},
      {DEPTHWISE_CONV_2D, &TfliteImporter::depthwise},
      {FULLY_CONNECTED, &TfliteImporter::fully_connected},
      {ADD, &TfliteImporter::sum},
      {SUB, &TfliteImporter::sum},
      {MUL, &TfliteImporter::multiplication},
      {MEAN, &TfliteImporter::mean},
      {PAD, &TfliteImporter::pad},
      {PADV2, &TfliteImporter::pad},
      {CONCATENATION, &TfliteImporter::concatenation},
      {AVERAGE_POOL_2D, &TfliteImporter::pooling},
      {MAX_POOL_2D, &TfliteImporter::pooling},
      {SOFTMAX, &TfliteImporter::softmax},
      {RESHAPE, &TfliteImporter::reshape},
      {SQUEEZE, &TfliteImporter::reshape},
      {EXPAND_DIMS, &TfliteImporter::reshape},
      {TRANSPOSE, &TfliteImporter::transpose},
      {SLICE, &TfliteImporter::slice},
      {STRIDED_SLICE, &TfliteImporter::slice},
      {SPLIT, &TfliteImporter::split},
      {RELU, &TfliteImporter::function},
      {RELU6, &TfliteImporter::function},
      {RELU_N1_TO_1, &TfliteImporter::function},
      {LEAKY_RELU, &TfliteImporter::function},
      {HARD_SWISH, &TfliteImporter::function},
      {LOGISTIC, &TfliteImporter::function},
      {TANH, &TfliteImporter::function},
      {QUANTIZE, &TfliteImporter::quantize},
      {DEQUANTIZE, &TfliteImporter::dequantize}};
  const auto handler = handlers.find(op.kind);
  if (handler == handlers.end()) {
    file_.fail(op, std::string("this operator is not supported; supported: ") + kSupported);
  }
  for (const int output : file_.outputs(op)) {
    if (views_.contains(output) || file_.is_constant(output)) {
      file_.fail(op, "its output '" + file_.name(output) + "' is made twice");
    }
  }
  (this->*handler->second)(op);
}

/// The batch of 1 is taken off; missing dimensions before the last are 1.
Shape TfliteImporter::shape_of(int index) const {
  const std::vector<int> dims = file_.dims(index);
  if (dims.size() < 2 || dims.size() > 4 || dims[0] != 1) {
    std::string text;
    for (const int extent : dims) text += (text.empty() ? "" : ", ") + std::to_string(extent);
    file_.fail("tensor '" + file_.name(index) + "': shape (" + text +
               "): supported are (1, C), (1, W, C) and (1, H, W, C)");
  }
  const std::size_t rank = dims.size();
  return {.channels = dims[rank - 1],
          .height = rank > 3 ? dims[rank - 3] : 1,
          .width = rank > 2 ? dims[rank - 2] : 1};
}

ActivationTensor TfliteImporter::read_tensor(int index) const {
  ActivationTensor tensor = read_quantization(index);
  tensor.shape = shape_of(index);
  return tensor;
}

ActivationTensor TfliteImporter::read_quantization(int index) const {
  const tflite::Tensor& source = file_.tensor(index);
  const std::string what = "tensor '" + file_.name(index) + "'";
  if (source.type() != tflite::ElementType::INT8) {
    file_.fail(what + " is " + tflite::EnumNameElementType(source.type()) +
               ": only networks quantized to INT8 throughout are supported");
  }
  const tflite::Quantization* quantization = source.quantization();
  if (quantization == nullptr || quantization->details_type() != 0 ||
      quantization->scale() == nullptr || quantization->scale()->size() != 1 ||
      TfliteFile::zero_points(*quantization).size() != 1) {
    file_.fail(what + " needs one scale and one zero point");
  }
  const float scale = quantization->scale()->Get(0);
  const std::int64_t zero_point = TfliteFile::zero_points(*quantization)[0];
  if (!std::isfinite(scale) || scale <= 0 || zero_point < -128 || zero_point > 127) {
    file_.fail(what + ": its scale is not positive or its zero point not in -128..127");
  }
  return {.name = file_.name(index),
          .shape = {},
          .scale = scale,
          .zero_point = static_cast<int>(zero_point) + 128,
          .source_signed = true};
}

const TfliteImporter::View& TfliteImporter::view(const Operator& op, unsigned position) const {
  const int index = file_.input(op, position);
  if (index < 0) file_.fail(op, "input " + std::to_string(position) + " is missing");
  const auto found = views_.find(index);
  if (found == views_.end()) {
    file_.fail(op, "input '" + file_.name(index) + "' is " +
                       (file_.is_constant(index) ? "a constant" : "made by no earlier operator"));
  }
  return found->second;
}

TensorId TfliteImporter::activation(const Operator& op, unsigned position) const {
  const View& input = view(op, position);
  const std::string name = file_.name(file_.input(op, position));
  if (input.id < 0) file_.fail(op, "input '" + name + "' is FLOAT32: it must be quantized first");
  if (tensor(input.id).shape != input.shape) {
    file_.fail(op, "input '" + name +
                       "' was reshaped: only a flattened input of FULLY_CONNECTED or SOFTMAX, or "
                       "the network's output, may be");
  }
  return input.id;
}

void TfliteImporter::require_same_quantization(const Operator& op, TensorId input,
                                               int output) const {
  const ActivationTensor made = read_tensor(output);
  if (made.scale != tensor(input).scale || made.zero_point != tensor(input).zero_point) {
    file_.fail(op, "its input and output differ in scale or zero point");
  }
}

void TfliteImporter::quantize(const Operator& op) {
  const View& input = view(op, 0);
  if (input.id >= 0) return function(op);
  if (!network_.tensors.empty()) file_.fail(op, "the input is quantized more than once");
  const int output = file_.output(op);
  if (shape_of(output) != input.shape) file_.fail(op, "it changes the shape");
  network_.tensors.push_back(read_tensor(output));
  network_.input = 0;
  views_[output] = {.id = 0, .shape = input.shape};
}

void TfliteImporter::dequantize(const Operator& op) {
  const int output = file_.output(op);
  if (output != file_.output()) file_.fail(op, "only the network's output may be dequantized");
  views_[output] = view(op, 0);
}

std::string TfliteImporter::unique_name(const Operator& op, int output) {
  // Converters join the names of all operations that they fused with semicolons.
  const std::string full = file_.name(output);
  std::string name = full.substr(0, full.find(';'));
  const std::string made_by = name + "#" + std::to_string(op.index);
  for (int again = 0; !node_names_.insert(name).second; ++again) {
    name = made_by + (again == 0 ? "" : "." + std::to_string(again));
  }
  return name;
}

QuantizedNetwork import_tflite(const std::filesystem::path& path) {
  return TfliteImporter(path).run();
}

}  // namespace brownout::models
