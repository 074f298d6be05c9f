// Windows of convolutions and pools: kernels, strides, dilations, pads and their checks.
#include "models/onnx/windows.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"

namespace brownout::models {

int checked_int(const OnnxGraph& graph, const onnx::NodeProto& node, const char* what,
                std::int64_t value, std::int64_t low) {
  if (value < low || value > kLargestDimension) {
    graph.fail(node, std::string(what) + ": " + std::to_string(value) + " is not in " +
                         std::to_string(low) + ".." + std::to_string(kLargestDimension));
  }
  return static_cast<int>(value);
}

namespace {

/// A list attribute with an entry for height and one for width, whose first a row (`spatial` 1)
/// lacks, or twice as many (pads). What is absent is `fallback`.
std::vector<int> list(const OnnxGraph& graph, const onnx::NodeProto& node, const char* name,
                      int spatial, std::size_t times, std::int64_t fallback, std::int64_t low) {
  std::vector<std::int64_t> values = ints_attribute(node, name);
  const std::size_t given = static_cast<std::size_t>(spatial) * times;
  if (values.empty()) values.assign(given, fallback);
  if (values.size() != given) {
    graph.fail(node, std::string(name) + " has " + std::to_string(values.size()) +
                         " entries, its input has " + std::to_string(spatial) +
                         " dimensions beside batch and channels");
  }
  for (std::size_t i = 0; spatial == 1 && i < times; ++i) {
    values.insert(values.begin() + static_cast<std::ptrdiff_t>(2 * i), fallback);
  }
  std::vector<int> checked;
  checked.reserve(values.size());
  for (const std::int64_t value : values) {
    checked.push_back(checked_int(graph, node, name, value, low));
  }
  return checked;
}

/// Pads of one dimension for auto_pad SAME_*: outputs = ceil(input / stride).
void pad_same(int input, int kernel, int stride, int dilation, bool upper, int& begin, int& end) {
  const int outputs = divide_up(input, stride);
  const int total = std::max((outputs - 1) * stride + dilation * (kernel - 1) + 1 - input, 0);
  begin = upper ? total / 2 : total - total / 2;
  end = total - begin;
}

/// Of one dimension: far beyond any input, and within an int however it is padded.
void require_reach(const OnnxGraph& graph, const onnx::NodeProto& node, int kernel, int dilation) {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  const std::int64_t reach = std::int64_t{dilation} * (kernel - 1) + 1;
  if (reach > kMost) {
    graph.fail(node, "a window that reaches over " + std::to_string(reach) +
                         " elements; at most 16777216 are allowed");
  }
}

/// The pad at the end with which a last window that ceil_mode adds is a whole one. It has to start
/// within the input or the pad before it.
int pad_for_last_window(int input, int kernel, int stride, int dilation, int before, int after) {
  const int reach = dilation * (kernel - 1) + 1;
  const int room = input + before + after - reach;
  const int missing = room % stride == 0 ? 0 : stride - room % stride;
  const bool starts_inside = room >= 0 && room + missing < input + before;
  return starts_inside ? after + missing : after;
}

/// ceil_mode: windows that the input does not fill, too.
void round_up(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input,
              Pooling& pooling) {
  Window& w = pooling.window;
  const Window exact = w;
  w.pad_bottom = pad_for_last_window(input.height, w.kernel_height, w.stride_height,
                                     w.dilation_height, w.pad_top, w.pad_bottom);
  w.pad_right = pad_for_last_window(input.width, w.kernel_width, w.stride_width, w.dilation_width,
                                    w.pad_left, w.pad_right);
  if (pooling.count_include_pad && w != exact) {
    graph.fail(node,
               "ceil_mode 1 with count_include_pad 1 is not supported where windows overlap "
               "the end");
  }
}

}  // namespace

Window read_window(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input,
                   int kernel_height, int kernel_width, int spatial) {
  const std::vector<int> strides = list(graph, node, "strides", spatial, 1, 1, 1);
  const std::vector<int> dilations = list(graph, node, "dilations", spatial, 1, 1, 1);
  require_reach(graph, node, kernel_height, dilations[0]);
  require_reach(graph, node, kernel_width, dilations[1]);
  Window window{.kernel_height = kernel_height,
                .kernel_width = kernel_width,
                .stride_height = strides[0],
                .stride_width = strides[1],
                .dilation_height = dilations[0],
                .dilation_width = dilations[1]};
  const std::string auto_pad = string_attribute(node, "auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    const bool upper = auto_pad == "SAME_UPPER";
    pad_same(input.height, kernel_height, strides[0], dilations[0], upper, window.pad_top,
             window.pad_bottom);
    pad_same(input.width, kernel_width, strides[1], dilations[1], upper, window.pad_left,
             window.pad_right);
  } else if (auto_pad == "NOTSET") {
    const std::vector<int> pads = list(graph, node, "pads", spatial, 2, 0, 0);
    window.pad_top = pads[0];
    window.pad_left = pads[1];
    window.pad_bottom = pads[2];
    window.pad_right = pads[3];
  } else if (auto_pad != "VALID") {
    graph.fail(node, "auto_pad: unknown value '" + auto_pad + "'");
  }
  return window;
}

Pooling read_pooling(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input,
                     int spatial) {
  Pooling pooling;
  pooling.name = display_name(node);
  const std::string& type = node.op_type();
  if (type == "GlobalAveragePool" || type == "QLinearGlobalAveragePool" || type == "ReduceMean") {
    pooling.kind = PoolKind::kGlobalAverage;
    pooling.window.kernel_height = input.height;
    pooling.window.kernel_width = input.width;
    return pooling;
  }
  pooling.kind = type.ends_with("MaxPool") ? PoolKind::kMax : PoolKind::kAverage;
  if (type == "GlobalMaxPool") {
    pooling.window.kernel_height = input.height;
    pooling.window.kernel_width = input.width;
    return pooling;
  }
  if (node.output_size() > 1 && !node.output(1).empty())
    graph.fail(node, "indices of a maximum are not supported");
  if (ints_attribute(node, "kernel_shape").empty()) graph.fail(node, "it has no kernel_shape");
  const std::vector<int> kernel = list(graph, node, "kernel_shape", spatial, 1, 1, 1);
  pooling.window = read_window(graph, node, input, kernel[0], kernel[1], spatial);
  pooling.count_include_pad =
      pooling.kind == PoolKind::kAverage && int_attribute(node, "count_include_pad", 0) != 0;
  if (int_attribute(node, "ceil_mode", 0) != 0) round_up(graph, node, input, pooling);
  const Window& w = pooling.window;
  if (w.pad_top >= w.kernel_height || w.pad_bottom >= w.kernel_height ||
      w.pad_left >= w.kernel_width || w.pad_right >= w.kernel_width) {
    graph.fail(node, "pads as large as the kernel leave windows empty");
  }
  if (pooling.kind == PoolKind::kAverage && (w.dilation_height != 1 || w.dilation_width != 1)) {
    graph.fail(node, "a dilated average pool is not supported");
  }
  // ONNX Runtime adds up such a window in integers, as a global pool.
  const Window whole{.kernel_height = input.height, .kernel_width = input.width};
  Window here = w;
  here.stride_height = here.stride_width = 1;
  if (pooling.kind == PoolKind::kAverage && here == whole) {
    pooling.kind = PoolKind::kGlobalAverage;
    pooling.window = whole;
    pooling.count_include_pad = false;
  }
  return pooling;
}

}  // namespace brownout::models
