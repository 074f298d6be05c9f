// Opening an ONNX file: its constants by name, attributes, errors. Elements are onnx_tensor.cpp's.
#include "models/onnx/graph.hpp"

#include <google/protobuf/stubs/common.h>
#include <google/protobuf/stubs/logging.h>

#include "models/network_file.hpp"

namespace brownout::models {
namespace {

constexpr std::int64_t kOldestOpset = 9;

}  // namespace

OnnxGraph::OnnxGraph(const std::filesystem::path& path) : path_(path.string()) {
  const std::string bytes = read_network_file(path);
  {
#if GOOGLE_PROTOBUF_VERSION < 4022000
    const google::protobuf::LogSilencer silencer;  // the exception says it
#endif
    if (!model_.ParseFromString(bytes)) fail("not an ONNX file, or a truncated one");
  }
  if (!model_.has_graph() || model_.graph().node_size() == 0) {
    fail("not an ONNX file: it has no graph with nodes");
  }
  read_opset();
  for (const onnx::TensorProto& tensor : proto().initializer()) {
    constants_.emplace(tensor.name(), &tensor);
  }
  for (const onnx::NodeProto& node : proto().node()) {
    for (const std::string& input : node.input()) {
      ++uses_[input];
      readers_.emplace(input, &node);
    }
    const bool passes = node.op_type() == "Identity" && makers_.contains(input_name(node, 0));
    const onnx::NodeProto* maker = passes ? makers_.at(input_name(node, 0)) : &node;
    for (const std::string& output : node.output()) makers_.emplace(output, maker);
    if (node.op_type() == "Identity" && node.output_size() == 1) {
      const onnx::TensorProto* source = constant(input_name(node, 0));
      if (source != nullptr) constants_.emplace(node.output(0), source);
    }
    if (node.op_type() == "Constant") read_constant(node);
    if (node.op_type() == "ConstantOfShape" || node.op_type() == "Cast") fold_constant(node);
  }
  for (const onnx::ValueInfoProto& output : proto().output()) ++uses_[output.name()];
}

/// ONNX's own; a file without one may hold operators of other domains.
void OnnxGraph::read_opset() {
  if (model_.opset_import().empty()) fail("no ONNX file: it names no operator set");
  for (const onnx::OperatorSetIdProto& import : model_.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") opset_ = import.version();
  }
  for (const onnx::NodeProto& node : proto().node()) {
    const bool own = node.domain().empty() || node.domain() == "ai.onnx";
    if (own && opset_ == 0) {
      fail(node, "the file names no version of ONNX's own operators (opset_import)");
    }
    if (own && opset_ < kOldestOpset) {
      fail("opset " + std::to_string(opset_) + " is older than " + std::to_string(kOldestOpset));
    }
  }
}

void OnnxGraph::read_constant(const onnx::NodeProto& node) {
  if (node.output_size() != 1 || node.attribute_size() != 1) fail(node, "it is no constant");
  const onnx::AttributeProto& value = node.attribute(0);
  if (value.name() == "value") {
    constants_.emplace(node.output(0), &value.t());
    return;
  }
  onnx::TensorProto& tensor = made_.emplace_back();
  tensor.set_name(node.output(0));
  if (value.name() == "value_int" || value.name() == "value_ints") {
    tensor.set_data_type(onnx::TensorProto::INT64);
    if (value.name() == "value_int") tensor.add_int64_data(value.i());
    for (const std::int64_t element : value.ints()) tensor.add_int64_data(element);
    if (value.name() == "value_ints") tensor.add_dims(tensor.int64_data_size());
  } else if (value.name() == "value_float" || value.name() == "value_floats") {
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    if (value.name() == "value_float") tensor.add_float_data(value.f());
    for (const float element : value.floats()) tensor.add_float_data(element);
    if (value.name() == "value_floats") tensor.add_dims(tensor.float_data_size());
  } else {
    fail(node, "attribute '" + value.name() + "' is not supported");
  }
  constants_.emplace(node.output(0), &tensor);
}

/// A list of one integer over and over, and a Cast that changes nothing: so PyTorch writes the zero
/// points of biases. Lists of INT64 are shapes (shapes.hpp).
void OnnxGraph::fold_constant(const onnx::NodeProto& node) {
  const onnx::TensorProto* source = constant(input_name(node, 0));
  if (source == nullptr || node.output_size() != 1) return;
  if (node.op_type() == "Cast") {
    if (int_attribute(node, "to", 0) == source->data_type()) {
      constants_.emplace(node.output(0), source);
    }
    return;
  }
  constexpr std::int64_t kLongest = 1 << 16;
  const onnx::AttributeProto* value = find_attribute(node, "value");
  if (value == nullptr || element_count(value->t()) != 1) return;
  const std::optional<IntegerType> type = integer_type(value->t());
  const std::vector<std::int64_t> dims = int64s(*source);
  if (!type || type->bits < 8 || dims.size() != 1 || dims[0] < 1 || dims[0] > kLongest) return;
  onnx::TensorProto& tensor = made_.emplace_back();
  tensor.set_name(node.output(0));
  tensor.set_data_type(value->t().data_type());
  tensor.add_dims(dims[0]);
  const std::int32_t element = integers(value->t())[0];
  for (std::int64_t i = 0; i < dims[0]; ++i) tensor.add_int32_data(element);
  constants_.emplace(node.output(0), &tensor);
}

const onnx::TensorProto* OnnxGraph::constant(const std::string& name) const {
  const auto found = constants_.find(name);
  return found == constants_.end() ? nullptr : found->second;
}

const onnx::NodeProto* OnnxGraph::maker(const std::string& name) const {
  const auto found = makers_.find(name);
  return found == makers_.end() ? nullptr : found->second;
}

const onnx::NodeProto* OnnxGraph::reader(const std::string& name) const {
  const auto found = readers_.find(name);
  return found == readers_.end() ? nullptr : found->second;
}

int OnnxGraph::uses(const std::string& name) const {
  const auto found = uses_.find(name);
  return found == uses_.end() ? 0 : found->second;
}

void OnnxGraph::fail(const std::string& message) const { fail_in_file(path_, message); }

void OnnxGraph::fail(const onnx::NodeProto& node, const std::string& message) const {
  fail("node " + describe(node) + ": " + message);
}

std::string display_name(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return node.output_size() > 0 ? node.output(0) : std::string("(no name)");
}

std::string describe(const onnx::NodeProto& node) {
  std::string text = display_name(node);
  text.insert(text.begin(), '\'');
  text += "' (";
  if (!node.domain().empty()) text += node.domain() + ".";
  return text + node.op_type() + ")";
}

bool is_channels_last(const onnx::NodeProto& node) {
  return node.domain() == "qonnx.custom_op.channels_last";
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

std::int64_t int_attribute(const onnx::NodeProto& node, const std::string& name,
                           std::int64_t fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? fallback : attribute->i();
}

float float_attribute(const onnx::NodeProto& node, const std::string& name, float fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? fallback : attribute->f();
}

std::string string_attribute(const onnx::NodeProto& node, const std::string& name,
                             const std::string& fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? fallback : attribute->s();
}

std::vector<std::int64_t> ints_attribute(const onnx::NodeProto& node, const std::string& name) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

const std::string& input_name(const onnx::NodeProto& node, int index) {
  static const std::string none;
  return index < node.input_size() ? node.input(index) : none;
}

}  // namespace brownout::models
