// Integers that a graph computes from shapes and constants in order to reshape, slice or resize.
// What each operator computes is size_operators.hpp's. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/onnx/graph.hpp"
#include "models/onnx/shapes.hpp"
#include "models/onnx/size_operators.hpp"

namespace brownout::models {

/// The batch counts as one image, as an inference runs.
class ShapeValues {
 public:
  explicit ShapeValues(const OnnxGraph& graph) : graph_(graph) {}

  /// Whether some operator of this name computes integers.
  static bool knows(const std::string& type) { return size_operator(type) != nullptr; }
  /// A constant of the graph or a computed list; nothing where the edge is neither.
  std::optional<std::vector<std::int64_t>> find(const std::string& edge) const;
  /// The same with its dimensions.
  std::optional<Integers> find_array(const std::string& edge) const;
  bool is_computed(const std::string& edge) const { return computed_.contains(edge); }
  /// The result of a Shape or Size node on a tensor.
  void set_shape(const onnx::NodeProto& node, View view, const Shape& shape);
  /// Computes a node on integers; false where it is none. Throws where it cannot be computed.
  bool fold(const onnx::NodeProto& node);

 private:
  bool is_size(const std::string& edge) const;
  void compute(const onnx::NodeProto& node, std::vector<std::optional<Integers>> inputs);

  const OnnxGraph& graph_;
  std::unordered_map<std::string, Integers> computed_;
};

}  // namespace brownout::models
