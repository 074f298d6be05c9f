// Walks an ONNX graph from its input to its output; edges by name.
#include "models/onnx/import.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "memory/base/input_error.hpp"
#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// True where all inputs are constants, the first one of real numbers or of sizes.
bool computes_constants(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const onnx::TensorProto* first = graph.constant(input_name(node, 0));
  return first != nullptr &&
         (first->data_type() == onnx::TensorProto::FLOAT ||
          first->data_type() == onnx::TensorProto::INT64) &&
         std::all_of(node.input().begin(), node.input().end(), [&](const std::string& name) {
           return name.empty() || graph.constant(name) != nullptr;
         });
}

}  // namespace

void Importer::import_node(const onnx::NodeProto& node) {
  if (node.output_size() == 0) graph_.fail(node, "it has no output");
  const bool own = is_own_operator(node);
  if (graph_.constant(node.output(0)) != nullptr) {
    if (own && makes_constants(node)) return;
    graph_.fail(node, "its output '" + node.output(0) + "' is a constant, too");
  }
  if (own && shape_values_.fold(node)) return;
  const bool makes_codes = node.op_type() == "QuantizeLinear" || is_quantizer(node);
  const bool makes_root = is_qonnx_ && handler_of(node) == &Importer::root;
  if (!makes_codes && !makes_root && computes_constants(graph_, node)) {
    graph_.fail(node, "it computes a constant, which has to be done before quantization " +
                          std::string("(onnxruntime.quantization: quant_pre_process)"));
  }
  const Handler handler = handler_of(node);
  if (handler == nullptr && own && ShapeValues::knows(node.op_type())) {
    graph_.fail(node,
                "it is only supported on sizes: on constants of integers and what is "
                "computed from shapes");
  }
  if (handler == nullptr) fail_unknown(node);
  require_executed(node);
  (this->*handler)(node);
}

/// Scores, which are not executed, may only be the output, looked at in another way.
void Importer::require_executed(const onnx::NodeProto& node) const {
  static const std::set<std::string> looks = {
      "ArgMax",   "Cast",       "DequantizeLinear", "Dropout", "Flatten",
      "Identity", "LogSoftmax", "QuantizeLinear",   "Reshape", "Softmax",
      "Squeeze",  "Transpose",  "Unsqueeze"};
  for (const std::string& name : node.input()) {
    const auto found = edges_.find(name);
    const bool scores = found != edges_.end() && found->second.kind == Edge::Kind::kScores;
    if (scores && !looks.contains(node.op_type())) {
      graph_.fail(node, "it reads '" + name +
                            "', which is not executed: only the network's output "
                            "may be a softmax or an index");
    }
  }
}

QuantizedNetwork Importer::run() {
  require_known_operators();
  const auto& nodes = graph_.proto().node();
  is_qonnx_ =
      std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return is_quantizer(node); });
  constexpr int kOldestOfCodes = 10;     // with QuantizeLinear
  const bool own = graph_.opset() != 0;  // has operators of ONNX's own
  if (!is_qonnx_ && own && graph_.opset() < kOldestOfCodes) {
    graph_.fail("opset " + std::to_string(graph_.opset()) + " is older than " +
                std::to_string(kOldestOfCodes));
  }
  read_input();
  for (const onnx::NodeProto& node : graph_.proto().node()) {
    import_node(node);
    release_inputs(node);
  }
  read_outputs();
  check_consistent(network_);
  return std::move(network_);
}

void Importer::read_outputs() {
  if (graph_.proto().output_size() == 0) graph_.fail("the graph has no output");
  for (const onnx::ValueInfoProto& output : graph_.proto().output()) {
    network_.outputs.push_back({output.name(), read_output(output.name())});
  }
  network_.output = network_.outputs.front().tensor;
  if (network_.nodes.empty()) graph_.fail("the graph computes nothing");
  for (const Pending& pending : pending_) {
    if (pending.made >= 0) continue;
    network_.notes.push_back(describe(*pending.source) +
                             " is not executed: nothing reads its result");
  }
}

TensorId Importer::read_output(const std::string& name) {
  const auto found = edges_.find(name);
  if (found != edges_.end() && sums_of(found->second) != nullptr) {
    found->second = real_output(*pending_[found->second.pending].source, found->second);
  }
  const bool known = found != edges_.end() && found->second.tensor >= 0;
  const bool quantized = known && (found->second.is_codes() || found->second.is_dequantized() ||
                                   found->second.kind == Edge::Kind::kScores);
  if (!quantized) {
    graph_.fail("output '" + name +
                "' is not a quantized tensor (QuantizeLinear, or DequantizeLinear after it)" +
                kQuantizeIt);
  }
  const Shape& shape = shape_of(found->second);
  if (found->second.view == View::kFlat && (shape.height > 1 || shape.width > 1)) {
    graph_.fail("output '" + name + "' is a flattened map of " + std::to_string(shape.height) +
                " x " + std::to_string(shape.width) + " pixels: its elements have no one order");
  }
  if (is_grouped(found->second.view)) {
    graph_.fail("output '" + name + "' has its channels in groups");
  }
  if (found->second.tensor == network_.input && !network_.nodes.empty()) {
    graph_.fail("output '" + name + "' is the input itself");
  }
  return found->second.tensor;
}

TensorId Importer::add_tensor(const std::string& name, const Shape& shape,
                              const ActivationQuantization& quantization) {
  try {
    size_.add_tensor(shape);
  } catch (const InputError& error) {
    graph_.fail("tensor '" + name + "': " + error.what());
  }
  network_.tensors.push_back({.name = name,
                              .shape = shape,
                              .scale = quantization.scale,
                              .zero_point = quantization.zero_point,
                              .source_signed = quantization.source_signed});
  return static_cast<TensorId>(network_.tensors.size()) - 1;
}

TensorId Importer::add_node(Node made, const std::string& output, const Shape& shape,
                            const ActivationQuantization& quantization) {
  const TensorId id = add_tensor(output, shape, quantization);
  std::visit([&](auto& node) { node.output = id; }, made);
  network_.nodes.push_back(std::move(made));
  return id;
}

std::shared_ptr<const ChannelValues> Importer::keep(const onnx::NodeProto& node,
                                                    ChannelValues values) {
  const std::size_t channels = values.size();
  if (channels > kLargestFunctions - held_channels_) {
    graph_.fail(node, "more than " + std::to_string(kLargestFunctions) +
                          " channels in functions that wait for their quantization");
  }
  held_channels_ += channels;
  const auto release = [this, channels](const ChannelValues* held) {
    held_channels_ -= channels;
    delete held;
  };
  return {new ChannelValues(std::move(values)), release};
}

/// Values that no later node reads are let go.
void Importer::release_inputs(const onnx::NodeProto& node) {
  for (const std::string& name : node.input()) {
    const auto found = edges_.find(name);
    if (++reads_[name] != graph_.uses(name) || found == edges_.end()) continue;
    found->second.values = nullptr;
    found->second.real = nullptr;
  }
}

std::shared_ptr<const QuantizedConstant> Importer::keep(const onnx::NodeProto& node,
                                                        QuantizedConstant constant) {
  add_constants(node, constant.codes().size() + constant.scales.size());
  return std::make_shared<const QuantizedConstant>(std::move(constant));
}

/// An edge that an earlier node made, or a constant of the graph.
Edge& Importer::edge(const onnx::NodeProto& node, int index) {
  const std::string& name = input_name(node, index);
  const auto found = edges_.find(name);
  if (found != edges_.end()) return found->second;
  const onnx::TensorProto* tensor = graph_.constant(name);
  if (shape_values_.is_computed(name)) {
    graph_.fail(node, "input '" + name + "' is a computed size, which it does not take");
  }
  if (tensor == nullptr) graph_.fail(node, "input '" + name + "' is made by no earlier node");
  if (!integer_type(*tensor)) graph_.fail(node, "constant input '" + name + "' is not quantized");
  return edges_[name] = {.kind = Edge::Kind::kConstantCodes,
                         .constant = keep(node, read_codes(graph_, *tensor, name))};
}

const Edge& Importer::activation(const onnx::NodeProto& node, int index) {
  Edge& found = edge(node, index);
  if (found.kind == Edge::Kind::kInput && is_qonnx_) refuse_input(node, index);
  if (found.values != nullptr && found.tensor == declared_tensor_)
    rescale_input(node, index, found);
  if (!found.is_dequantized()) {
    graph_.fail(node, "float-only: its input '" + input_name(node, index) +
                          "' is not the output of a DequantizeLinear on activations" + kQuantizeIt);
  }
  return found;
}

const QuantizedConstant* Importer::constant(const onnx::NodeProto& node, int index) {
  const std::string& name = input_name(node, index);
  if (name.empty()) return nullptr;
  if (auto whole = whole_numbers(name); whole && !edges_.contains(name)) {
    edges_[name] = {.kind = Edge::Kind::kConstant, .constant = keep(node, *std::move(whole))};
  }
  const Edge& found = edge(node, index);
  if (found.kind != Edge::Kind::kConstant) {
    graph_.fail(node, "its input '" + input_name(node, index) + "' is not a dequantized constant");
  }
  return found.constant.get();
}

void Importer::set_edge(const onnx::NodeProto& node, Edge edge, int output) {
  const std::string& name = node.output(output);
  if (edges_.contains(name)) {
    graph_.fail(node, "its output '" + name + "' is made twice");
  }
  edge.exclusive = edge.exclusive && graph_.uses(name) == 1;
  edges_[name] = std::move(edge);
}

void Importer::add_constants(const onnx::NodeProto& node, std::size_t elements) {
  try {
    size_.add_constants(elements);
  } catch (const InputError& error) {
    graph_.fail(node, error.what());
  }
}

void Importer::add_size(const onnx::NodeProto& node, const Node& made, const Shape& shape) {
  try {
    size_.add_node(made, shape);
  } catch (const InputError& error) {
    graph_.fail(node, error.what());
  }
}

Edge Importer::pending_edge(const onnx::NodeProto& node, Node made, const Shape& shape, View view) {
  if (is_grouped(view)) graph_.fail(node, "its input has its channels in groups");
  add_size(node, made, shape);
  pending_.push_back({.node = std::move(made), .shape = shape, .source = &node});
  return {.kind = Edge::Kind::kPending,
          .pending = pending_.size() - 1,
          .view = view,
          .exclusive = true};
}

ActivationQuantization Importer::quantization_of(TensorId id) const {
  const ActivationTensor& tensor = network_.tensor(id);
  return {.scale = tensor.scale,
          .zero_point = tensor.zero_point,
          .source_signed = tensor.source_signed};
}

const Shape& Importer::shape_of(const Edge& edge) const {
  if (edge.kind == Edge::Kind::kPending) return pending_[edge.pending].shape;
  return edge.tensor < 0 ? input_shape_ : network_.tensor(edge.tensor).shape;
}

QuantizedNetwork import_onnx(const std::filesystem::path& path) {
  return Importer(path, std::nullopt).run();
}

QuantizedNetwork import_onnx(const std::filesystem::path& path, const InputCodes& input) {
  return Importer(path, input).run();
}

}  // namespace brownout::models
