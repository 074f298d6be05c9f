// Import of GroupNormalization, InstanceNormalization and LayerNormalization of a dequantized
// tensor; and of a group normalization as PyTorch writes it, by an instance normalization of
// (N, groups, C / groups * H * W) and a Mul and an Add behind it.
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {

/// Into how many groups a normalization divides the channels.
int Importer::normalized_groups(const onnx::NodeProto& node, const Edge& input) const {
  const Shape& shape = shape_of(input);
  if (node.op_type() == "LayerNormalization") {
    const std::int64_t axis = int_attribute(node, "axis", -1);
    if (axis != 1 && axis != 1 - rank_of(input.view)) {
      graph_.fail(node,
                  "only a normalization over all dimensions but the batch is supported: axis 1");
    }
    return 1;
  }
  if (input.view == View::kGroupRows && node.op_type() == "InstanceNormalization") {
    return input.groups;
  }
  if (view_axis(input.view, shape, 1) != Axis::kChannels) {
    graph_.fail(node, "the second dimension of its input is not its channels");
  }
  if (node.op_type() == "InstanceNormalization") return shape.channels;
  const std::int64_t groups = int_attribute(node, "num_groups", 0);
  if (groups < 1 || groups > shape.channels || shape.channels % groups != 0) {
    graph_.fail(node, std::to_string(groups) + " groups do not divide its " +
                          std::to_string(shape.channels) + " channels");
  }
  return static_cast<int>(groups);
}

/// Scale or bias, one for each channel. The file may have them for each group (GroupNormalization
/// before opset 21, InstanceNormalization of groups), or for each element (LayerNormalization).
std::vector<float> Importer::normalization_values(const onnx::NodeProto& node, int index,
                                                  const Edge& input, int groups) {
  const Shape& shape = shape_of(input);
  const std::string name = "'" + input_name(node, index) + "'";
  const std::optional<RealConstant> found = real_constant(node, index);
  if (!found) graph_.fail(node, "its input " + name + " is not a constant");
  const std::vector<float>& values = found->values;
  const bool by_element = node.op_type() == "LayerNormalization";
  const bool by_group = input.view == View::kGroupRows ||
                        (node.op_type() == "GroupNormalization" && graph_.opset() < 21);
  const std::int64_t wanted = by_element ? shape.size() : by_group ? groups : shape.channels;
  if (std::cmp_not_equal(values.size(), wanted)) {
    graph_.fail(node, name + " has " + std::to_string(values.size()) + " elements in place of " +
                          std::to_string(wanted));
  }
  const std::size_t channels = shape.channel_count();
  const std::size_t run = std::max(channels, values.size()) / std::min(channels, values.size());
  std::vector<float> result(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    result[c] = values[by_group ? c / run : is_pixels(input.view) ? c : c * run];
    if (!std::isfinite(result[c])) graph_.fail(node, name + " has a value that is not finite");
  }
  for (std::size_t i = 0; by_element && i < values.size(); ++i) {
    if (values[i] != result[is_pixels(input.view) ? i % channels : i / run]) {
      graph_.fail(node, name + " differs between the pixels of a channel");
    }
  }
  return result;
}

void Importer::normalization(const onnx::NodeProto& node) {
  const Edge input = activation(node, 0);
  Normalization made{.name = display_name(node), .input = input.tensor};
  made.groups = normalized_groups(node, input);
  made.epsilon = float_attribute(node, "epsilon", 1e-5F);
  if (!(made.epsilon > 0 && std::isfinite(made.epsilon))) {
    graph_.fail(node, "its epsilon is not positive");
  }
  const Shape shape = shape_of(input);
  made.scales = normalization_values(node, 1, input, made.groups);
  made.biases = input_name(node, 2).empty() ? std::vector<float>(shape.channel_count(), 0.0F)
                                            : normalization_values(node, 2, input, made.groups);
  const bool grouped = input.view == View::kGroupRows;
  Edge result = pending_edge(node, std::move(made), shape, grouped ? View::kPlanes : input.view);
  result.view = input.view;
  result.groups = input.groups;
  set_edge(node, result);
}

/// Whether a Reshape is read by an InstanceNormalization only, also by way of a quantization.
bool Importer::feeds_instance_normalization(const onnx::NodeProto& reshape) const {
  const onnx::NodeProto* node = &reshape;
  for (const char* next : {"QuantizeLinear", "DequantizeLinear", ""}) {
    if (node->output_size() == 0 || graph_.uses(node->output(0)) != 1) return false;
    node = graph_.reader(node->output(0));
    if (node == nullptr) return false;
    if (node->op_type() != next) break;
  }
  return node->op_type() == "InstanceNormalization";
}

/// A Mul or an Add of a constant, one or one for each channel, and the result of a normalization
/// that waits for its quantization: of its scales and biases. False where it is something else.
bool Importer::combine_normalized(const onnx::NodeProto& node) {
  const auto normalization_at = [&](int index) -> Normalization* {
    const auto found = edges_.find(input_name(node, index));
    const bool waits = found != edges_.end() && found->second.kind == Edge::Kind::kPending;
    return waits ? std::get_if<Normalization>(&pending_[found->second.pending].node) : nullptr;
  };
  const bool product = node.op_type() == "Mul";
  const int place = normalization_at(0) != nullptr ? 0 : 1;
  Normalization* made = normalization_at(place);
  if (made == nullptr || (!product && node.op_type() != "Add")) return false;
  const std::optional<RealConstant> constant = real_constant(node, 1 - place);
  const Edge source = edge(node, place);
  const bool limited = source.low != -kInfinity || source.high != kInfinity;
  if (!constant || !source.exclusive || limited) return false;
  const std::vector<float>& values = constant->values;
  if (values.size() != 1 && !runs_along_channels(source.view, shape_of(source), constant->dims)) {
    graph_.fail(node, "its constant is neither a scalar nor one element per channel");
  }
  for (std::size_t c = 0; c < made->scales.size(); ++c) {
    const float value = values[values.size() == 1 ? 0 : c];
    if (product) made->scales[c] *= value;
    made->biases[c] = product ? made->biases[c] * value : made->biases[c] + value;
    if (!std::isfinite(made->scales[c]) || !std::isfinite(made->biases[c])) {
      graph_.fail(node, "it makes a number that is not finite of a normalization");
    }
  }
  set_edge(node, source);
  return true;
}

}  // namespace brownout::models
