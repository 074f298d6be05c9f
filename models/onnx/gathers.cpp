// Import of operators that pick elements along an axis by their index: Gather, the Transpose in the
// middle of a channel shuffle (its Reshapes are movement.cpp's), padding with elements of the
// tensor, Resize to the nearest.
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

/// The element that stands at `index` of an axis padded by its own elements.
std::int64_t padding_index(const std::string& mode, std::int64_t index, std::int64_t size) {
  if (mode == "edge") return std::clamp(index, std::int64_t{0}, size - 1);
  const std::int64_t period = mode == "wrap" ? size : std::max(2 * (size - 1), std::int64_t{1});
  const std::int64_t place = (index % period + period) % period;
  return place < size ? place : period - place;
}

/// Where Resize looks for element `index` of its result, with ONNX Runtime's roundings.
float resized_from(const std::string& mode, int index, int from, int to, float scale) {
  const auto x = static_cast<float>(index);
  if (mode == "asymmetric") return x / scale;
  if (mode == "align_corners") {
    return to == 1 ? 0.0F : x * static_cast<float>(from - 1) / static_cast<float>(to - 1);
  }
  if (mode == "pytorch_half_pixel" && to == 1) return 0.0F;
  return (x + 0.5F) / scale - 0.5F;
}

/// Indices with one step from each to the next, each of them so many times.
struct Run {
  int first = 0, step = 0, count = 0, times = 1;
};

/// As few runs as one after the other can make of a list that is not empty.
std::vector<Run> runs_of(const std::vector<int>& indices) {
  const auto size = static_cast<int>(indices.size());
  const auto at = [&](int i) { return indices[static_cast<std::size_t>(i)]; };
  const auto count = [&](int from, int times) {  // of a run that starts there
    const int step = from + times < size ? at(from + times) - at(from) : 0;
    int i = from;
    while (i < size && at(i) == at(from) + (i - from) / times * step) ++i;
    return (i - from) / times;
  };
  int times = 1;
  while (times < size && at(times) == at(0)) ++times;
  if (count(0, times) * times == size) {
    return {{at(0), times < size ? at(times) - at(0) : 0, size / times, times}};
  }
  std::vector<Run> runs;
  for (int i = 0; i < size; i += runs.back().count) {
    const int step = i + 1 < size ? at(i + 1) - at(i) : 0;
    runs.push_back({at(i), step, count(i, 1), 1});
  }
  return runs;
}

/// A copy of some elements along an axis and all along the others.
StridedCopy copy_of(const Run& run, const Shape& shape, Axis axis) {
  StridedCopy made;
  std::int64_t stride = shape.size();
  for (const Axis along : {Axis::kHeight, Axis::kWidth, Axis::kChannels}) {
    stride /= extent(shape, along);
    if (along != axis) {
      made.loops.push_back({extent(shape, along), stride});
    } else {
      made.first = run.first * stride;
      made.loops.push_back({run.count, run.step * stride});
      if (run.times > 1) made.loops.push_back({run.times, 0});
    }
  }
  return made;
}

/// ONNX Runtime takes a place within a millionth of the middle for the middle.
float nearest(const std::string& mode, float x) {
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  const float below = std::floor(x);
  const bool middle = std::abs(x - below - 0.5F) <= 1e-6F;
  if (!middle) return std::round(x);
  return mode == "round_prefer_floor" ? below : below + 1.0F;
}

void require_plain_resize(const OnnxGraph& graph, const onnx::NodeProto& node) {
  const std::string mode = string_attribute(node, "mode", "nearest");
  if (mode != "nearest" || graph.opset() < 11) {
    graph.fail(node, "only mode nearest, from opset 11, is supported, not '" + mode +
                         "': other modes compute in float");
  }
  if (find_attribute(node, "axes") != nullptr || int_attribute(node, "antialias", 0) != 0 ||
      string_attribute(node, "keep_aspect_ratio_policy", "stretch") != "stretch") {
    graph.fail(node, "axes, antialias and keep_aspect_ratio_policy are not supported");
  }
}

}  // namespace

/// The elements of `source` at these indices along an axis: a copy of each run, joined.
Edge Importer::pick(const onnx::NodeProto& node, const Edge& source, Axis axis,
                    const std::vector<int>& indices) {
  constexpr std::size_t kMostRuns = 256;
  if (indices.empty() || indices.size() > kLargestDimension) {
    graph_.fail(node, std::to_string(indices.size()) + " elements along one dimension");
  }
  const std::vector<Run> runs = runs_of(indices);
  if (runs.size() > kMostRuns) {
    graph_.fail(node, "its indices are " + std::to_string(runs.size()) +
                          " runs with one step each; at most " + std::to_string(kMostRuns) +
                          " are supported");
  }
  Shape shape = shape_of(source);
  Concatenation whole{.name = display_name(node), .axis = axis};
  Edge part = source;
  for (const Run& run : runs) {
    StridedCopy made = copy_of(run, shape_of(source), axis);
    made.name = display_name(node);
    if (runs.size() > 1) made.name += "." + std::to_string(whole.inputs.size());
    made.input = source.tensor;
    extent(shape, axis) = run.count * run.times;
    part = move(node, source, std::move(made), shape);
    whole.inputs.push_back(part.tensor);
  }
  if (runs.size() == 1) return part;
  extent(shape, axis) = static_cast<int>(indices.size());
  return move(node, source, std::move(whole), shape);
}

/// Gather: by a constant list of indices.
void Importer::gather(const onnx::NodeProto& node) {
  const Edge source = movable(node, 0);
  const auto list = shape_values_.find_array(input_name(node, 1));
  if (!list || list->dims.size() != 1) {
    graph_.fail(node, "its indices are not a constant list");
  }
  const Shape& shape = shape_of(source);
  const auto axis = view_axis(source.view, shape, int_attribute(node, "axis", 0));
  if (!axis) graph_.fail(node, "elements of this axis cannot be gathered");
  const std::int64_t size = extent(shape, *axis);
  std::vector<int> indices;
  for (const std::int64_t index : list->values) {
    if (index < -size || index >= size) {
      graph_.fail(node, "index " + std::to_string(index) + " of " + std::to_string(size));
    }
    indices.push_back(static_cast<int>(index < 0 ? index + size : index));
  }
  set_edge(node, pick(node, source, *axis, indices));
}

/// (N, groups, C / groups, H, W) with its groups inside.
void Importer::shuffle(const onnx::NodeProto& node) {
  const Edge source = movable(node, 0);
  if (ints_attribute(node, "perm") != std::vector<std::int64_t>{0, 2, 1, 3, 4}) {
    graph_.fail(node, "of (N, groups, channels, H, W), only groups and channels change places");
  }
  const Shape shape = shape_of(source);
  const int each = shape.channels / source.groups;
  Edge result = move(node, source,
                     StridedCopy{.name = display_name(node),
                                 .input = source.tensor,
                                 .loops = {{shape.height * shape.width, shape.channels},
                                           {each, 1},
                                           {source.groups, each}}},
                     shape);
  result.groups = each;
  set_edge(node, result);
}

/// Along one axis, by its first, last, or mirrored elements.
Edge Importer::pad_with_own(const onnx::NodeProto& node, const Edge& source, Axis axis,
                            std::int64_t before, std::int64_t after) {
  const std::string mode = string_attribute(node, "mode", "constant");
  const std::int64_t size = extent(shape_of(source), axis);
  if (mode != "edge" && mode != "wrap" && mode != "reflect") {
    graph_.fail(node, "mode: unknown value '" + mode + "'");
  }
  const bool too_many = std::max(before, after) >= size && mode != "edge";
  if (std::min(before, after) < 0 || too_many) {
    graph_.fail(node, "mode '" + mode + "' takes 0 to " + std::to_string(size - 1) + " elements");
  }
  std::vector<int> indices;
  for (std::int64_t i = -before; i < size + after; ++i) {
    indices.push_back(static_cast<int>(padding_index(mode, i, size)));
  }
  return pick(node, source, axis, indices);
}

/// To the nearest element.
void Importer::resize(const onnx::NodeProto& node) {
  require_plain_resize(graph_, node);
  Edge result = movable(node, 0);
  const std::string coordinates =
      string_attribute(node, "coordinate_transformation_mode", "half_pixel");
  const std::string rounding = string_attribute(node, "nearest_mode", "round_prefer_floor");
  if (coordinates != "asymmetric" && coordinates != "half_pixel" &&
      coordinates != "pytorch_half_pixel" && coordinates != "align_corners") {
    graph_.fail(node, "coordinate_transformation_mode '" + coordinates + "' is not supported");
  }
  const bool by_size = !input_name(node, 3).empty();
  const auto sizes = shape_values_.find(input_name(node, 3));
  const onnx::TensorProto* given = graph_.constant(input_name(node, 2));
  if (by_size ? !sizes : given == nullptr) graph_.fail(node, "its sizes are not constants");
  const auto rank = static_cast<std::size_t>(rank_of(result.view));
  const std::vector<float> scales =
      by_size ? std::vector<float>(rank, 0.0F) : graph_.floats(*given);
  if (scales.size() != rank || (by_size && sizes->size() != rank)) {
    graph_.fail(node, "it has not a size for each dimension of its input");
  }
  if (by_size ? (*sizes)[0] != 1 : scales[0] != 1) {
    graph_.fail(node, "it resizes the batch");
  }
  const auto axis_at = [&](std::size_t dimension) {
    const auto axis =
        view_axis(result.view, shape_of(result), static_cast<std::int64_t>(dimension));
    if (!axis) graph_.fail(node, "its input is not (N, C, H, W) or (N, H, W, C)");
    return *axis;
  };
  const auto wanted_at = [&](std::size_t dimension) {
    const auto from = static_cast<float>(extent(shape_of(result), axis_at(dimension)));
    const float wanted =
        by_size ? static_cast<float>((*sizes)[dimension]) : std::floor(from * scales[dimension]);
    if (wanted >= 1 && wanted <= static_cast<float>(kLargestDimension)) return wanted;
    graph_.fail(node, "a size out of range");
  };
  bool same = true;  // whatever the scales, ONNX Runtime then copies
  for (std::size_t dimension = 1; dimension < rank; ++dimension) {
    const int from = extent(shape_of(result), axis_at(dimension));
    same = same && static_cast<int>(wanted_at(dimension)) == from;
  }
  if (same) return set_edge(node, result);
  for (std::size_t dimension = 1; dimension < rank; ++dimension) {
    const Axis axis = axis_at(dimension);
    const int from = extent(shape_of(result), axis);
    const float wanted = wanted_at(dimension);
    const int to = static_cast<int>(wanted);
    const float scale = by_size ? wanted / static_cast<float>(from) : scales[dimension];
    if (scale == 1.0F) continue;
    std::vector<int> indices;
    for (int i = 0; i < to; ++i) {
      const float place = nearest(rounding, resized_from(coordinates, i, from, to, scale));
      indices.push_back(std::clamp(static_cast<int>(place), 0, from - 1));
    }
    result = pick(node, result, axis, indices);
  }
  set_edge(node, result);
}

}  // namespace brownout::models
