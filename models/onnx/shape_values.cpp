#include "models/onnx/shape_values.hpp"

#include <algorithm>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::models {

std::optional<Integers> ShapeValues::find_array(const std::string& edge) const {
  const auto found = computed_.find(edge);
  if (found != computed_.end()) return found->second;
  const onnx::TensorProto* tensor = graph_.constant(edge);
  if (tensor == nullptr) return std::nullopt;
  Integers constant{.dims = {tensor->dims().begin(), tensor->dims().end()}, .values = {}};
  if (tensor->data_type() == onnx::TensorProto::INT64) {
    constant.values = graph_.int64s(*tensor);
  } else if (tensor->data_type() == onnx::TensorProto::INT32) {
    const std::vector<std::int32_t> values = graph_.integers(*tensor);
    constant.values.assign(values.begin(), values.end());
  } else if (tensor->data_type() == onnx::TensorProto::BOOL) {
    constant.values = graph_.bools(*tensor);
  } else {
    return std::nullopt;
  }
  return constant;
}

std::optional<std::vector<std::int64_t>> ShapeValues::find(const std::string& edge) const {
  auto found = find_array(edge);
  if (!found) return std::nullopt;
  return std::move(found->values);
}

/// INT32 constants may be codes.
bool ShapeValues::is_size(const std::string& edge) const {
  if (computed_.contains(edge)) return true;
  const onnx::TensorProto* tensor = graph_.constant(edge);
  return tensor != nullptr && (tensor->data_type() == onnx::TensorProto::INT64 ||
                               tensor->data_type() == onnx::TensorProto::BOOL);
}

void ShapeValues::set_shape(const onnx::NodeProto& node, View view, const Shape& shape) {
  Integers tensor{view_dims(view, shape), {}};
  tensor.dims.insert(tensor.dims.begin(), 1);
  compute(node, {std::move(tensor)});
}

bool ShapeValues::fold(const onnx::NodeProto& node) {
  if (!knows(node.op_type())) return false;
  const std::string& first = input_name(node, 0);
  const onnx::TensorProto* tensor = graph_.constant(first);
  if (node.op_type() == "Shape" && tensor != nullptr) {
    compute(node, {Integers{{tensor->dims().begin(), tensor->dims().end()}, {}}});
    return true;
  }
  const auto& names = node.input();
  const bool sizes = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.empty() || find_array(name).has_value();
  });
  const bool second = tensor != nullptr && computed_.contains(input_name(node, 1));
  const bool any = is_size(first) || second;
  if (!sizes || !any) {
    if (!computed_.contains(first)) return false;
    const auto other = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return !name.empty() && !find_array(name);
    });
    graph_.fail(node, "it computes a size from '" + *other +
                          "', which is neither a constant of integers nor computed from shapes; "
                          "sizes in float have to be computed before quantization (fixed sizes, "
                          "onnxruntime.quantization: quant_pre_process)");
  }
  std::vector<std::optional<Integers>> inputs;
  for (const std::string& name : names) {
    inputs.push_back(name.empty() ? std::nullopt : find_array(name));
  }
  compute(node, std::move(inputs));
  return true;
}

void ShapeValues::compute(const onnx::NodeProto& node,
                          std::vector<std::optional<Integers>> inputs) {
  try {
    const auto results = (*size_operator(node.op_type()))({node, std::move(inputs)});
    const auto outputs = static_cast<std::size_t>(node.output_size());
    for (std::size_t i = 0; i < std::min(results.size(), outputs); ++i) {
      count_of(results[i].dims);
      computed_[node.output(static_cast<int>(i))] = results[i];
    }
  } catch (const InputError& error) {
    graph_.fail(node, error.what());
  }
}

}  // namespace brownout::models
