// The graph's input: its shape, which of its dimensions are channels, and what it holds.
#include <algorithm>
#include <set>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

int dimension(const OnnxGraph& graph, const onnx::TensorShapeProto& shape, int index,
              const std::string& name) {
  const auto& dim = shape.dim(index);
  if (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() > kLargestDimension) {
    graph.fail("input '" + name + "': dimension " + std::to_string(index) +
               " must be a fixed number up to " + std::to_string(kLargestDimension) +
               " (only the batch may be symbolic)");
  }
  return static_cast<int>(dim.dim_value());
}

/// Of (N, H, W, 1): to (N, 1, H, W).
bool moves_one_channel(const OnnxGraph& graph, const onnx::NodeProto& reshape,
                       const onnx::TensorShapeProto& dims) {
  const onnx::TensorProto* target = graph.constant(input_name(reshape, 1));
  if (target == nullptr || target->data_type() != onnx::TensorProto::INT64) return false;
  if (dims.dim_size() != 4) return false;
  std::vector<std::int64_t> map;
  for (int d = 1; d < 4; ++d) {
    map.push_back(dims.dim(d).dim_value());
    if (map.back() < 1 || map.back() > kLargestDimension) return false;
  }
  const Shape shape{1, static_cast<int>(map[0]), static_cast<int>(map[1])};
  return map[2] == 1 && resolved_dims(View::kPixels, shape, graph.int64s(*target)) ==
                            view_dims(View::kPlanes, shape);
}

/// True when all that reads the input, by way of its quantization, is a transposition from
/// (N, H, W, C) to (N, C, H, W) or from (N, W, C) to (N, C, W), or a Reshape that is one.
bool has_channels_last(const OnnxGraph& graph, std::string edge,
                       const onnx::TensorShapeProto& dims) {
  // A path of nodes is no longer than there are nodes; a cycle of a broken file is.
  for (int left = graph.proto().node_size(); left > 0 && graph.uses(edge) == 1; --left) {
    const auto& nodes = graph.proto().node();
    const auto reader = std::find_if(nodes.begin(), nodes.end(), [&](const onnx::NodeProto& node) {
      return input_name(node, 0) == edge && node.output_size() > 0;
    });
    if (reader == nodes.end()) return false;
    const std::string& type = reader->op_type();
    if (is_channels_last(*reader)) return true;
    if (type == "Transpose") {
      const std::vector<std::int64_t> order = ints_attribute(*reader, "perm");
      return order == std::vector<std::int64_t>{0, 3, 1, 2} ||
             order == std::vector<std::int64_t>{0, 2, 1};
    }
    if (type == "Reshape") return moves_one_channel(graph, *reader, dims);
    static const std::set<std::string> kept = {"DequantizeLinear", "Identity", "IntQuant", "Quant",
                                               "QuantizeLinear"};
    if (!kept.contains(type)) return false;
    edge = reader->output(0);
  }
  return false;
}

}  // namespace

void Importer::read_input() {
  const onnx::ValueInfoProto* input = nullptr;
  for (const onnx::ValueInfoProto& candidate : graph_.proto().input()) {
    if (graph_.constant(candidate.name()) != nullptr) continue;
    if (input != nullptr) {
      graph_.fail("more than one input: '" + input->name() + "' and '" + candidate.name() + "'");
    }
    input = &candidate;
  }
  if (input == nullptr) graph_.fail("the graph has no input");
  const std::string& name = input->name();
  const onnx::TypeProto_Tensor& type = input->type().tensor_type();
  const onnx::TensorShapeProto& dims = type.shape();
  if (dims.dim_size() < 2 || dims.dim_size() > 4) {
    graph_.fail("input '" + name +
                "': only shapes (N, C, H, W), (N, C, W), both with C last before a Transpose, and "
                "(N, C) are supported");
  }
  if (dims.dim(0).has_dim_value() && dims.dim(0).dim_value() > 1) {
    graph_.fail("input '" + name + "': its batch size is fixed at " +
                std::to_string(dims.dim(0).dim_value()) + "; it must be 1 or symbolic");
  }
  const int rank = dims.dim_size();
  const bool pixels = rank > 2 && has_channels_last(graph_, name, dims);
  const int last = pixels ? rank - 2 : rank - 1;  // the width
  input_shape_.channels = dimension(graph_, dims, pixels ? rank - 1 : 1, name);
  input_shape_.height = rank < 4 ? 1 : dimension(graph_, dims, last - 1, name);
  input_shape_.width = rank < 3 ? 1 : dimension(graph_, dims, last, name);
  const View whole = pixels ? View::kPixels : View::kPlanes;
  const View row = pixels ? View::kRowPixels : View::kRow;
  // Codes as input: the first operator says how they are to be understood.
  const bool real = type.elem_type() == onnx::TensorProto::FLOAT;
  input_signed_ = type.elem_type() == onnx::TensorProto::INT8;
  if (!real && !input_signed_ && type.elem_type() != onnx::TensorProto::UINT8) {
    graph_.fail("input '" + name + "' has type " + type_name(type.elem_type()) +
                "; FLOAT, or UINT8 or INT8 for codes, are supported");
  }
  edges_[name] = {.kind = real ? Edge::Kind::kInput : Edge::Kind::kCodes,
                  .view = rank == 2   ? View::kFlat
                          : rank == 3 ? row
                                      : whole,
                  .exclusive = graph_.uses(name) == 1};
  if (declared_input_) declare_input(name);
}

}  // namespace brownout::models
