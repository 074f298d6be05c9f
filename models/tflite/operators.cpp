// Import of the TFLite operators with weights, and what all operators share: windows, limits,
// nodes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "memory/base/arithmetic.hpp"
#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

/// round(value / scale), ties away from zero, kept within the width of a code.
int code_distance(float value, float scale) {
  const float steps = std::floor(std::abs(value) / scale + 0.5F);
  const int distance = static_cast<int>(std::min(steps, 255.0F));
  return value < 0 ? -distance : distance;
}

/// SAME: outputs = ceil(input / stride), an odd pad goes behind.
void pad_same(int input, int kernel, int stride, int dilation, int& before, int& after) {
  const int outputs = divide_up(input, stride);
  const std::int64_t reach = std::int64_t{dilation} * (kernel - 1) + 1;
  const std::int64_t total = std::int64_t{outputs - 1} * stride + reach - input;
  before = static_cast<int>(std::max<std::int64_t>(total, 0) / 2);
  after = static_cast<int>(std::max<std::int64_t>(total, 0)) - before;
}

/// Weights as they lie in the file, in the order of a network's; the node has all but these.
std::vector<std::int8_t> in_order(const Convolution& node) {
  const std::size_t k_size = node.products();
  std::vector<std::int8_t> ordered(node.weights.size());
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    ordered[i] = node.weights[file_place(node, i / k_size, i % k_size)];
  }
  return ordered;
}

}  // namespace

Dims TfliteImporter::result_dims(const Operator& op, const Shape& input, const Window& window,
                                 int channels) const {
  const Shape shape = checked(op, [&] { return window_output(input, window, channels); });
  return {1, shape.height, shape.width, shape.channels};
}

Window TfliteImporter::window(const Operator& op, const Shape& input,
                              const Sliding& sliding) const {
  const auto check = [&](const char* what, std::int64_t value) {
    if (value < 1 || value > kLargestDimension) {
      file_.fail(op, std::string(what) + " " + std::to_string(value) + " is not in 1.." +
                         std::to_string(kLargestDimension));
    }
  };
  const Sliding& s = sliding;
  for (const int value : {s.kernel_height, s.kernel_width}) check("kernel size", value);
  for (const int value : {s.stride_height, s.stride_width}) check("stride", value);
  for (const int value : {s.dilation_height, s.dilation_width}) check("dilation", value);
  check("reach of a kernel", std::int64_t{s.dilation_height} * (s.kernel_height - 1) + 1);
  check("reach of a kernel", std::int64_t{s.dilation_width} * (s.kernel_width - 1) + 1);
  Window window{.kernel_height = s.kernel_height,
                .kernel_width = s.kernel_width,
                .stride_height = s.stride_height,
                .stride_width = s.stride_width,
                .dilation_height = s.dilation_height,
                .dilation_width = s.dilation_width};
  if (s.padding == tflite::Padding::SAME) {
    pad_same(input.height, s.kernel_height, s.stride_height, s.dilation_height, window.pad_top,
             window.pad_bottom);
    pad_same(input.width, s.kernel_width, s.stride_width, s.dilation_width, window.pad_left,
             window.pad_right);
  } else if (s.padding != tflite::Padding::VALID) {
    file_.fail(op, "unknown padding");
  }
  return window;
}

void TfliteImporter::limit(const Operator& op, int& low, int& high, tflite::Activation activation,
                           int output) const {
  const ActivationTensor made = read_quantization(output);
  const auto code = [&](float value) {
    return std::clamp(made.zero_point + code_distance(value, made.scale), 0, 255);
  };
  switch (activation) {
    case tflite::Activation::NONE:
      return;
    case tflite::Activation::RELU:
      low = code(0);
      return;
    case tflite::Activation::RELU_N1_TO_1:
      low = code(-1);
      high = code(1);
      return;
    case tflite::Activation::RELU6:
      low = code(0);
      high = code(6);
      return;
    default:
      file_.fail(op, std::string("fused activation ") + tflite::EnumNameActivation(activation) +
                         " is not supported; supported: NONE, RELU, RELU_N1_TO_1, RELU6");
  }
}

std::vector<float> TfliteImporter::weight_scales(const Operator& op, int index, int channel_axis,
                                                 int channels) const {
  const tflite::Quantization* quantization = file_.tensor(index).quantization();
  const std::string what = "weights '" + file_.name(index) + "'";
  if (quantization == nullptr || quantization->details_type() != 0 ||
      quantization->scale() == nullptr) {
    file_.fail(op, what + " have no scale");
  }
  const std::vector<float> scales(quantization->scale()->begin(), quantization->scale()->end());
  const bool per_channel = scales.size() > 1;
  if (scales.empty() ||
      (per_channel && (std::ssize(scales) != channels || quantization->axis() != channel_axis))) {
    file_.fail(op, "the scales of " + what + " do not run along the output channels");
  }
  for (const float scale : scales) {
    if (!std::isfinite(scale) || scale <= 0) file_.fail(op, what + ": a scale is not positive");
  }
  for (const std::int64_t zero_point : TfliteFile::zero_points(*quantization)) {
    if (zero_point != 0 && !unsigned_) file_.fail(op, what + " have a zero point that is not 0");
  }
  return scales;
}

std::vector<std::int32_t> TfliteImporter::bias(const Operator& op, const Convolution& node,
                                               unsigned position) const {
  const std::size_t channels = node.outputs();
  const int index = file_.input(op, position);
  if (index < 0) return std::vector<std::int32_t>(channels, 0);
  std::vector<std::int32_t> values = file_.int32s(index);
  if (values.size() != channels) {
    file_.fail(op, "bias '" + file_.name(index) + "' is not one number per output channel");
  }
  return values;
}

/// Weights of one zero point, held as signed codes.
void TfliteImporter::read_unsigned_weights(const Operator& op, Convolution& node, int index) const {
  const tflite::Quantization* quantization = file_.tensor(index).quantization();
  const bool has_scale = quantization != nullptr && quantization->scale() != nullptr;
  const std::vector<std::int64_t> zero_points =
      has_scale ? TfliteFile::zero_points(*quantization) : std::vector<std::int64_t>{};
  if (zero_points.size() != 1 || zero_points[0] < 0 || zero_points[0] > 255 ||
      quantization->scale()->size() != 1) {
    file_.fail(op,
               "weights '" + file_.name(index) + "' need one scale and one zero point in 0..255");
  }
  node.weight_shift = 128;
  for (const int code : file_.uint8s(index)) {
    node.weights.push_back(static_cast<std::int8_t>(code - node.weight_shift));
  }
  node.weight_zero_points = {static_cast<std::int32_t>(zero_points[0]) - node.weight_shift};
}

/// What all kinds of weights share; `node` has its input, window, outputs and layout.
void TfliteImporter::read_weights(const Operator& op, Convolution& node, int channel_axis,
                                  unsigned bias_position) {
  const int index = file_.input(op, 1);
  node.weight_name = file_.name(index);
  for (const int extent : file_.dims(index)) node.weight_shape.push_back(extent);
  if (unsigned_) {
    read_unsigned_weights(op, node, index);
  } else {
    node.weights = file_.int8s(index);
  }
  node.weights = in_order(node);
  node.weight_scales = weight_scales(op, index, channel_axis, node.out_channels);
  node.bias = bias(op, node, bias_position);
}

/// An input that may be spread.
TensorId TfliteImporter::convolved(const Operator& op) {
  const View& input = view(op, 0);
  return input.spread ? input.id : activation(op, 0);
}

void TfliteImporter::append_convolution(const Operator& op, Convolution node, int output) {
  const Shape& input = tensor(node.input).shape;
  const Dims pixels = result_dims(op, input, node.window, node.out_channels);
  const Shape shape{.channels = pixels[3], .height = pixels[1], .width = pixels[2]};
  // A BATCH_TO_SPACE_ND may have put a row together again.
  const bool row = file_.dims(output).size() == 3 && shape.height == 1;
  append(op, std::move(node), row ? Dims{1, shape.width, shape.channels} : pixels, shape, output);
}

void TfliteImporter::convolution(const Operator& op) {
  const tflite::Conv2D* options = op.table->options_as_Conv2D();
  if (options == nullptr) file_.fail(op, "it has no options");
  Convolution node;
  node.input = convolved(op);
  const Shape input = tensor(node.input).shape;
  const std::vector<int> dims = file_.dims(file_.input(op, 1));
  if (dims.size() != 4 || input.channels % dims[3] != 0 ||
      dims[0] % (input.channels / dims[3]) != 0) {
    file_.fail(op, "its weights do not fit " + std::to_string(input.channels) + " input channels");
  }
  node.out_channels = dims[0];
  node.groups = input.channels / dims[3];
  const auto [window, output] = place(op, input, Sliding::of(dims, *options));
  node.window = window;
  node.weight_layout = WeightLayout::kChannelLast;
  read_weights(op, node, 0);
  limit(op, node.clamp_low, node.clamp_high, options->activation(), output);
  append_convolution(op, std::move(node), output);
}

void TfliteImporter::depthwise(const Operator& op) {
  const tflite::DepthwiseConv2D* options = op.table->options_as_DepthwiseConv2D();
  if (options == nullptr) file_.fail(op, "it has no options");
  Convolution node;
  node.input = convolved(op);
  const Shape input = tensor(node.input).shape;
  const std::vector<int> dims = file_.dims(file_.input(op, 1));
  if (dims.size() != 4 || dims[0] != 1 || dims[3] % input.channels != 0) {
    file_.fail(op, "its weights do not fit " + std::to_string(input.channels) + " input channels");
  }
  node.out_channels = dims[3];
  node.groups = input.channels;
  const auto [window, output] = place(op, input, Sliding::of(dims, *options));
  node.window = window;
  node.weight_layout = WeightLayout::kInputFirst;  // (height, width, output)
  read_weights(op, node, 3);
  limit(op, node.clamp_low, node.clamp_high, options->activation(), output);
  append_convolution(op, std::move(node), output);
}

/// Of all elements, or where these are several times the inputs of the weights, of every pixel.
void TfliteImporter::fully_connected(const Operator& op) {
  const tflite::FullyConnected* options = op.table->options_as_FullyConnected();
  if (options == nullptr) file_.fail(op, "it has no options");
  if (options->format() != tflite::WeightsFormat::DEFAULT) {
    file_.fail(op, "shuffled weights are not supported");
  }
  Convolution node;
  node.input = quantized(op, 0);
  node.fully_connected = true;
  const std::vector<int> dims = file_.dims(file_.input(op, 1));
  const std::int64_t size = tensor(node.input).shape.size();
  if (dims.size() != 2 || size % dims[1] != 0) {
    file_.fail(op, "its weights do not fit an input of " + std::to_string(size) + " elements");
  }
  const auto rows = static_cast<int>(size / dims[1]);
  if (rows > 1 && tensor(node.input).shape.channels != dims[1]) {
    node.input = in_shape(op, 0, {.channels = dims[1], .height = 1, .width = rows});
  }
  const Shape input = tensor(node.input).shape;
  const Shape kernel = rows > 1 ? Shape{dims[1], 1, 1} : input;
  Dims made{rows, dims[0]};
  if (options->keep_dims()) {
    made = view(op, 0).dims;
    if (made.empty() || made.back() != dims[1]) file_.fail(op, "its weights do not fit its input");
    made.back() = dims[0];
  }
  node.out_channels = dims[0];
  node.window.kernel_height = kernel.height;
  node.window.kernel_width = kernel.width;
  node.weight_layout = WeightLayout::kChannelLast;
  read_weights(op, node, 0);
  limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  const Shape shape = checked(op, [&] { return window_output(input, node.window, dims[0]); });
  append(op, std::move(node), made, shape, file_.output(op));
}

}  // namespace brownout::models
