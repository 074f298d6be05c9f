// Shapes as the ONNX graph sees them: how an edge views a tensor, and integers that a graph
// computes from shapes (Shape, Gather, Concat, ...) in order to reshape. Private to this folder.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/onnx/graph.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// The dimensions of an edge: (N, C, H, W), (N, H, W, C), (N, C * H * W), (N, H * W * C), or in the
/// middle of a channel shuffle (N, groups, C / groups, H, W).
enum class View { kPlanes, kPixels, kFlat, kFlatPixels, kGroups };

inline bool is_flat(View view) { return view == View::kFlat || view == View::kFlatPixels; }

/// Stands for the batch in computed shapes.
constexpr std::int64_t kBatch = std::numeric_limits<std::int64_t>::min();

/// Without the batch, of all views but kGroups.
std::vector<std::int64_t> view_dims(View view, const Shape& shape);

/// The axis of the tensor that dimension `axis` (counted from 0, negative from the end) of a view
/// is; nothing for the batch, for a flat view of several pixels and for kGroups.
std::optional<Axis> view_axis(View view, const Shape& shape, std::int64_t axis);

/// True where a constant of these dimensions is one element for each channel, by broadcasting.
bool runs_along_channels(View view, const Shape& shape, std::vector<std::int64_t> dims);

int extent(const Shape& shape, Axis axis);
int& extent(Shape& shape, Axis axis);
int& extent(Padding::Border& border, Axis axis);

/// The view that Reshape to `dims` gives; nothing where it is none.
std::optional<View> reshaped_view(View from, const Shape& shape, std::vector<std::int64_t> dims);

/// The groups of channels where Reshape to `dims` makes (N, groups, C / groups, H, W) of planes.
std::optional<int> channel_groups(const Shape& shape, std::vector<std::int64_t> dims);

/// A computed list or, in between, matrix of integers.
struct Integers {
  std::vector<std::int64_t> dims;
  std::vector<std::int64_t> values;
};

class ShapeValues {
 public:
  explicit ShapeValues(const OnnxGraph& graph) : graph_(graph) {}

  /// Whether some operator of this name computes integers.
  static bool knows(const std::string& type);
  /// A constant of the graph or a computed list; nothing where the edge is neither.
  std::optional<std::vector<std::int64_t>> find(const std::string& edge) const;
  /// The result of a Shape node.
  void set_shape(const onnx::NodeProto& node, View view, const Shape& shape);
  /// Computes a node whose inputs are computed integers; false where they are not.
  bool fold(const onnx::NodeProto& node);

 private:
  std::optional<Integers> integers(const std::string& edge) const;
  Integers required(const onnx::NodeProto& node, int index) const;
  Integers compute(const onnx::NodeProto& node) const;
  Integers reshaped(const onnx::NodeProto& node, Integers from) const;
  Integers sliced(const onnx::NodeProto& node, const Integers& from) const;
  Integers arithmetic(const onnx::NodeProto& node) const;

  const OnnxGraph& graph_;
  std::unordered_map<std::string, Integers> computed_;
};

}  // namespace brownout::models
