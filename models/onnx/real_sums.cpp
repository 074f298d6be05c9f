// What a graph computes in real numbers between a layer's sums and their quantization: a bias that
// is no integer of their scale, batch normalization, factors and offsets, a leaky ReLU, or nothing
// but their sign. It stays with the edge until its quantization, and becomes the layer's RealSums.
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// Times a sum of 32 bits still far from infinite.
constexpr double kLargestFactor = 1e24;

float product_scale(const QuantizedNetwork& network, const Convolution& layer, std::size_t c) {
  const std::vector<float>& scales = layer.weight_scales;
  return network.tensor(layer.input).scale * scales[scales.size() == 1 ? 0 : c];
}

bool has_scales_of_sums(const QuantizedNetwork& network, const Convolution& layer,
                        const QuantizedConstant& bias) {
  const std::size_t channels = layer.outputs();
  if (bias.scales.size() != 1 && bias.scales.size() != channels) return false;
  for (std::size_t c = 0; c < channels; ++c) {
    if (bias.scale(c) != product_scale(network, layer, c) || bias.zero_point(c) != 0) return false;
  }
  return bias.type.bits == 32;
}

}  // namespace

/// Sums of a layer with weights, which wait for their quantization. Of QONNX only: elsewhere the
/// runtime goes on in float32 in an order of its own, and codes could not be promised.
const Convolution* Importer::sums_of(const Edge& edge) const {
  if (!is_qonnx_ || edge.kind != Edge::Kind::kPending) return nullptr;
  return std::get_if<Convolution>(&pending_[edge.pending].node);
}

/// Sqrt, and Pow by 0.5, of constants: the deviation of a normalization that was taken apart.
void Importer::root(const onnx::NodeProto& node) {
  const bool power = node.op_type() == "Pow";
  std::optional<RealConstant> found = real_constant(node, 0);
  const std::optional<RealConstant> exponent = power ? real_constant(node, 1) : std::nullopt;
  if (!found || (power && (!exponent || exponent->values != std::vector<float>{0.5F}))) {
    graph_.fail(node, "only the square root of a constant is supported");
  }
  add_constants(node, found->values.size());
  for (float& value : found->values) value = std::sqrt(value);
  reals_[node.output(0)] = *std::move(found);
}

/// A constant of real numbers, float, folded or dequantized; nothing where the input is something
/// else.
std::optional<RealConstant> Importer::real_constant(const onnx::NodeProto& node, int index) {
  const std::string& name = input_name(node, index);
  const onnx::TensorProto* tensor = graph_.constant(name);
  RealConstant found;
  if (tensor != nullptr) {
    if (tensor->data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
    found.dims = {tensor->dims().begin(), tensor->dims().end()};
    found.values = graph_.floats(*tensor);
    return found;
  }
  if (const auto folded = reals_.find(name); folded != reals_.end()) return folded->second;
  const auto edge = edges_.find(name);
  if (edge == edges_.end() || edge->second.kind != Edge::Kind::kConstant) return std::nullopt;
  found.dims = edge->second.constant->shape;
  found.values = dequantized_values(*edge->second.constant);
  return found;
}

/// `sums` with a factor and an offset for every output channel, or one for all.
Edge Importer::scaled_sums(const onnx::NodeProto& node, Edge sums,
                           const std::vector<double>& factors, const std::vector<double>& offsets) {
  const std::size_t channels = shape_of(sums).channel_count();
  RealValues made{.factors = std::vector<double>(channels, 1.0),
                  .offsets = std::vector<double>(channels, 0.0)};
  if (sums.real != nullptr) made = *sums.real;
  const auto of = [](const std::vector<double>& list, std::size_t c) {
    return list[list.size() == 1 ? 0 : c];
  };
  for (std::size_t c = 0; c < channels; ++c) {
    made.factors[c] *= of(factors, c);
    made.offsets[c] = made.offsets[c] * of(factors, c) + of(offsets, c);
    if (!std::isfinite(made.offsets[c]) || !(std::abs(made.factors[c]) < kLargestFactor)) {
      graph_.fail(node, "it makes a number that is not finite of a sum");
    }
  }
  const bool limited = sums.low != -kInfinity || sums.high != kInfinity || made.slope != 1.0F;
  if (limited) scale_limits(node, sums, factors, offsets);
  sums.real = keep(node, std::move(made));
  return sums;
}

/// Behind a Relu, a Clip or a LeakyRelu a positive factor is as good as before it.
void Importer::scale_limits(const onnx::NodeProto& node, Edge& sums,
                            const std::vector<double>& factors,
                            const std::vector<double>& offsets) {
  const auto is_bound = [](float limit) { return limit != 0 && std::isfinite(limit); };
  const bool positive = std::all_of(factors.begin(), factors.end(), [](double f) { return f > 0; });
  const bool moved = std::any_of(offsets.begin(), offsets.end(), [](double o) { return o != 0; });
  const bool uniform = std::equal(factors.begin() + 1, factors.end(), factors.begin());
  if (!positive || moved || ((is_bound(sums.low) || is_bound(sums.high)) && !uniform)) {
    graph_.fail(node, "behind the limits of a sum, only a positive factor is supported" +
                          std::string(kQuantizeIt));
  }
  if (is_bound(sums.low)) sums.low = static_cast<float>(double{sums.low} * factors[0]);
  if (is_bound(sums.high)) sums.high = static_cast<float>(double{sums.high} * factors[0]);
}

/// Add, Sub, Mul, Div of a layer's sums and a constant; false where it is something else.
bool Importer::combine_sums(const onnx::NodeProto& node) {
  const auto is_sum = [&](int index) {
    const auto found = edges_.find(input_name(node, index));
    return found != edges_.end() && sums_of(found->second) != nullptr;
  };
  if (!is_sum(0) && !is_sum(1)) return false;
  const int place = is_sum(0) ? 0 : 1;
  const std::optional<RealConstant> constant = real_constant(node, 1 - place);
  if (!constant) return false;
  const Edge sums = edge(node, place);
  const std::string& type = node.op_type();
  if (type == "Add" && sums.real == nullptr) {
    const auto bias = edges_.find(input_name(node, 1 - place));
    const bool whole = bias != edges_.end() &&
                       has_scales_of_sums(network_, *sums_of(sums), *bias->second.constant);
    if (whole) return false;  // in units of the sums
  }
  if (constant->values.size() != 1 &&
      !runs_along_channels(sums.view, shape_of(sums), constant->dims)) {
    graph_.fail(node, "its constant is neither a scalar nor one element per channel");
  }
  if (type == "Div" && place == 1) graph_.fail(node, "it divides by a sum");
  std::vector<double> factors{1.0}, offsets{0.0};
  if (type == "Mul" || type == "Div") {
    factors.assign(constant->values.begin(), constant->values.end());
    if (type == "Div") {
      for (double& factor : factors) factor = 1.0 / factor;
    }
  } else {
    offsets.assign(constant->values.begin(), constant->values.end());
    if (type == "Sub" && place == 0) {
      for (double& offset : offsets) offset = -offset;
    }
    if (type == "Sub" && place == 1) factors = {-1.0};
  }
  set_edge(node, scaled_sums(node, sums, factors, offsets));
  return true;
}

/// x * (scale / deviation) + (bias - mean * (scale / deviation)).
Edge Importer::normalized_sums(const onnx::NodeProto& node, const Edge& sums,
                               const BatchStatistics& statistics) {
  std::vector<double> factors, offsets;
  for (std::size_t c = 0; c < statistics.scale.size(); ++c) {
    const double deviation = std::sqrt(double{statistics.variance[c]} + statistics.epsilon);
    factors.push_back(statistics.scale[c] / deviation);
    offsets.push_back(statistics.bias[c] - statistics.mean[c] * factors.back());
  }
  return scaled_sums(node, sums, factors, offsets);
}

/// LeakyRelu of a layer's sums.
Edge Importer::leaky_sums(const onnx::NodeProto& node, Edge sums) {
  sums = scaled_sums(node, std::move(sums), {1.0}, {0.0});
  RealValues made = *sums.real;
  if (sums.low != -kInfinity || sums.high != kInfinity || made.slope != 1.0F) {
    graph_.fail(node,
                std::string("behind other limits of a sum it is not supported") + kQuantizeIt);
  }
  made.slope = float_attribute(node, "alpha", 0.01F);
  if (!(made.slope >= 0 && made.slope <= 1)) graph_.fail(node, "its alpha is not in 0..1");
  sums.real = keep(node, std::move(made));
  return sums;
}

/// A bias of QONNX that is not whole units of the sums; empty where it is, or there is none.
std::vector<double> Importer::real_bias(const onnx::NodeProto& node, int index,
                                        const Convolution& layer) {
  if (!is_qonnx_) return {};
  const std::optional<RealConstant> bias = real_constant(node, index);
  if (!bias) return {};
  const auto found = edges_.find(input_name(node, index));
  if (found != edges_.end() && has_scales_of_sums(network_, layer, *found->second.constant)) {
    return {};
  }
  const std::size_t channels = layer.outputs();
  if (bias->values.size() != channels) {
    graph_.fail(node, "bias '" + input_name(node, index) + "': wrong size");
  }
  return {bias->values.begin(), bias->values.end()};
}

/// The bias, too, where there is one in whole units: an accumulator holds one of the two.
void Importer::set_real_sums(const onnx::NodeProto& node, const RealValues& real,
                             const ActivationQuantization& quantization, Convolution& layer) {
  layer.real_sums = {.slope = real.slope, .bipolar = quantization.bipolar};
  for (std::size_t c = 0; c < real.factors.size(); ++c) {
    const double unit = real.factors[c] * product_scale(network_, layer, c);
    const double offset = real.offsets[c] + unit * layer.bias[c];
    const auto multiplier = static_cast<float>(unit / quantization.scale);
    layer.real_sums.multipliers.push_back(multiplier);
    layer.real_sums.offsets.push_back(static_cast<float>(offset / quantization.scale));
    if (!std::isfinite(layer.real_sums.offsets.back()) ||
        !(std::abs(multiplier) < kLargestFactor)) {
      graph_.fail(node, "it quantizes a number that is not finite");
    }
    layer.bias[c] = 0;
  }
}

/// The sign of a layer's sums, which is that of its accumulators.
void Importer::set_signs(const onnx::NodeProto& node, Node& made) const {
  auto* layer = std::get_if<Convolution>(&made);
  if (layer == nullptr) {
    graph_.fail(node,
                "it keeps the sign of a sum, product or mean of tensors, which is only "
                "supported of the sums of a layer; put a Quant between");
  }
  const std::size_t channels = layer->outputs();
  layer->real_sums = {.multipliers = std::vector<float>(channels, 1.0F),
                      .offsets = std::vector<float>(channels, 0.0F),
                      .bipolar = true};
}

std::shared_ptr<const RealValues> Importer::keep(const onnx::NodeProto& node, RealValues values) {
  add_constants(node, 2 * values.factors.size());
  return std::make_shared<const RealValues>(std::move(values));
}

}  // namespace brownout::models
