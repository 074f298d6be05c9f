// Constant biases: inputs of a convolution or a matrix product, and constants added to its sums.
// A layer holds them in whole units of its sums, input scale x weight scale, to which their values
// are rounded.
//
// ONNX Runtime takes codes of int32 for such units where it makes an integer kernel of the layer,
// also where their own scale and zero point say otherwise: then so does the layer, and a note
// tells. Elsewhere ONNX Runtime adds values in float.
#include <algorithm>
#include <cmath>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// Real values in units of a layer's sums, not rounded.
double in_units(float value, float unit) {
  return static_cast<double>(value) / static_cast<double>(unit);
}

float unit_of(const ActivationTensor& input, const Convolution& layer, std::size_t channel) {
  const std::vector<float>& scales = layer.weight_scales;
  return input.scale * scales[scales.size() == 1 ? 0 : channel];
}

/// Whether these codes are the values in whole units, but for the roundings of a float scale.
bool are_units(const ActivationTensor& input, const Convolution& layer,
               const QuantizedConstant& bias, const std::vector<float>& values) {
  for (std::size_t c = 0; c < values.size(); ++c) {
    const double code = bias.codes()[c];
    const double off = std::abs(in_units(values[c], unit_of(input, layer, c)) - code);
    if (!(off <= 0.01 + 1e-6 * std::abs(code))) return false;
  }
  return true;
}

/// Whether ONNX Runtime takes these codes as they are where it makes an integer kernel of the
/// layer: those of a product whatever their scale, those of a convolution by its own tolerance.
bool takes_codes(const ActivationTensor& input, const Convolution& layer,
                 const QuantizedConstant& bias) {
  if (bias.type.bits != 32 || bias.of_quant || input.source_signed) return false;
  if (layer.fully_connected) return true;
  const std::size_t channels = bias.codes().size();
  for (std::size_t c = 0; c < channels; ++c) {
    const float unit = unit_of(input, layer, c);
    const bool near = std::abs(bias.scale(c) - unit) <= 1e-6F + 0.01F * unit;
    if (bias.zero_point(c) != 0 || !near) return false;
  }
  return true;
}

/// The dimensions of a float or dequantized constant.
std::optional<std::vector<std::int64_t>> constant_dims(const onnx::TensorProto* tensor,
                                                       const QuantizedConstant* codes) {
  if (codes != nullptr) return codes->shape;
  if (tensor == nullptr || tensor->data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
  return std::vector<std::int64_t>{tensor->dims().begin(), tensor->dims().end()};
}

}  // namespace

/// Adds values, one for all channels or one for each; by how much of a unit they are rounded.
double Importer::add_rounded(const onnx::NodeProto& node, const std::string& name,
                             const std::vector<float>& values, Convolution& layer) {
  const ActivationTensor& input = network_.tensor(layer.input);
  double rounded = 0;
  for (std::size_t c = 0; c < layer.bias.size(); ++c) {
    const float value = values[values.size() == 1 ? 0 : c];
    const float unit = unit_of(input, layer, c);
    const double sum = static_cast<double>(std::nearbyint(value / unit)) + layer.bias[c];
    if (!(std::abs(sum) < 2147483648.0)) {
      graph_.fail(node, "bias '" + name + "' does not fit 32 bits");
    }
    layer.bias[c] = static_cast<std::int32_t>(sum);
    const double units = in_units(value, unit);
    // A scale that is a float has an error of its own.
    if (const double off = std::abs(units - std::nearbyint(units)); off > std::abs(units) * 1e-6) {
      rounded = std::max(rounded, off);
    }
  }
  return rounded;
}

void Importer::add_note(const onnx::NodeProto& node, const std::string& note) {
  if (!note.empty()) network_.notes.push_back(describe(node) + ": " + note);
}

void Importer::note_rounding(const onnx::NodeProto& node, const std::string& name, double rounded) {
  if (rounded < 0.01) return;
  add_note(node, "bias '" + name +
                     "' is rounded to whole units of the sum (input scale x weight scale), by up "
                     "to " +
                     std::to_string(std::lround(100 * rounded)) +
                     " % of one; ONNX Runtime adds it in float");
}

/// The bias at input `index`; none where it is left out.
BiasCodes Importer::set_bias(const onnx::NodeProto& node, int index, Convolution& layer) {
  const std::size_t channels = layer.outputs();
  layer.bias.assign(channels, 0);
  const std::string& name = input_name(node, index);
  if (name.empty()) return nullptr;
  const auto require_size = [&](std::size_t size) {
    if (size != channels) graph_.fail(node, "bias '" + name + "': wrong size");
  };
  const onnx::TensorProto* tensor = graph_.constant(name);
  if (tensor != nullptr && tensor->data_type() == onnx::TensorProto::FLOAT) {
    const std::vector<float> values = graph_.floats(*tensor);
    require_size(values.size());
    add_rounded(node, name, values, layer);  // as ONNX Runtime does
    return nullptr;
  }
  const BiasCodes codes = edge(node, index).constant;
  if (codes == nullptr) graph_.fail(node, "its bias '" + name + "' is not a constant");
  require_size(codes->codes().size());
  if (!codes->scales.empty()) return set_values(node, node, codes, layer);
  if (codes->type.bits != 32) graph_.fail(node, "bias '" + codes->name + "' is not int32");
  layer.bias = codes->codes();
  return nullptr;
}

/// The values of a bias that belongs to the product `source`; its codes where ONNX Runtime may take
/// them for others.
BiasCodes Importer::set_values(const onnx::NodeProto& node, const onnx::NodeProto& source,
                               const BiasCodes& codes, Convolution& layer) {
  const std::vector<float> values = dequantized_values(*codes);
  const ActivationTensor& input = network_.tensor(layer.input);
  if (are_units(input, layer, *codes, values)) {
    layer.bias = codes->codes();
    return nullptr;
  }
  const double rounded = add_rounded(node, codes->name, values, layer);
  const onnx::NodeProto* maker = graph_.maker(input_name(source, 0));
  const bool direct = maker != nullptr && maker->op_type() == "DequantizeLinear";
  if (direct && takes_codes(input, layer, *codes)) {
    return layer.bias == codes->codes() ? nullptr : codes;
  }
  note_rounding(node, codes->name, rounded);
  return nullptr;
}

/// Once it is known how the result of a layer is quantized: the codes of its bias as they are where
/// ONNX Runtime makes an integer kernel of it.
void Importer::settle_bias(Pending& pending, bool kernel) {
  auto& layer = std::get<Convolution>(pending.node);
  const std::vector<std::int32_t>& codes = pending.bias->codes();
  std::int64_t off = 0;
  for (std::size_t c = 0; c < codes.size(); ++c) {
    off = std::max(off, std::abs(std::int64_t{codes[c]} - layer.bias[c]));
  }
  const std::string name = "the codes of bias '" + pending.bias->name + "' ";
  const std::string difference =
      "units of the sum (input scale x weight scale), " + std::to_string(off) + " off at the most";
  if (kernel) {
    layer.bias = codes;
    add_note(*pending.source, name +
                                  "are taken, as ONNX Runtime does, for other values than their "
                                  "scale and zero point say: whole " +
                                  difference);
  } else {
    add_note(*pending.source, name +
                                  "are taken for what their scale and zero point say; where "
                                  "ONNX Runtime fuses the layer, it takes them for whole " +
                                  difference);
  }
  pending.bias = nullptr;
}

/// A constant added to the sums of a layer, one element or one for each channel. False where the
/// node is something else.
bool Importer::add_bias(const onnx::NodeProto& node, int sum_index) {
  const auto found = edges_.find(input_name(node, sum_index));
  if (found == edges_.end() || found->second.kind != Edge::Kind::kPending) return false;
  const Edge sum = found->second;
  Pending& pending = pending_[sum.pending];
  auto* layer = std::get_if<Convolution>(&pending.node);
  const bool limited = sum.low != -kInfinity || sum.high != kInfinity;
  if (layer == nullptr || !sum.exclusive || limited) return false;
  const std::string& name = input_name(node, 1 - sum_index);
  const auto added = edges_.find(name);
  const QuantizedConstant* codes =
      added != edges_.end() && added->second.kind == Edge::Kind::kConstant
          ? added->second.constant.get()
          : nullptr;
  const onnx::TensorProto* tensor = graph_.constant(name);
  const auto dims = constant_dims(tensor, codes);
  if (!dims) return false;
  const std::vector<float> values =
      codes != nullptr ? dequantized_values(*codes) : graph_.floats(*tensor);
  const bool each = runs_along_channels(sum.view, pending.shape, *dims);
  if (!each && values.size() != 1) {
    graph_.fail(node, "constant '" + name + "' is neither a scalar nor one element per channel");
  }
  if (pending.bias != nullptr) settle_bias(pending, false);
  // ONNX Runtime makes one product with a bias of these two.
  const bool fused = pending.source->op_type() == "MatMul" && each;
  if (fused && codes != nullptr) {
    pending.bias = set_values(node, *pending.source, added->second.constant, *layer);
  } else {
    note_rounding(node, name, add_rounded(node, name, values, *layer));
  }
  pending.source = &node;
  set_edge(node, sum);
  return true;
}

}  // namespace brownout::models
