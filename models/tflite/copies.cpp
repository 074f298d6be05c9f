// Import of the TFLite operators that become copies in another order or number: TRANSPOSE,
// REVERSE_V2, TILE, DEPTH_TO_SPACE, SPACE_TO_DEPTH, RESIZE_NEAREST_NEIGHBOR, and operands that are
// broadcast.
#include <algorithm>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

using Loop = StridedCopy::Loop;

/// The same loops, those that go on in one another as one.
std::vector<Loop> joined(const std::vector<Loop>& loops) {
  std::vector<Loop> result;
  for (const Loop& loop : loops) {
    if (loop.extent == 1) continue;
    Loop* outer = result.empty() ? nullptr : &result.back();
    const std::int64_t extent = outer == nullptr ? 0 : std::int64_t{outer->extent} * loop.extent;
    if (outer != nullptr && outer->stride == loop.stride * loop.extent &&
        extent <= kLargestTensor) {
      *outer = {static_cast<int>(extent), loop.stride};
    } else {
      result.push_back(loop);
    }
  }
  return result;
}

}  // namespace

void TfliteImporter::transpose(const Operator& op) {
  const Dims dims = view(op, 0).dims;
  const Integers order = integers(op, 1);
  std::vector<bool> taken(dims.size(), false);
  if (order.size() != dims.size()) file_.fail(op, "its order has not one number per dimension");
  const std::vector<std::int64_t> strides = strides_of(dims);
  Dims made;
  std::vector<Loop> loops;
  for (const std::int64_t entry : order) {
    const std::optional<std::size_t> d = axis_of(entry, dims.size());
    if (!d || taken[*d]) file_.fail(op, "its order does not name every dimension once");
    taken[*d] = true;
    made.push_back(dims[*d]);
    loops.push_back({dims[*d], strides[*d]});
  }
  loops = joined(loops);
  const bool in_order = std::is_sorted(
      loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.stride > b.stride; });
  if (in_order) {  // only dimensions of 1 change their places
    const int output = file_.output(op);
    require_dims(op, output, made);
    if (view(op, 0).id >= 0) require_same_quantization(op, view(op, 0).id, output);
    views_[output] = {.id = view(op, 0).id, .dims = made, .spread = view(op, 0).spread};
    return;
  }
  StridedCopy node{.name = {}, .input = quantized(op, 0), .loops = std::move(loops)};
  require_same_quantization(op, node.input, file_.output(op));
  append(op, std::move(node), made);
}

/// REVERSE_V2: the last element of some dimensions first.
void TfliteImporter::reverse(const Operator& op) {
  const Dims dims = view(op, 0).dims;
  const std::vector<std::int64_t> strides = strides_of(dims);
  StridedCopy node{.name = {}, .input = quantized(op, 0)};
  require_same_quantization(op, node.input, file_.output(op));
  for (std::size_t d = 0; d < dims.size(); ++d) node.loops.push_back({dims[d], strides[d]});
  for (const std::int64_t entry : integers(op, 1)) {
    const std::optional<std::size_t> axis = axis_of(entry, dims.size());
    if (!axis) file_.fail(op, "it has no dimension " + std::to_string(entry));
    StridedCopy::Loop& loop = node.loops[*axis];
    if (loop.stride < 0) continue;
    node.first += loop.stride * (loop.extent - 1);
    loop.stride = -loop.stride;
  }
  append(op, std::move(node), dims);
}

void TfliteImporter::tile(const Operator& op) {
  const Dims dims = view(op, 0).dims;
  const Integers times = integers(op, 1);
  if (times.size() != dims.size()) file_.fail(op, "it has not one number for every dimension");
  const std::vector<std::int64_t> strides = strides_of(dims);
  Dims made;
  std::vector<Loop> loops;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (times[d] < 1 || times[d] > kLargestDimension / dims[d]) {
      file_.fail(op, "it repeats a dimension " + std::to_string(times[d]) + " times");
    }
    made.push_back(dims[d] * static_cast<int>(times[d]));
    loops.push_back({static_cast<int>(times[d]), 0});
    loops.push_back({dims[d], strides[d]});
  }
  StridedCopy node{.name = {}, .input = quantized(op, 0), .loops = joined(loops)};
  require_same_quantization(op, node.input, file_.output(op));
  append(op, std::move(node), made);
}

/// DEPTH_TO_SPACE: channel (y * size + x) * C + c of a pixel becomes channel c of pixel (y, x) of
/// its block; SPACE_TO_DEPTH is the way back.
void TfliteImporter::blocks(const Operator& op) {
  const bool to_space = op.kind == tflite::OperatorKind::DEPTH_TO_SPACE;
  const tflite::Block* options =
      to_space ? op.table->options_as_DepthToSpace() : op.table->options_as_SpaceToDepth();
  if (options == nullptr) file_.fail(op, "it has no options");
  StridedCopy node{.name = {}, .input = activation(op, 0)};
  require_same_quantization(op, node.input, file_.output(op));
  const auto [channels, height, width] = tensor(node.input).shape;
  const int size = options->size();
  const std::int64_t block = std::int64_t{size} * size;
  const bool fits =
      size >= 1 && (to_space ? channels % block == 0 : height % size == 0 && width % size == 0);
  if (!fits) file_.fail(op, "its blocks of " + std::to_string(size) + " do not fit its input");
  const std::int64_t row = std::int64_t{width} * channels;
  if (to_space) {
    const int inner = channels / (size * size);
    node.loops = {{height, row},
                  {size, std::int64_t{size} * inner},
                  {width, channels},
                  {size, inner},
                  {inner, 1}};
    append(op, std::move(node), Dims{1, height * size, width * size, inner});
  } else {
    node.loops = {{height / size, row * size},
                  {width / size, std::int64_t{size} * channels},
                  {size, row},
                  {size, channels},
                  {channels, 1}};
    append(op, std::move(node), Dims{1, height / size, width / size, channels * size * size});
  }
}

/// By powers of 2, of which LiteRT's float32 quotients are exact: every pixel so many times.
void TfliteImporter::resize_nearest(const Operator& op) {
  const tflite::ResizeNearest* options = op.table->options_as_ResizeNearest();
  StridedCopy node{.name = {}, .input = activation(op, 0)};
  require_same_quantization(op, node.input, file_.output(op));
  const auto [channels, height, width] = tensor(node.input).shape;
  const Integers size = integers(op, 1);
  const auto times = [](std::int64_t larger, int extent) {
    const std::int64_t factor = larger < 1 || larger > kLargestDimension ? 0 : larger / extent;
    const bool whole = factor * extent == larger && factor > 0 && (factor & (factor - 1)) == 0;
    return whole ? static_cast<int>(factor) : 0;
  };
  const int tall = size.size() == 2 ? times(size[0], height) : 0;
  const int wide = size.size() == 2 ? times(size[1], width) : 0;
  if (tall == 0 || wide == 0 || (options != nullptr && options->align_corners())) {
    file_.fail(op, "only 1, 2, 4, ... times height and width are supported, corners not aligned");
  }
  node.loops = joined({{height, std::int64_t{width} * channels},
                       {tall, 0},
                       {width, channels},
                       {wide, 0},
                       {channels, 1}});
  append(op, std::move(node), Dims{1, height * tall, width * wide, channels});
}

/// The first input with chosen dimensions before the others: as height, and these as channels.
TensorId TfliteImporter::in_front(const Operator& op, const std::vector<bool>& chosen) {
  const Dims dims = view(op, 0).dims;
  const std::vector<std::int64_t> strides = strides_of(dims);
  StridedCopy node{.name = {}, .input = quantized(op, 0)};
  Shape shape{.channels = 1, .height = 1, .width = 1};
  for (const bool front : {true, false}) {
    for (std::size_t d = 0; d < dims.size(); ++d) {
      if (chosen[d] != front) continue;
      node.loops.push_back({dims[d], strides[d]});
      (front ? shape.height : shape.channels) *= dims[d];
    }
  }
  node.loops = joined(node.loops);
  const std::string name = file_.name(file_.input(op, 0)) + "@" + std::to_string(op.index);
  const ActivationTensor like = tensor(node.input);
  return append_hidden(op, std::move(node), shape, like, name);
}

/// An operand repeated along the dimensions of `dims` that it has not or has as 1.
TensorId TfliteImporter::broadcast(const Operator& op, unsigned position, const Dims& dims) {
  const Dims own = view(op, position).dims;
  Dims aligned(dims.size() - own.size(), 1);
  aligned.insert(aligned.end(), own.begin(), own.end());
  if (aligned == dims) return elements(op, position);
  const std::vector<std::int64_t> strides = strides_of(aligned);
  StridedCopy node{.name = {}, .input = quantized(op, position)};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    node.loops.push_back({dims[d], aligned[d] == 1 ? 0 : strides[d]});
  }
  node.loops = joined(node.loops);
  const std::string name = file_.name(file_.input(op, position)) + "@" + std::to_string(op.index);
  const ActivationTensor like = tensor(node.input);
  const std::string what = "operator " + std::to_string(op.index);
  return append_hidden(op, std::move(node), image_shape(what, dims), like, name);
}

/// Both operands in the shape of the result; a constant keeps its dimensions of 1.
TfliteImporter::Pair TfliteImporter::operands(const Operator& op) {
  const int constant_at = constant_operand(op);
  const auto dims_of = [&](unsigned position) {
    const bool is_constant = static_cast<int>(position) == constant_at;
    return is_constant ? file_.dims(file_.input(op, position)) : view(op, position).dims;
  };
  const auto operand = [&](unsigned position, const Dims& whole) {
    const bool is_constant = static_cast<int>(position) == constant_at;
    return is_constant ? constant(op, position, whole) : broadcast(op, position, whole);
  };
  const Dims left = dims_of(0), right = dims_of(1);
  Dims dims = left.size() < right.size() ? right : left;
  const Dims& shorter = left.size() < right.size() ? left : right;
  for (std::size_t d = 1; d <= shorter.size(); ++d) {
    int& extent = dims[dims.size() - d];
    const int other = shorter[shorter.size() - d];
    if (extent != other && extent != 1 && other != 1) {
      file_.fail(op, "the shapes of its inputs do not fit together");
    }
    extent = std::max(extent, other);
  }
  Pair pair{operand(0, dims), operand(1, dims), dims};
  if (tensor(pair.left).shape != tensor(pair.right).shape) {
    const std::string what = "operator " + std::to_string(op.index);
    const Shape shape = constant_at < 0 ? image_shape(what, dims) : shape_of(dims);
    if (constant_at != 0 && tensor(pair.left).shape != shape) pair.left = in_shape(op, 0, shape);
    if (constant_at != 1 && tensor(pair.right).shape != shape) pair.right = in_shape(op, 1, shape);
  }
  return pair;
}

}  // namespace brownout::models
