// Walks an ONNX graph in QDQ form from its input to its output; the quantization of edges.
#include "models/onnx_import.hpp"

#include <algorithm>
#include <utility>

#include "models/arithmetic.hpp"
#include "models/onnx_importer.hpp"

namespace brownout::models {
namespace {

constexpr const char* kSupported =
    "Conv, Gemm, MatMul, Add, Relu, Clip, MaxPool, AveragePool, GlobalAveragePool, Flatten, "
    "Reshape, "
    "Identity, Constant, QuantizeLinear, DequantizeLinear";

int quantized_limit(float value, const ActivationQuantization& quantization) {
  const auto zero_point = static_cast<float>(quantization.zero_point);
  return round_half_even(clip(value / quantization.scale, -zero_point, 255.0F - zero_point)) +
         quantization.zero_point;
}

int spatial_size(const OnnxGraph& graph, const onnx::TensorShapeProto& shape, int index,
                 const std::string& name) {
  const auto& dim = shape.dim(index);
  if (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() > (1 << 20)) {
    graph.fail("input '" + name + "': dimension " + std::to_string(index) +
               " must be a fixed number (only the batch may be symbolic)");
  }
  return static_cast<int>(dim.dim_value());
}

}  // namespace

QuantizedNetwork Importer::run() {
  read_input();
  for (const onnx::NodeProto& node : graph_.proto().node()) import_node(node);
  read_output();
  check_consistent(network_);
  return std::move(network_);
}

void Importer::read_input() {
  const onnx::ValueInfoProto* input = nullptr;
  for (const onnx::ValueInfoProto& candidate : graph_.proto().input()) {
    if (graph_.constant(candidate.name()) != nullptr) continue;
    if (input != nullptr) {
      graph_.fail("more than one input: '" + input->name() + "' and '" + candidate.name() + "'");
    }
    input = &candidate;
  }
  if (input == nullptr) graph_.fail("the graph has no input");
  const onnx::TypeProto_Tensor& type = input->type().tensor_type();
  const onnx::TensorShapeProto& dims = type.shape();
  if (dims.dim_size() != 2 && dims.dim_size() != 4) {
    graph_.fail("input '" + input->name() + "': only shapes (N, C, H, W) and (N, C) are supported");
  }
  if (dims.dim(0).has_dim_value() && dims.dim(0).dim_value() > 1) {
    graph_.fail("input '" + input->name() + "': its batch size is fixed at " +
                std::to_string(dims.dim(0).dim_value()) + "; it must be 1 or symbolic");
  }
  const bool flat = dims.dim_size() == 2;
  input_shape_.channels = spatial_size(graph_, dims, 1, input->name());
  input_shape_.height = flat ? 1 : spatial_size(graph_, dims, 2, input->name());
  input_shape_.width = flat ? 1 : spatial_size(graph_, dims, 3, input->name());
  // Codes as input: the first DequantizeLinear says how they are to be understood.
  const bool real = type.elem_type() == onnx::TensorProto::FLOAT;
  edges_[input->name()] = {.kind = real ? Edge::Kind::kInput : Edge::Kind::kCodes,
                           .flat = flat,
                           .exclusive = graph_.uses(input->name()) == 1};
}

void Importer::read_output() {
  if (graph_.proto().output_size() != 1) {
    graph_.fail("one graph output is supported, not " +
                std::to_string(graph_.proto().output_size()));
  }
  const std::string& name = graph_.proto().output(0).name();
  const auto found = edges_.find(name);
  const bool known = found != edges_.end();
  if (!known || found->second.tensor < 0 || found->second.limited()) {
    graph_.fail("output '" + name +
                "' is not a quantized tensor (QuantizeLinear, or "
                "DequantizeLinear after it)");
  }
  network_.output = found->second.tensor;
  if (network_.nodes.empty()) graph_.fail("the graph computes nothing");
}

void Importer::import_node(const onnx::NodeProto& node) {
  using Handler = void (Importer::*)(const onnx::NodeProto&);
  static const std::unordered_map<std::string, Handler> handlers = {
      {"QuantizeLinear", &Importer::quantize},
      {"DequantizeLinear", &Importer::dequantize},
      {"Relu", &Importer::limit},
      {"Clip", &Importer::limit},
      {"Flatten", &Importer::flatten},
      {"Reshape", &Importer::flatten},
      {"Conv", &Importer::convolution},
      {"Gemm", &Importer::fully_connected},
      {"MatMul", &Importer::fully_connected},
      {"Add", &Importer::addition},
      {"MaxPool", &Importer::pooling},
      {"AveragePool", &Importer::pooling},
      {"GlobalAveragePool", &Importer::pooling}};
  const std::string& type = node.op_type();
  const bool quantization = type == "QuantizeLinear" || type == "DequantizeLinear";
  const bool standard = node.domain().empty() || node.domain() == "ai.onnx" ||
                        (quantization && node.domain() == "com.microsoft");
  if (node.output_size() == 0) graph_.fail(node, "it has no output");
  if (standard && graph_.constant(node.output(0)) != nullptr) return;
  if (standard && type == "Identity") return set_edge(node, edge(node, 0));
  const auto handler = handlers.find(type);
  if (!standard || handler == handlers.end()) {
    graph_.fail(
        node, std::string("this operator is not supported; supported in QDQ form: ") + kSupported);
  }
  (this->*handler->second)(node);
}

void Importer::quantize_constant(const onnx::NodeProto& node) {
  set_edge(
      node,
      {.kind = Edge::Kind::kConstantCodes,
       .constant = std::make_shared<QuantizedConstant>(models::quantize_constant(graph_, node))});
}

void Importer::quantize(const onnx::NodeProto& node) {
  if (graph_.constant(input_name(node, 0)) != nullptr) return quantize_constant(node);
  const Edge& source = edge(node, 0);
  const ActivationQuantization quantization = read_activation_quantization(graph_, node);
  Edge result{.kind = Edge::Kind::kCodes, .flat = source.flat, .exclusive = source.exclusive};
  switch (source.kind) {
    case Edge::Kind::kInput:
      if (!network_.tensors.empty()) graph_.fail(node, "the input is quantized more than once");
      result.tensor = network_.input = add_tensor(node.output(0), input_shape_, quantization);
      break;
    case Edge::Kind::kPending:
      result.tensor = make(node, source, quantization);
      break;
    case Edge::Kind::kReal:
      if (quantization_of(source.tensor) != quantization) {
        graph_.fail(node, "it requantizes a tensor to another scale or zero point");
      }
      if (source.limited()) {
        set_clamp(producer(node, source), node, source.low, source.high, quantization);
      }
      result.tensor = source.tensor;
      break;
    case Edge::Kind::kCodes:
    case Edge::Kind::kConstantCodes:
    case Edge::Kind::kConstant:
      graph_.fail(node, "its input '" + input_name(node, 0) + "' is quantized already");
  }
  set_edge(node, result);
}

void Importer::dequantize(const onnx::NodeProto& node) {
  Edge source = edge(node, 0);
  if (source.kind == Edge::Kind::kConstantCodes) {
    auto constant = dequantize_constant(graph_, node, *source.constant);
    return set_edge(node, {.kind = Edge::Kind::kConstant,
                           .constant = std::make_shared<QuantizedConstant>(std::move(constant))});
  }
  if (source.kind != Edge::Kind::kCodes) {
    graph_.fail(node, "its input '" + input_name(node, 0) + "' is not quantized");
  }
  const ActivationQuantization quantization = read_activation_quantization(graph_, node);
  if (source.tensor < 0) {  // the graph's input, given as codes
    if (!network_.tensors.empty()) graph_.fail(node, "the input is dequantized more than once");
    source.tensor = network_.input = add_tensor(input_name(node, 0), input_shape_, quantization);
  } else if (quantization_of(source.tensor) != quantization) {
    graph_.fail(node, "its scale or zero point is not that of the QuantizeLinear before it");
  }
  source.kind = Edge::Kind::kReal;
  set_edge(node, source);
}

TensorId Importer::add_tensor(const std::string& name, const Shape& shape,
                              const ActivationQuantization& quantization) {
  network_.tensors.push_back({.name = name,
                              .shape = shape,
                              .scale = quantization.scale,
                              .zero_point = quantization.zero_point,
                              .source_signed = quantization.source_signed});
  return static_cast<TensorId>(network_.tensors.size()) - 1;
}

ActivationQuantization Importer::quantization_of(TensorId id) const {
  const ActivationTensor& tensor = network_.tensor(id);
  return {.scale = tensor.scale,
          .zero_point = tensor.zero_point,
          .source_signed = tensor.source_signed};
}

/// The quantization `node` completes a pending operation.
TensorId Importer::make(const onnx::NodeProto& node, const Edge& edge,
                        const ActivationQuantization& quantization) {
  Pending& pending = pending_[edge.pending];
  if (pending.made >= 0) {
    if (quantization_of(pending.made) != quantization || pending.low != edge.low ||
        pending.high != edge.high) {
      graph_.fail(node, "the result of " + describe(*pending.source) +
                            " is quantized in two different ways");
    }
    return pending.made;
  }
  const auto* pool = std::get_if<Pooling>(&pending.node);
  if (pool != nullptr && pool->kind == PoolKind::kMax &&
      quantization_of(pool->input) != quantization) {
    graph_.fail(*pending.source, "a maximum's input and output differ in scale or zero point");
  }
  set_clamp(pending.node, node, edge.low, edge.high, quantization);
  pending.made = add_tensor(node.output(0), pending.shape, quantization);
  pending.low = edge.low;
  pending.high = edge.high;
  std::visit([&](auto& made) { made.output = pending.made; }, pending.node);
  network_.nodes.push_back(pending.node);
  return pending.made;
}

void Importer::set_clamp(Node& made, const onnx::NodeProto& node, float low, float high,
                         const ActivationQuantization& quantization) const {
  if (low == -kInfinity && high == kInfinity) return;
  const int low_code = quantized_limit(low, quantization);
  const int high_code = quantized_limit(high, quantization);
  narrow_clamp(node, made, low_code, high_code);
}

void Importer::narrow_clamp(const onnx::NodeProto& node, Node& made, int low, int high) const {
  if (std::holds_alternative<Pooling>(made)) {
    if (low > 0 || high < 255) graph_.fail(node, "a Relu or Clip after a pool is not supported");
    return;
  }
  const auto narrow = [&](auto& limits) {
    limits.clamp_low = std::clamp(limits.clamp_low, low, high);
    limits.clamp_high = std::clamp(limits.clamp_high, low, high);
  };
  if (auto* convolution = std::get_if<Convolution>(&made)) narrow(*convolution);
  if (auto* addition = std::get_if<Addition>(&made)) narrow(*addition);
}

/// The node whose result a Relu or Clip is to limit.
Node& Importer::producer(const onnx::NodeProto& node, const Edge& edge) {
  if (!edge.exclusive) {
    graph_.fail(node, "a Relu or Clip on a tensor that is also used without it is not supported");
  }
  for (Node& made : network_.nodes) {
    if (node_output(made) == edge.tensor) return made;
  }
  graph_.fail(node, "a Relu or Clip on the graph's input is not supported");
}

/// An edge that an earlier node made, or a constant of the graph.
Edge& Importer::edge(const onnx::NodeProto& node, int index) {
  const std::string& name = input_name(node, index);
  const auto found = edges_.find(name);
  if (found != edges_.end()) return found->second;
  const onnx::TensorProto* tensor = graph_.constant(name);
  if (tensor == nullptr) graph_.fail(node, "input '" + name + "' is made by no earlier node");
  if (!integer_type(*tensor)) graph_.fail(node, "constant input '" + name + "' is not quantized");
  auto codes = std::make_shared<QuantizedConstant>(read_codes(graph_, *tensor, name));
  return edges_[name] = {.kind = Edge::Kind::kConstantCodes, .constant = std::move(codes)};
}

const Edge& Importer::activation(const onnx::NodeProto& node, int index) {
  const Edge& found = edge(node, index);
  if (found.kind != Edge::Kind::kReal || found.limited()) {
    graph_.fail(node, "float-only: its input '" + input_name(node, index) +
                          "' is not the output of a DequantizeLinear on activations");
  }
  return found;
}

const QuantizedConstant* Importer::constant(const onnx::NodeProto& node, int index) {
  if (input_name(node, index).empty()) return nullptr;
  const Edge& found = edge(node, index);
  if (found.kind != Edge::Kind::kConstant) {
    graph_.fail(node, "its input '" + input_name(node, index) + "' is not a dequantized constant");
  }
  return found.constant.get();
}

void Importer::set_edge(const onnx::NodeProto& node, Edge edge) {
  edge.exclusive = edge.exclusive && graph_.uses(node.output(0)) == 1;
  edges_[node.output(0)] = std::move(edge);
}

void Importer::set_pending(const onnx::NodeProto& node, Node made, const Shape& shape, bool flat) {
  pending_.push_back({.node = std::move(made), .shape = shape, .source = &node});
  set_edge(node, {.kind = Edge::Kind::kPending,
                  .pending = pending_.size() - 1,
                  .flat = flat,
                  .exclusive = true});
}

QuantizedNetwork import_onnx(const std::filesystem::path& path) { return Importer(path).run(); }

}  // namespace brownout::models
