// What a graph computes with its real input before it quantizes it, where it is one factor and one
// offset: then the codes of the input are those of the quantization, with another scale.
#include <cmath>
#include <limits>

#include "models/onnx/importer.hpp"

namespace brownout::models {

/// A factor and an offset of the input that its quantization cannot take in.
void Importer::refuse_input(const onnx::NodeProto& node, int index) const {
  graph_.fail(node, "its input '" + input_name(node, index) +
                        "' is the network's input in real numbers: put a Quant at the input, over "
                        "the range of the data; what comes before it belongs to "
                        "workload.preprocess");
}

/// Add, Sub, Mul, Div of the input and a constant; false where it is something else.
bool Importer::combine_input(const onnx::NodeProto& node) {
  const auto is_input = [&](int index) {
    const auto found = edges_.find(input_name(node, index));
    return found != edges_.end() && found->second.kind == Edge::Kind::kInput;
  };
  if (!is_qonnx_ || (!is_input(0) && !is_input(1))) return false;
  const int place = is_input(0) ? 0 : 1;
  const std::optional<RealConstant> constant = real_constant(node, 1 - place);
  const std::string& type = node.op_type();
  const bool turned = place == 1 && (type == "Sub" || type == "Div");
  if (!constant || constant->values.size() != 1 || turned) refuse_input(node, place);
  const double value = constant->values[0];
  Edge result = edge(node, place);
  RealValues made{.factors = {1.0}, .offsets = {0.0}};
  if (result.real != nullptr) made = *result.real;
  if (type == "Mul" || type == "Div") {
    const double factor = type == "Mul" ? value : 1.0 / value;
    made.factors[0] *= factor;
    made.offsets[0] *= factor;
  } else {
    made.offsets[0] += type == "Add" ? value : -value;
  }
  result.real = keep(node, std::move(made));
  set_edge(node, result);
  return true;
}

/// The input as the codes of `quantization`, which is that of its factor and offset.
TensorId Importer::quantized_input(const onnx::NodeProto& node, const Edge& source,
                                   const ActivationQuantization& quantization) {
  if (!network_.tensors.empty()) graph_.fail(node, "the input is quantized more than once");
  if (quantization.bipolar) refuse_input(node, 0);
  if (source.real == nullptr) {
    return network_.input = add_tensor(node.output(0), input_shape_, quantization);
  }
  const double scale = double{quantization.scale} / source.real->factors[0];
  const double zero_point =
      quantization.zero_point + source.real->offsets[0] / double{quantization.scale};
  const bool fits = scale >= double{std::numeric_limits<float>::min()} && scale < 1e30 &&
                    zero_point == std::nearbyint(zero_point) && zero_point >= 0 &&
                    zero_point <= 255;
  if (!fits) refuse_input(node, 0);
  const ActivationQuantization before{.scale = static_cast<float>(scale),
                                      .zero_point = static_cast<int>(zero_point),
                                      .source_signed = quantization.source_signed};
  network_.input = add_tensor(node.output(0) + ".codes", input_shape_, before);
  Codes same;
  for (std::size_t code = 0; code < same.size(); ++code) {
    same[code] = static_cast<std::uint8_t>(code);
  }
  const Edge codes{.kind = Edge::Kind::kCodes, .tensor = network_.input, .view = source.view};
  return apply_table(node, codes, same, quantization);
}

}  // namespace brownout::models
