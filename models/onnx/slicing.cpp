// Import of operators that cut tensors: Slice and Split, as negative padding.
#include <algorithm>
#include <map>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// The indices of an axis from a start to an end, as Slice counts them.
std::vector<int> stepped(std::int64_t start, std::int64_t end, std::int64_t step,
                         std::int64_t size) {
  const std::int64_t low = step > 0 ? 0 : -1;
  const auto bound = [&](std::int64_t value, std::int64_t lowest) {
    return std::clamp(value < 0 ? value + size : value, lowest, step > 0 ? size : size - 1);
  };
  std::vector<int> indices;
  const std::int64_t last = bound(end, low);
  for (std::int64_t i = bound(start, 0); (last - i) * (step > 0 ? 1 : -1) > 0;) {
    indices.push_back(static_cast<int>(i));
    if (step > size || step < -size) break;
    i += step;
  }
  return indices;
}

}  // namespace

/// Slice: cropping, then every so manieth pixel; backwards or along channels by index.
void Importer::slice(const onnx::NodeProto& node) {
  Edge source = movable(node, 0);
  const auto list = [&](int index, const char* what) {
    const auto given = shape_values_.find(input_name(node, index));
    if (!given) graph_.fail(node, std::string("its ") + what + " are not constants");
    return *given;
  };
  const std::vector<std::int64_t> starts = list(1, "starts");
  const std::vector<std::int64_t> ends = list(2, "ends");
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (!input_name(node, 3).empty()) axes = list(3, "axes");
  std::vector<std::int64_t> steps(starts.size(), 1);
  if (!input_name(node, 4).empty()) steps = list(4, "steps");
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    graph_.fail(node, "starts, ends, axes and steps differ in number");
  }
  Padding crop{.name = display_name(node), .input = source.tensor};
  Pooling stride{.name = display_name(node)};
  std::map<Axis, std::vector<int>> picked;
  const Shape from = shape_of(source);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::optional<Axis> axis = view_axis(source.view, from, axes[i]);
    if (!axis) graph_.fail(node, "dimension " + std::to_string(axes[i]) + " cannot be cut");
    Shape shape = from;
    const std::int64_t size = extent(shape, *axis);
    const auto bound = [&](std::int64_t value) {
      return std::clamp(value < 0 ? value + size : value, std::int64_t{0}, size);
    };
    const std::int64_t start = bound(starts[i]);
    const std::int64_t end = bound(ends[i]);
    if (steps[i] < 0 || (steps[i] > 1 && *axis == Axis::kChannels)) {
      picked[*axis] = stepped(starts[i], ends[i], steps[i], size);
      continue;
    }
    if (start >= end) graph_.fail(node, "it leaves nothing");
    if (steps[i] < 1 || steps[i] > kLargestDimension) {
      graph_.fail(node, "step " + std::to_string(steps[i]) + " is not supported");
    }
    extent(crop.before, *axis) = static_cast<int>(-start);
    extent(crop.after, *axis) = static_cast<int>(end - size);
    if (*axis == Axis::kHeight) stride.window.stride_height = static_cast<int>(steps[i]);
    if (*axis == Axis::kWidth) stride.window.stride_width = static_cast<int>(steps[i]);
  }
  const Shape kept = padded_shape(from, crop);
  if (kept != from) source = move(node, source, crop, kept);
  const Shape shape = window_output(kept, stride.window, kept.channels);
  stride.input = source.tensor;
  if (shape != kept) source = move(node, source, stride, shape);
  for (const auto& [axis, indices] : picked) source = pick(node, source, axis, indices);
  set_edge(node, source);
}

/// The sizes of the parts of a Split, over an axis of this size.
std::vector<std::int64_t> Importer::split_sizes(const onnx::NodeProto& node, std::int64_t size) {
  std::vector<std::int64_t> sizes = ints_attribute(node, "split");
  if (!input_name(node, 1).empty()) {
    const auto given = shape_values_.find(input_name(node, 1));
    if (!given) graph_.fail(node, "its sizes are not constants");
    sizes = *given;
  }
  const auto parts = static_cast<std::size_t>(node.output_size());
  if (sizes.empty()) {  // equal parts, the last one as large as what is left
    const std::int64_t part = (size + node.output_size() - 1) / node.output_size();
    sizes.assign(parts, part);
    sizes.back() = size - part * (node.output_size() - 1);
  }
  std::int64_t left = size;
  for (const std::int64_t part : sizes) {
    if (part < 1 || part > left) graph_.fail(node, "its sizes do not fit its input");
    left -= part;
  }
  if (sizes.size() != parts || left != 0) graph_.fail(node, "its sizes do not fit its input");
  return sizes;
}

/// Split: a crop for each output.
void Importer::split(const onnx::NodeProto& node) {
  const Edge source = movable(node, 0);
  const Shape from = shape_of(source);
  const std::optional<Axis> axis = view_axis(source.view, from, int_attribute(node, "axis", 0));
  if (!axis) graph_.fail(node, "a tensor cannot be split along this axis");
  Shape shape = from;
  const std::int64_t size = extent(shape, *axis);
  std::int64_t start = 0;
  const std::vector<std::int64_t> sizes = split_sizes(node, size);
  for (int i = 0; i < node.output_size(); ++i) {
    const std::int64_t part = sizes[static_cast<std::size_t>(i)];
    Padding crop{.name = display_name(node), .input = source.tensor};
    if (i > 0) crop.name += "." + std::to_string(i);
    extent(crop.before, *axis) = static_cast<int>(-start);
    extent(crop.after, *axis) = static_cast<int>(start + part - size);
    extent(shape, *axis) = static_cast<int>(part);
    if (!node.output(i).empty()) set_edge(node, move(node, source, crop, shape, i), i);
    start += part;
  }
}

}  // namespace brownout::models
