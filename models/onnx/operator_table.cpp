// Which ONNX operators there are and whose they are; what a file with others, or without any
// quantization, is told.
#include <map>
#include <set>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

constexpr unsigned kOnnx = 1, kMicrosoft = 2, kQonnx = 4, kChannelsLast = 8;

unsigned domain_of(const onnx::NodeProto& node) {
  const std::string& domain = node.domain();
  if (domain.empty() || domain == "ai.onnx") return kOnnx;
  if (domain == "com.microsoft") return kMicrosoft;
  if (is_channels_last(node)) return kChannelsLast;
  const bool qonnx = domain.starts_with("qonnx.") || domain == "onnx.brevitas" ||
                     domain == "finn.custom_op.general";
  return qonnx ? kQonnx : 0U;
}

/// Operators that quantize activations by the range of each input.
bool quantizes_dynamically(const onnx::NodeProto& node) {
  static const std::set<std::string> operators = {"ConvInteger",
                                                  "DynamicQuantizeLSTM",
                                                  "DynamicQuantizeLinear",
                                                  "DynamicQuantizeMatMul",
                                                  "MatMulInteger",
                                                  "MatMulIntegerToFloat",
                                                  "QAttention"};
  return (domain_of(node) & (kOnnx | kMicrosoft)) != 0 && operators.contains(node.op_type());
}

constexpr char kHowToQuantize[] =
    "python -m brownout_tools.quantize NETWORK INPUTS (docs/add-a-network.md)";

}  // namespace

Importer::Handler Importer::handler_of(const onnx::NodeProto& node) {
  const auto found = operators().find(node.op_type());
  const bool known = found != operators().end() && (found->second.domains & domain_of(node)) != 0;
  return known ? found->second.handler : nullptr;
}

std::map<std::string, Importer::Operator> Importer::operators_with_codes() {
  return {{"BipolarQuant", {&Importer::bipolar_quant, kQonnx}},
          {"DequantizeLinear", {&Importer::dequantize, kOnnx | kMicrosoft}},
          {"IntQuant", {&Importer::quant, kQonnx}},
          {"QGemm", {&Importer::qgemm, kMicrosoft}},
          {"QLinearAdd", {&Importer::qlinear_elementwise, kMicrosoft}},
          {"QLinearAveragePool", {&Importer::qlinear_pool, kMicrosoft}},
          {"QLinearConcat", {&Importer::qlinear_concat, kMicrosoft}},
          {"QLinearConv", {&Importer::qlinear_conv}},
          {"QLinearGlobalAveragePool", {&Importer::qlinear_pool, kMicrosoft}},
          {"QLinearLeakyRelu", {&Importer::qlinear_function, kMicrosoft}},
          {"QLinearMatMul", {&Importer::qlinear_matmul}},
          {"QLinearMul", {&Importer::qlinear_elementwise, kMicrosoft}},
          {"QLinearSigmoid", {&Importer::qlinear_function, kMicrosoft}},
          {"QLinearSoftmax", {&Importer::scores, kMicrosoft}},
          {"Quant", {&Importer::quant, kQonnx}},
          {"QuantizeLinear", {&Importer::quantize, kOnnx | kMicrosoft}}};
}

std::map<std::string, Importer::Operator> Importer::operators_on_real_numbers() {
  return {{"Add", {&Importer::elementwise}},
          {"ArgMax", {&Importer::scores}},
          {"AveragePool", {&Importer::pooling}},
          {"BatchNormalization", {&Importer::batch_normalization, kOnnx | kChannelsLast}},
          {"Cast", {&Importer::cast}},
          {"Clip", {&Importer::limit}},
          {"Concat", {&Importer::concatenation}},
          {"Conv", {&Importer::convolution, kOnnx | kChannelsLast}},
          {"Div", {&Importer::elementwise}},
          {"Dropout", {&Importer::pass}},
          {"Erf", {&Importer::function}},
          {"Flatten", {&Importer::reshape}},
          {"Gather", {&Importer::gather}},
          {"Gelu", {&Importer::function, kOnnx | kMicrosoft}},
          {"Gemm", {&Importer::fully_connected}},
          {"GlobalAveragePool", {&Importer::pooling}},
          {"GlobalMaxPool", {&Importer::max_pool}},
          {"GroupNormalization", {&Importer::normalization}},
          {"HardSigmoid", {&Importer::function}},
          {"HardSwish", {&Importer::function}},
          {"Identity", {&Importer::pass}},
          {"InstanceNormalization", {&Importer::normalization}},
          {"LayerNormalization", {&Importer::normalization}},
          {"LeakyRelu", {&Importer::function}},
          {"LogSoftmax", {&Importer::scores}},
          {"MatMul", {&Importer::fully_connected}},
          {"MaxPool", {&Importer::max_pool, kOnnx | kChannelsLast}},
          {"Mul", {&Importer::elementwise}},
          {"Pad", {&Importer::padding}},
          {"Pow", {&Importer::root}},
          {"ReduceMean", {&Importer::mean}},
          {"Relu", {&Importer::limit}},
          {"Reshape", {&Importer::reshape}},
          {"Resize", {&Importer::resize}},
          {"Shape", {&Importer::shape}},
          {"Sigmoid", {&Importer::function}},
          {"Size", {&Importer::shape}},
          {"Slice", {&Importer::slice}},
          {"Softmax", {&Importer::scores}},
          {"Split", {&Importer::split}},
          {"Sqrt", {&Importer::root}},
          {"Squeeze", {&Importer::reshape}},
          {"Sub", {&Importer::elementwise}},
          {"Tanh", {&Importer::function}},
          {"Transpose", {&Importer::transpose}},
          {"Unsqueeze", {&Importer::reshape}}};
}

const std::map<std::string, Importer::Operator>& Importer::operators() {
  static const std::map<std::string, Operator> table = [] {
    std::map<std::string, Operator> all = operators_on_real_numbers();
    all.merge(operators_with_codes());
    return all;
  }();
  return table;
}

bool Importer::is_own_operator(const onnx::NodeProto& node) { return domain_of(node) == kOnnx; }

/// Of QONNX.
bool Importer::is_quantizer(const onnx::NodeProto& node) { return domain_of(node) == kQonnx; }

bool Importer::makes_constants(const onnx::NodeProto& node) {
  static const std::set<std::string> makers = {"Cast", "Constant", "ConstantOfShape", "Identity"};
  return makers.contains(node.op_type());
}

/// Before anything is imported: else a float operator before the first one that is not known would
/// be blamed. A network without any quantization is told how to get one.
void Importer::require_known_operators() const {
  const onnx::NodeProto* unknown = nullptr;
  bool quantized = false;
  for (const onnx::NodeProto& node : graph_.proto().node()) {
    if (quantizes_dynamically(node)) {
      graph_.fail(node,
                  std::string("the network was quantized dynamically: its activations have no "
                              "scales. Quantize the float network statically, ") +
                      kHowToQuantize);
    }
    const bool computes_sizes =
        is_own_operator(node) && (makes_constants(node) || ShapeValues::knows(node.op_type()));
    const bool known = computes_sizes || handler_of(node) != nullptr;
    if (!known && unknown == nullptr) unknown = &node;
    quantized = quantized || node.op_type().starts_with('Q') || is_quantizer(node) ||
                node.op_type() == "DequantizeLinear";
  }
  const bool foreign = unknown != nullptr && (domain_of(*unknown) & (kOnnx | kMicrosoft)) == 0;
  if (!quantized && !foreign) {
    const std::string blamed =
        unknown == nullptr ? "" : ", whose node " + describe(*unknown) + " is not supported either";
    graph_.fail("a float network" + blamed + "; it is quantized by " + kHowToQuantize);
  }
  if (unknown != nullptr) fail_unknown(*unknown);
}

void Importer::fail_unknown(const onnx::NodeProto& node) const {
  if (domain_of(node) == 0) {
    graph_.fail(node, "operators of domain '" + node.domain() +
                          "' are not supported, only those of ONNX, com.microsoft and QONNX "
                          "(docs/add-a-network.md)");
  }
  std::string message = "this operator is not supported; supported are ";
  for (const auto& [name, unused] : operators()) message += name + ", ";
  graph_.fail(node, message + "and Constant");
}

}  // namespace brownout::models
