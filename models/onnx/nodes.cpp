// Conversion of single ONNX nodes: weights and their checks. Windows are windows.cpp's, biases
// bias.cpp's.
#include "models/onnx/nodes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/arithmetic/arithmetic.hpp"
#include "models/onnx/windows.hpp"

namespace brownout::models {
namespace {

/// Name, shape, codes in the order of the file and scales; these must run along `output_axis`.
void set_weights(const OnnxGraph& graph, const onnx::NodeProto& node,
                 const QuantizedConstant& weights, std::int64_t output_axis,
                 Convolution& convolution) {
  const std::string name = "weights '" + weights.name + "'";
  if (weights.scales.size() > 1 && weights.axis != output_axis) {
    graph.fail(node, "the scales of " + name + " do not run along the output channels");
  }
  if (weights.type.bits > 8) graph.fail(node, name + " have more than 8 bits");
  convolution.weight_name = weights.name;
  convolution.weight_shape = weights.shape;
  convolution.weight_bits = weights.type.bits;
  convolution.weight_scales = weights.scales;
  // Unsigned codes are held as signed ones.
  convolution.weight_shift = weights.type.is_signed ? 0 : 1 << (weights.type.bits - 1);
  convolution.weights.reserve(weights.codes().size());
  for (const std::int32_t code : weights.codes()) {
    convolution.weights.push_back(static_cast<std::int8_t>(code - convolution.weight_shift));
  }
  for (const std::int32_t zero_point : weights.zero_points) {
    convolution.weight_zero_points.push_back(zero_point - convolution.weight_shift);
  }
}

float single_scale(const OnnxGraph& graph, const onnx::NodeProto& node, int index) {
  const onnx::TensorProto* scale = graph.constant(input_name(node, index));
  if (scale == nullptr) graph.fail(node, "its scale is not a constant");
  const std::vector<float> values = graph.floats(*scale);
  if (values.size() != 1) graph.fail(node, "activations need one scale per tensor");
  if (!std::isfinite(values[0]) || values[0] <= 0) graph.fail(node, "its scale is not positive");
  return values[0];
}

[[noreturn]] void fail_activation_type(const OnnxGraph& graph, const onnx::NodeProto& node,
                                       int data_type) {
  graph.fail(node, "activations must be uint8 or int8, not " + type_name(data_type));
}

}  // namespace

bool makes_signed_codes(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const auto type = static_cast<int>(int_attribute(node, "output_dtype", 0));
  if (type == onnx::TensorProto::INT8) return true;
  if (type != onnx::TensorProto::UNDEFINED && type != onnx::TensorProto::UINT8) {
    fail_activation_type(graph, node, type);
  }
  return false;
}

ActivationQuantization read_activation_quantization(const OnnxGraph& graph,
                                                    const onnx::NodeProto& node, int scale_index,
                                                    bool codes_signed) {
  ActivationQuantization quantization{.scale = single_scale(graph, node, scale_index),
                                      .zero_point = codes_signed ? 128 : 0,
                                      .source_signed = codes_signed};
  const std::string& name = input_name(node, scale_index + 1);
  if (name.empty()) return quantization;
  const onnx::TensorProto* zero_point = graph.constant(name);
  if (zero_point == nullptr) graph.fail(node, "its zero point is not a constant");
  if (graph.element_count(*zero_point) != 1) graph.fail(node, "its zero point is not a scalar");
  const std::optional<IntegerType> type = integer_type(*zero_point);
  if (!type || type->bits != 8) fail_activation_type(graph, node, zero_point->data_type());
  quantization.source_signed = type->is_signed;
  quantization.zero_point = graph.integers(*zero_point)[0] + (type->is_signed ? 128 : 0);
  return quantization;
}

std::vector<Lookup::Table> operand_tables(const ActivationTensor& input,
                                          const QuantizedConstant& constant,
                                          const ActivationQuantization& output, bool product,
                                          bool constant_first) {
  // The operator's own arithmetic, on tensors 0, 1 and 2 of a network that has no more.
  QuantizedNetwork pair;
  const int shift = constant.type.is_signed ? 128 : 0;
  pair.tensors = {input,
                  {.name = constant.name,
                   .shape = {},
                   .scale = constant.scale(0),
                   .zero_point = constant.zero_point(0) + shift,
                   .source_signed = constant.type.is_signed},
                  {.name = "",
                   .shape = {},
                   .scale = output.scale,
                   .zero_point = output.zero_point,
                   .source_signed = output.source_signed}};
  const Addition sum{
      .name = "", .left = constant_first ? 1 : 0, .right = constant_first ? 0 : 1, .output = 2};
  const Adder add = make_adder(pair, sum);
  const Multiplier multiply =
      make_multiplier(pair, {.name = "", .left = 0, .right = 1, .output = 2});
  std::vector<Lookup::Table> tables;
  for (const std::int32_t element : constant.codes()) {
    const auto code = static_cast<std::uint8_t>(element + shift);
    Lookup::Table& table = tables.emplace_back();
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto given = static_cast<std::uint8_t>(i);
      table[i] = product          ? multiply(given, code)
                 : constant_first ? add(code, given)
                                  : add(given, code);
    }
  }
  return tables;
}

Convolution read_convolution(const OnnxGraph& graph, const onnx::NodeProto& node,
                             const ActivationTensor& input, View view,
                             const QuantizedConstant& weights) {
  const int spatial = rank_of(view) - 2;
  std::vector<std::int64_t> dims = weights.shape;
  if (static_cast<int>(dims.size()) != spatial + 2) {
    graph.fail(node, "weights '" + weights.name + "' have " + std::to_string(dims.size()) +
                         " dimensions, its input has " + std::to_string(spatial + 2) +
                         ": only one- and two-dimensional convolutions are supported");
  }
  for (const std::int64_t dim : dims) checked_int(graph, node, "weight shape", dim, 1);
  Convolution convolution;
  convolution.name = display_name(node);
  convolution.out_channels = static_cast<int>(dims[0]);
  convolution.groups = checked_int(graph, node, "group", int_attribute(node, "group", 1), 1);
  const std::vector<std::int64_t> kernel = ints_attribute(node, "kernel_shape");
  if (!kernel.empty() && kernel != std::vector<std::int64_t>(dims.begin() + 2, dims.end())) {
    graph.fail(node, "kernel_shape differs from the shape of weights '" + weights.name + "'");
  }
  if (input.shape.channels != dims[1] * convolution.groups ||
      convolution.out_channels % convolution.groups != 0) {
    graph.fail(node, "weights '" + weights.name + "' do not fit " +
                         std::to_string(input.shape.channels) + " input channels in " +
                         std::to_string(convolution.groups) + " groups");
  }
  dims.insert(dims.end() - spatial, 4 - dims.size(), 1);  // a row is one pixel high
  convolution.window = read_window(graph, node, input.shape, static_cast<int>(dims[2]),
                                   static_cast<int>(dims[3]), spatial);
  set_weights(graph, node, weights, 0, convolution);
  return convolution;
}

Convolution read_convolution_of_pixels(const OnnxGraph& graph, const onnx::NodeProto& node,
                                       const ActivationTensor& input, View view,
                                       const QuantizedConstant& weights) {
  const std::vector<std::int64_t>& dims = weights.shape;
  if (dims.size() < 3 || (weights.scales.size() > 1 && weights.axis != 0)) {
    graph.fail(node, "weights '" + weights.name +
                         "' are not (output, H, W, input) with scales along the outputs");
  }
  QuantizedConstant planes = weights;
  planes.shape.pop_back();
  planes.shape.insert(planes.shape.begin() + 1, dims.back());
  std::vector<std::int32_t> codes(weights.codes().size());
  const auto channels = static_cast<std::size_t>(dims.back());
  std::size_t taps = 1;
  for (std::size_t d = 1; d + 1 < dims.size(); ++d) taps *= static_cast<std::size_t>(dims[d]);
  for (std::size_t i = 0; i < codes.size(); ++i) {  // i is (output * taps + tap) * channels + c
    const std::size_t tap = i / channels % taps;
    const std::size_t output = i / channels / taps;
    codes[(output * channels + i % channels) * taps + tap] = weights.codes()[i];
  }
  planes.shared_codes = std::make_shared<const std::vector<std::int32_t>>(std::move(codes));
  Convolution convolution = read_convolution(graph, node, input, view, planes);
  convolution.weight_shape = dims;
  convolution.weight_layout = WeightLayout::kChannelLast;
  return convolution;
}

Convolution read_fully_connected(const OnnxGraph& graph, const onnx::NodeProto& node,
                                 const ActivationTensor& input, View view,
                                 const QuantizedConstant& weights) {
  const std::vector<std::int64_t>& dims = weights.shape;
  if (dims.size() != 2) graph.fail(node, "weights '" + weights.name + "' are not a matrix");
  if (float_attribute(node, "alpha", 1) != 1 || float_attribute(node, "beta", 1) != 1 ||
      int_attribute(node, "transA", 0) != 0) {
    graph.fail(node, "alpha and beta must be 1 and transA 0");
  }
  const bool output_first = (int_attribute(node, "transB", 0) != 0) != weights.transposed;
  const std::int64_t outputs = dims[output_first ? 0 : 1];
  if (dims[output_first ? 1 : 0] != input.shape.size() || outputs < 1) {
    graph.fail(node, "weights '" + weights.name + "' do not fit an input of " +
                         std::to_string(input.shape.size()) + " elements");
  }
  Convolution convolution;
  convolution.name = display_name(node);
  convolution.fully_connected = true;
  convolution.out_channels = static_cast<int>(outputs);
  convolution.window.kernel_height = input.shape.height;
  convolution.window.kernel_width = input.shape.width;
  const bool pixels = view == View::kFlatPixels;
  convolution.weight_layout =
      output_first ? (pixels ? WeightLayout::kChannelLast : WeightLayout::kOutputFirst)
                   : (pixels ? WeightLayout::kInputFirstChannelLast : WeightLayout::kInputFirst);
  set_weights(graph, node, weights, output_first ? 0 : 1, convolution);
  const std::vector<std::int8_t> file = convolution.weights;
  const std::size_t k_size = convolution.products();
  for (std::size_t i = 0; i < file.size(); ++i) {
    convolution.weights[i] = file[file_place(convolution, i / k_size, i % k_size)];
  }
  return convolution;
}

}  // namespace brownout::models
