// Import of Reshape and Transpose that change the order of elements in memory: a copy. Those that
// keep it are another view of the same tensor (movement.cpp).
#include <algorithm>
#include <utility>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

using Loop = StridedCopy::Loop;

/// The dimensions of a tensor without the batch, in the order of the file, with their strides in
/// memory.
std::vector<Loop> file_order(View view, const Shape& shape) {
  const Loop channels{shape.channels, 1};
  const Loop height{shape.height, std::int64_t{shape.width} * shape.channels};
  const Loop width{shape.width, shape.channels};
  if (is_pixels(view)) return {height, width, channels};
  return {channels, height, width};
}

/// The same loops, those that go on in one another as one.
std::vector<Loop> joined_loops(const std::vector<Loop>& loops) {
  std::vector<Loop> result;
  for (const Loop& loop : loops) {
    if (loop.extent == 1) continue;
    if (!result.empty() && result.back().stride == loop.stride * loop.extent) {
      result.back() = {result.back().extent * loop.extent, loop.stride};
    } else {
      result.push_back(loop);
    }
  }
  return result;
}

/// Loops over the elements of `from`, in their order, for each dimension of a new shape of as many;
/// nothing where a dimension is made of parts of two that memory keeps apart.
std::optional<std::vector<std::vector<Loop>>> divided(const std::vector<Loop>& from,
                                                      const std::vector<std::int64_t>& dims) {
  std::vector<std::vector<Loop>> made;
  auto loop = from.begin();
  std::int64_t left = loop == from.end() ? 1 : loop->extent;  // of the loop, still to be divided
  for (std::int64_t rest : dims) {
    std::vector<Loop>& own = made.emplace_back();
    while (rest > 1) {
      const std::int64_t part = std::min(rest, left);
      if (rest % part != 0 || left % part != 0) return std::nullopt;
      rest /= part;
      left /= part;
      own.push_back({static_cast<int>(part), loop->stride * left});
      if (left == 1 && ++loop != from.end()) left = loop->extent;
    }
  }
  return made;
}

/// A copy in the order of memory, of dimensions in the order of a file.
StridedCopy copied(const std::vector<std::vector<Loop>>& dims, View view, Shape& shape) {
  const std::size_t channels = is_pixels(view) ? 2 : 0;
  const std::size_t height = is_pixels(view) ? 0 : 1;
  const auto extent_of = [](const std::vector<Loop>& loops) {
    int extent = 1;
    for (const Loop& loop : loops) extent *= loop.extent;
    return extent;
  };
  shape = {extent_of(dims[channels]), extent_of(dims[height]), extent_of(dims[height + 1])};
  StridedCopy made;
  for (const std::size_t d : {height, height + 1, channels}) {
    made.loops.insert(made.loops.end(), dims[d].begin(), dims[d].end());
  }
  made.loops = joined_loops(made.loops);
  return made;
}

}  // namespace

/// Reshape to other height, width and channels, or to a row; false where it cannot be done.
bool Importer::reorder_by_shape(const onnx::NodeProto& node, std::vector<std::int64_t> dims) {
  const View from = edge(node, 0).view;
  auto resolved = resolved_dims(from, shape_of(edge(node, 0)), std::move(dims));
  if (is_grouped(from) || !resolved) return false;
  const bool row = resolved->size() == 2;  // one pixel high
  if (row) resolved->insert(resolved->begin() + (is_pixels(from) ? 0 : 1), 1);
  if (resolved->size() != 3) return false;
  const Edge source = movable(node, 0);
  const std::vector<Loop> loops = joined_loops(file_order(from, shape_of(source)));
  const auto parts = divided(loops, *resolved);
  if (!parts) return false;
  const View planes = row ? View::kRow : View::kPlanes;
  const View pixels = row ? View::kRowPixels : View::kPixels;
  reorder(node, source, *parts, is_pixels(from) ? pixels : planes);
  return true;
}

/// Transpose of any of height, width and channels; false where it moves the batch.
bool Importer::reorder_by_axes(const onnx::NodeProto& node,
                               const std::vector<std::int64_t>& order) {
  const View from = edge(node, 0).view;
  if (is_flat(from) || is_grouped(from)) return false;
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != std::vector<std::int64_t>{0, 1, 2, 3} || order[0] != 0) return false;
  const Edge source = movable(node, 0);
  const std::vector<Loop> loops = file_order(from, shape_of(source));
  std::vector<std::vector<Loop>> dims;
  for (std::size_t d = 1; d < order.size(); ++d) {
    dims.push_back({loops[static_cast<std::size_t>(order[d] - 1)]});
  }
  reorder(node, source, dims, from);
  return true;
}

void Importer::reorder(const onnx::NodeProto& node, const Edge& source,
                       const std::vector<std::vector<Loop>>& dims, View view) {
  Shape shape;
  StridedCopy made = copied(dims, source.view, shape);
  made.name = display_name(node);
  made.input = source.tensor;
  Edge result = move(node, source, std::move(made), shape);
  result.view = view;
  set_edge(node, result);
}

}  // namespace brownout::models
