// A real input: what a graph computes with it before it quantizes it, where it is one factor and
// one offset; then the codes of the input are those of the quantization, with another scale. And
// the codes that a user declares for an input which the file leaves without.
#include <algorithm>
#include <cmath>
#include <limits>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

Codes same_codes() {
  Codes same;
  for (std::size_t code = 0; code < same.size(); ++code) {
    same[code] = static_cast<std::uint8_t>(code);
  }
  return same;
}

/// The scale and zero point by which these are the values of codes; nothing where there are none.
/// The rounding of float32 is a hundredth of the tolerance.
std::optional<ActivationQuantization> quantization_of_values(const Values& values) {
  const double scale = (double{values.back()} - double{values.front()}) / 255;
  const double zero_point = std::nearbyint(-values.front() / scale);
  const bool fits = scale >= double{std::numeric_limits<float>::min()} && scale < 1e30 &&
                    zero_point >= 0 && zero_point <= 255;
  if (!fits) return std::nullopt;
  for (std::size_t code = 0; code < values.size(); ++code) {
    const double value = (static_cast<double>(code) - zero_point) * scale;
    if (!(std::abs(values[code] - value) < 1e-3 * scale)) return std::nullopt;
  }
  return ActivationQuantization{.scale = static_cast<float>(scale),
                                .zero_point = static_cast<int>(zero_point)};
}

}  // namespace

/// A factor and an offset of the input that its quantization cannot take in.
void Importer::refuse_input(const onnx::NodeProto& node, int index) const {
  graph_.fail(node, "its input '" + input_name(node, index) +
                        "' is the network's input in real numbers: say which codes it has "
                        "(workload.input, network --input), or put a Quant at the input, over the "
                        "range of the data; what comes before it belongs to workload.preprocess");
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
  const Edge codes{.kind = Edge::Kind::kCodes, .tensor = network_.input, .view = source.view};
  return apply_table(node, codes, same_codes(), quantization);
}

/// As if a Quant stood between the input and all that reads it.
void Importer::declare_input(const std::string& name) {
  Edge& input = edges_.at(name);
  if (input.kind != Edge::Kind::kInput) {
    graph_.fail("workload.input: the file says itself which codes its input '" + name + "' has");
  }
  QuantParameters given{.scales = {declared_input_->scale},
                        .zero_points = {declared_input_->zero_point},
                        .type = {declared_input_->bits, declared_input_->is_signed}};
  given.low = given.type.lowest();
  given.high = given.type.highest();
  onnx::NodeProto quant;
  quant.set_op_type("Quant");
  quant.set_name("workload.input");
  quant.add_output(name);
  input = quantized_edge(quant, input, given);
  declared_tensor_ = input.tensor;
}

/// A factor and an offset of a declared input that a layer reads: its codes with another scale.
void Importer::rescale_input(const onnx::NodeProto& node, int index, Edge& input) {
  auto found = input.values->size() == 1 ? quantization_of_values(input.values->front())
                                         : std::optional<ActivationQuantization>();
  const std::string& name = input_name(node, index);
  if (!found) {
    graph_.fail(node, "its input '" + name +
                          "' is computed from the network's input and has no codes of one scale "
                          "and a whole zero point: choose those of workload.input so that it has, "
                          "or put a Quant before it");
  }
  found->source_signed = quantization_of(input.tensor).source_signed;
  input.values = nullptr;
  if (*found == quantization_of(input.tensor)) return;
  input.tensor = add_node(Lookup{.name = name, .input = input.tensor, .table = same_codes()}, name,
                          shape_of(input), *found);
}

}  // namespace brownout::models
