// Sums and products of a tensor and a quantized constant, a scalar or of whatever shape broadcasts.
#include <optional>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

using Dims = std::vector<std::int64_t>;

/// "(N, 3, 1, 8)", or without a batch.
std::string text_of(const Dims& dims, const char* batch = nullptr) {
  std::string text = batch == nullptr ? "" : batch;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : ", ") + std::to_string(dim);
  return "(" + text + ")";
}

/// Dimensions of a constant that broadcasts to a view without the batch; nothing where it does not.
std::optional<Dims> aligned(const Dims& whole, Dims dims) {
  while (!dims.empty() && dims.front() == 1) dims.erase(dims.begin());
  if (dims.size() > whole.size()) return std::nullopt;
  dims.insert(dims.begin(), whole.size() - dims.size(), 1);
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] != 1 && dims[d] != whole[d]) return std::nullopt;
  }
  return dims;
}

/// The shape of such a constant.
Shape constant_shape(View view, const Shape& whole, const Dims& dims) {
  if (is_flat(view)) return whole;  // it is no scalar
  const auto at = [&](std::size_t d) { return static_cast<int>(dims[d]); };
  if (view == View::kRow) return {.channels = at(0), .height = 1, .width = at(1)};
  if (view == View::kRowPixels) return {.channels = at(1), .height = 1, .width = at(0)};
  if (view == View::kPlanes) return {.channels = at(0), .height = at(1), .width = at(2)};
  return {.channels = at(2), .height = at(0), .width = at(1)};
}

/// Where element i of a tensor (NHWC) stands in a file's constant.
std::size_t place_in_file(View view, const Shape& shape, std::size_t i) {
  if (is_pixels(view)) return i;
  const std::size_t channels = shape.channel_count();
  const std::size_t pixels = shape.elements() / channels;
  return i % channels * pixels + i / channels;
}

/// ONNX Runtime exchanges the operands where a first one that is constant is the same for a run of
/// elements; the order decides how a sum is rounded.
bool stays_first(const Dims& whole, const Dims& constant) {
  for (std::size_t d = whole.size(); d > 0; --d) {
    if (whole[d - 1] > 1) return constant[d - 1] > 1;
  }
  return true;
}

}  // namespace

/// A scalar, or one element for each channel: tables with the operator's own arithmetic.
Edge Importer::with_operand(const onnx::NodeProto& node, const Edge& tensor, const Edge& constant,
                            bool constant_first) {
  const QuantizedConstant& operand = *constant.constant;
  const Shape shape = network_.tensor(tensor.tensor).shape;
  const std::string name = "constant '" + operand.name + "'";
  if (operand.scales.size() != 1 || operand.type.bits > 8) {
    graph_.fail(node, name + " is not of up to 8 bits and one scale");
  }
  const Dims whole = view_dims(tensor.view, shape);
  const std::optional<Dims> dims = aligned(whole, operand.shape);
  if (!dims || operand.transposed) {
    graph_.fail(node, name + " of shape " + text_of(operand.shape) +
                          " does not broadcast to its other input, " + text_of(whole, "N"));
  }
  const bool first = constant_first && stays_first(whole, *dims);
  if (operand.codes().size() != 1 && !runs_along_channels(tensor.view, shape, operand.shape)) {
    return with_elements(node, tensor, operand, constant_shape(tensor.view, shape, *dims), first);
  }
  Edge result = pending_edge(node, Lookup{.name = display_name(node), .input = tensor.tensor},
                             shape, tensor.view);
  pending_.back().operand = constant.constant;
  pending_.back().operand_first = first;
  return result;
}

/// A constant that differs between pixels: a tensor of its own.
Edge Importer::with_elements(const onnx::NodeProto& node, const Edge& tensor,
                             const QuantizedConstant& constant, const Shape& shape, bool first) {
  const Shape whole = network_.tensor(tensor.tensor).shape;
  const int shift = constant.type.is_signed ? 128 : 0;
  const TensorId operand = add_tensor(constant.name, shape,
                                      {.scale = constant.scale(0),
                                       .zero_point = constant.zero_point(0) + shift,
                                       .source_signed = constant.type.is_signed});
  std::vector<std::uint8_t> codes(constant.codes().size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::int32_t code = constant.codes()[place_in_file(tensor.view, shape, i)];
    codes[i] = static_cast<std::uint8_t>(code + shift);
  }
  network_.tensors[operand].constant = std::move(codes);
  if (node.op_type().find("Mul") != std::string::npos) {
    const Multiplication made{.name = display_name(node), .left = tensor.tensor, .right = operand};
    return pending_edge(node, made, whole, tensor.view);
  }
  const Addition made{.name = display_name(node),
                      .left = first ? operand : tensor.tensor,
                      .right = first ? tensor.tensor : operand};
  return pending_edge(node, made, whole, tensor.view);
}

}  // namespace brownout::models
