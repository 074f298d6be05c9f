// QuantizeLinear, DequantizeLinear, clips of codes, Quant and BipolarQuant of QONNX: where
// operations become nodes, and functions of a tensor become tables.
#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "models/arithmetic/arithmetic.hpp"
#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// QuantizeLinear: rint(value / scale) + zero point, saturated. BipolarQuant: by the sign.
std::uint8_t quantized_value(float value, const ActivationQuantization& quantization) {
  if (quantization.bipolar) {
    return static_cast<std::uint8_t>(quantization.zero_point + (value < 0 ? -1 : 1));
  }
  const auto zero_point = static_cast<float>(quantization.zero_point);
  return static_cast<std::uint8_t>(
      round_half_even(clip(value / quantization.scale, -zero_point, 255.0F - zero_point)) +
      quantization.zero_point);
}

Codes clamp_table(int low, int high) {
  Codes table;
  for (int code = 0; code < 256; ++code) {
    table[static_cast<std::size_t>(code)] = static_cast<std::uint8_t>(std::clamp(code, low, high));
  }
  return table;
}

/// False where the node has no clamp of its own, or is a pool.
bool narrow_clamp(Node& made, int low, int high) {
  return std::visit(
      [&](auto& node) {
        constexpr bool kPool = std::is_same_v<std::remove_cvref_t<decltype(node)>, Pooling>;
        if constexpr (requires { node.clamp_low; } && !kPool) {
          node.clamp_low = std::clamp(node.clamp_low, low, high);
          node.clamp_high = std::clamp(node.clamp_high, low, high);
          return true;
        } else {
          return false;
        }
      },
      made);
}

}  // namespace

/// Of a dequantized tensor or a function of one.
ChannelValues Importer::values_of(const Edge& edge) const {
  if (edge.values) return *edge.values;
  const ActivationTensor& tensor = network_.tensor(edge.tensor);
  Values values;
  for (int code = 0; code < 256; ++code) {
    values[static_cast<std::size_t>(code)] =
        static_cast<float>(code - tensor.zero_point) * tensor.scale;
  }
  return {values};
}

void Importer::quantize(const onnx::NodeProto& node) {
  if (graph_.constant(input_name(node, 0)) != nullptr) {
    return set_edge(node, {.kind = Edge::Kind::kConstantCodes,
                           .constant = keep(node, quantize_constant(graph_, node))});
  }
  const Edge source = edge(node, 0);
  if (source.kind == Edge::Kind::kScores) return set_edge(node, source);
  if (source.kind == Edge::Kind::kConstant) {
    const QuantizedConstant made = requantize_constant(graph_, node, *source.constant);
    return set_edge(node, {.kind = Edge::Kind::kConstantCodes, .constant = keep(node, made)});
  }
  const ActivationQuantization quantization =
      read_activation_quantization(graph_, node, 1, makes_signed_codes(graph_, node));
  const TensorId id = quantized(node, source, quantization);
  set_edge(node, {.kind = Edge::Kind::kCodes,
                  .tensor = id,
                  .view = source.view,
                  .groups = source.groups,
                  .exclusive = source.exclusive});
}

TensorId Importer::quantized(const onnx::NodeProto& node, const Edge& source,
                             const ActivationQuantization& quantization) {
  switch (source.kind) {
    case Edge::Kind::kInput:
      return quantized_input(node, source, quantization);
    case Edge::Kind::kPending:
      return make(node, source, quantization);
    case Edge::Kind::kReal:
      return quantized_values(node, source, quantization);
    default:
      graph_.fail(node, "its input '" + input_name(node, 0) + "' is quantized already");
  }
}

/// A function of a tensor becomes a table, or one for each channel.
TensorId Importer::quantized_values(const onnx::NodeProto& node, const Edge& source,
                                    const ActivationQuantization& quantization) {
  std::vector<Codes> tables;
  for (const Values& values : values_of(source)) {
    Codes& table = tables.emplace_back();
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (std::isnan(values[i])) graph_.fail(node, "it quantizes a value that is not a number");
      table[i] = quantized_value(values[i], quantization);
    }
  }
  if (tables.size() == 1) return apply_table(node, source, tables[0], quantization);
  const Shape shape = shape_of(source);
  Lookup made{.name = display_name(node), .input = source.tensor};
  made.channel_tables = std::move(tables);
  add_size(node, made, shape);
  return add_node(std::move(made), node.output(0), shape, quantization);
}

void Importer::dequantize(const onnx::NodeProto& node) {
  Edge source = edge(node, 0);
  if (source.kind == Edge::Kind::kScores) return set_edge(node, source);
  if (source.kind == Edge::Kind::kConstantCodes) {
    return set_edge(node,
                    {.kind = Edge::Kind::kConstant,
                     .constant = keep(node, dequantize_constant(graph_, node, *source.constant))});
  }
  if (!source.is_codes()) {
    graph_.fail(node, "its input '" + input_name(node, 0) + "' is not quantized");
  }
  source = codes_at(node, 0);
  source.kind = Edge::Kind::kReal;
  set_edge(node, source);
}

/// Clip between QuantizeLinear and DequantizeLinear: codes narrower than their type (QCDQ).
void Importer::limit_codes(const onnx::NodeProto& node) {
  Edge source = edge(node, 0);
  if (node.op_type() != "Clip") graph_.fail(node, "it does not follow an integer operation");
  if (source.kind == Edge::Kind::kConstantCodes) {
    source.constant = keep(node, clip_constant(graph_, node, *source.constant));
    return set_edge(node, source);
  }
  if (source.tensor < 0) graph_.fail(node, "a Clip on the graph's input is not supported");
  const ActivationQuantization quantization = quantization_of(source.tensor);
  const CodeLimits limits = read_code_limits(graph_, node, {8, quantization.source_signed});
  const int shift = quantization.source_signed ? 128 : 0;
  const Codes table = clamp_table(limits.low + shift, limits.high + shift);
  source.tensor = apply_table(node, source, table, quantization);
  set_edge(node, source);
}

/// Quant of QONNX: QuantizeLinear, Clip to the bits given, DequantizeLinear.
void Importer::quant(const onnx::NodeProto& node) {
  if (graph_.constant(input_name(node, 0)) != nullptr) {
    return set_edge(node, {.kind = Edge::Kind::kConstant,
                           .constant = keep(node, read_quant_constant(graph_, node))});
  }
  const QuantParameters given = read_quant(graph_, node);
  if (given.scales.size() != 1 || given.type.bits > 8) {
    graph_.fail(node, "activations need one scale and up to 8 bits");
  }
  set_edge(node, quantized_edge(node, edge(node, 0), given));
}

Edge Importer::quantized_edge(const onnx::NodeProto& node, const Edge& source,
                              const QuantParameters& given) {
  const int shift = given.type.is_signed ? 128 : 0;
  const std::int32_t zero_point = given.zero_points[0] + shift;
  if (zero_point < 0 || zero_point > 255) {
    graph_.fail(node, "its zero point is outside 8 bits");
  }
  const ActivationQuantization quantization{
      .scale = given.scales[0], .zero_point = zero_point, .source_signed = given.type.is_signed};
  Edge result{.kind = Edge::Kind::kCodes,
              .tensor = quantized(node, source, quantization),
              .view = source.view,
              .groups = source.groups,
              .exclusive = source.exclusive};
  const Codes table = clamp_table(given.low + shift, given.high + shift);
  result.tensor = apply_table(node, result, table, quantization);
  result.kind = Edge::Kind::kReal;
  return result;
}

/// Float weights of whole numbers, as FINN leaves them where it has moved their scales behind the
/// sums: codes of scale 1, as narrow as holds them all. Nothing where they are others.
std::optional<QuantizedConstant> Importer::whole_numbers(const std::string& name) const {
  const onnx::TensorProto* tensor = graph_.constant(name);
  if (!is_qonnx_ || tensor == nullptr || tensor->data_type() != onnx::TensorProto::FLOAT) {
    return std::nullopt;
  }
  IntegerType type{2, true};
  std::vector<std::int32_t> codes;
  for (const float value : graph_.floats(*tensor)) {
    if (!(value >= -128 && value <= 127) || value != std::nearbyint(value)) return std::nullopt;
    codes.push_back(static_cast<std::int32_t>(value));
    while (codes.back() < type.lowest() || codes.back() > type.highest()) ++type.bits;
  }
  QuantizedConstant constant;
  constant.name = name;
  constant.shape = {tensor->dims().begin(), tensor->dims().end()};
  constant.shared_codes = std::make_shared<const std::vector<std::int32_t>>(std::move(codes));
  constant.type = type;
  constant.scales = {1.0F};
  constant.zero_points = {0};
  constant.of_quant = true;
  return constant;
}

/// BipolarQuant of QONNX: scale where the value is 0 or above, else -scale.
void Importer::bipolar_quant(const onnx::NodeProto& node) {
  if (graph_.constant(input_name(node, 0)) != nullptr) {
    return set_edge(node, {.kind = Edge::Kind::kConstant,
                           .constant = keep(node, read_bipolar_constant(graph_, node))});
  }
  const std::vector<float> scales = read_quant_scales(graph_, node);
  if (scales.size() != 1) graph_.fail(node, "activations need one scale");
  const Edge source = edge(node, 0);
  const TensorId made =
      quantized(node, source,
                {.scale = scales[0], .zero_point = 128, .source_signed = true, .bipolar = true});
  set_edge(node, {.kind = Edge::Kind::kReal,
                  .tensor = made,
                  .view = source.view,
                  .groups = source.groups,
                  .exclusive = source.exclusive});
}

/// A tensor whose codes are table[code of the edge's tensor], with as few nodes as possible.
TensorId Importer::apply_table(const onnx::NodeProto& node, const Edge& edge, const Codes& table,
                               const ActivationQuantization& quantization) {
  if (quantization_of(edge.tensor) == quantization) {
    if (table == clamp_table(0, 255)) return edge.tensor;
    if (edge.exclusive && table == clamp_table(table[0], table[255])) {
      for (Node& made : network_.nodes) {
        if (node_output(made) == edge.tensor && narrow_clamp(made, table[0], table[255])) {
          return edge.tensor;
        }
      }
    }
  }
  return add_node(Lookup{.name = display_name(node), .input = edge.tensor, .table = table},
                  node.output(0), network_.tensor(edge.tensor).shape, quantization);
}

/// The quantization `node` completes a pending operation.
TensorId Importer::make(const onnx::NodeProto& node, const Edge& edge,
                        const ActivationQuantization& quantization) {
  Pending& pending = pending_[edge.pending];
  if (pending.made >= 0) {
    if (quantization_of(pending.made) != quantization || pending.bipolar != quantization.bipolar ||
        pending.low != edge.low || pending.high != edge.high || pending.real != edge.real) {
      graph_.fail(node, "the result of " + describe(*pending.source) +
                            " is quantized in two different ways");
    }
    return pending.made;
  }
  const Codes limits = clamp_table(quantized_value(edge.low, quantization),
                                   quantized_value(edge.high, quantization));
  const bool clamped =
      limits == clamp_table(0, 255) || narrow_clamp(pending.node, limits[0], limits[255]);
  if (pending.bias != nullptr) {
    const bool planes = edge.view == View::kPlanes || edge.view == View::kFlat;
    const bool unlimited = limits == clamp_table(0, 255);
    settle_bias(pending,
                edge.real == nullptr && unlimited && planes && !quantization.source_signed);
  }
  if (edge.real != nullptr) {
    set_real_sums(node, *edge.real, quantization, std::get<Convolution>(pending.node));
  } else if (quantization.bipolar && pending.parts.empty()) {
    set_signs(node, pending.node);
  }
  pending.made = pending.parts.empty() ? make_node(node, pending, quantization)
                                       : make_concatenation(node, pending, quantization);
  if (!clamped) {
    const Edge made{.kind = Edge::Kind::kCodes, .tensor = pending.made};
    pending.made = apply_table(node, made, limits, quantization);
  }
  pending.low = edge.low;
  pending.high = edge.high;
  pending.real = edge.real;
  pending.bipolar = quantization.bipolar;
  return pending.made;
}

TensorId Importer::make_node(const onnx::NodeProto& node, Pending& pending,
                             const ActivationQuantization& quantization) {
  if (pending.operand == nullptr) {
    return add_node(pending.node, node.output(0), pending.shape, quantization);
  }
  auto lookup = std::get<Lookup>(pending.node);
  const std::vector<Codes> tables = operand_tables(
      network_.tensor(lookup.input), *pending.operand, quantization,
      pending.source->op_type().find("Mul") != std::string::npos, pending.operand_first);
  lookup.table = tables[0];
  if (tables.size() > 1) lookup.channel_tables = tables;
  return add_node(lookup, node.output(0), pending.shape, quantization);
}

TensorId Importer::make_concatenation(const onnx::NodeProto& node, Pending& pending,
                                      const ActivationQuantization& quantization) {
  auto whole = std::get<Concatenation>(pending.node);
  for (const Edge& part : pending.parts) {
    whole.inputs.push_back(quantized(node, part, quantization));
  }
  pending.parts.clear();
  return add_node(whole, node.output(0), pending.shape, quantization);
}

}  // namespace brownout::models
