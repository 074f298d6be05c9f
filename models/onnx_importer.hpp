// The state of an import: what is known of each edge of the ONNX graph, and the network so far.
// Private to this folder.
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/onnx_nodes.hpp"

namespace brownout::models {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// What is known of one edge of the ONNX graph.
struct Edge {
  enum class Kind {
    kInput,          ///< the graph's real-valued input
    kCodes,          ///< a quantized tensor
    kReal,           ///< a dequantized tensor
    kPending,        ///< the result of an operation, not yet quantized
    kConstantCodes,  ///< a constant of integers
    kConstant,       ///< a dequantized constant
  };
  Kind kind = Kind::kReal;
  TensorId tensor = -1;
  std::size_t pending = 0;
  std::shared_ptr<const QuantizedConstant> constant = nullptr;
  bool flat = false;                         ///< seen as (N, elements)
  bool exclusive = false;                    ///< no other edge shows the same values
  float low = -kInfinity, high = kInfinity;  ///< limits by Relu and Clip since the tensor

  bool limited() const { return low != -kInfinity || high != kInfinity; }
};

/// An operation that waits for the quantization of its result.
struct Pending {
  Node node;
  Shape shape;
  const onnx::NodeProto* source = nullptr;
  TensorId made = -1;
  float low = -kInfinity, high = kInfinity;  ///< as `made`
};

/// Between a DequantizeLinear and the next QuantizeLinear stands one integer operation, which
/// becomes a node; everything else only renames or limits an edge.
class Importer {
 public:
  explicit Importer(const std::filesystem::path& path) : graph_(path) {
    network_.name = path.stem().string();
  }

  QuantizedNetwork run();

 private:
  void read_input();
  void read_output();
  void import_node(const onnx::NodeProto& node);

  void quantize(const onnx::NodeProto& node);
  void dequantize(const onnx::NodeProto& node);
  void quantize_constant(const onnx::NodeProto& node);
  void limit(const onnx::NodeProto& node);
  void limit_codes(const onnx::NodeProto& node);
  void flatten(const onnx::NodeProto& node);
  void convolution(const onnx::NodeProto& node);
  void fully_connected(const onnx::NodeProto& node);
  void addition(const onnx::NodeProto& node);
  bool add_bias(const onnx::NodeProto& node, const Edge& sum, const Edge& bias);
  void pooling(const onnx::NodeProto& node);

  TensorId add_tensor(const std::string& name, const Shape& shape,
                      const ActivationQuantization& quantization);
  TensorId make(const onnx::NodeProto& node, const Edge& edge,
                const ActivationQuantization& quantization);
  Node& producer(const onnx::NodeProto& node, const Edge& edge);
  void narrow_clamp(const onnx::NodeProto& node, Node& made, int low, int high) const;
  void set_clamp(Node& made, const onnx::NodeProto& node, float low, float high,
                 const ActivationQuantization& quantization) const;
  ActivationQuantization quantization_of(TensorId id) const;

  Edge& edge(const onnx::NodeProto& node, int index);
  /// An input that must be a dequantized tensor.
  const Edge& activation(const onnx::NodeProto& node, int index);
  /// An input that must be a dequantized constant; nullptr where it is left out.
  const QuantizedConstant* constant(const onnx::NodeProto& node, int index);
  void set_edge(const onnx::NodeProto& node, Edge edge);
  void set_pending(const onnx::NodeProto& node, Node made, const Shape& shape, bool flat);
  Shape shape_after(const onnx::NodeProto& node, const Shape& input, const Window& window,
                    int channels) const;
  float clip_limit(const onnx::NodeProto& node, const char* attribute, int input,
                   float fallback) const;

  OnnxGraph graph_;
  QuantizedNetwork network_;
  std::unordered_map<std::string, Edge> edges_;
  std::vector<Pending> pending_;
  Shape input_shape_;
};

}  // namespace brownout::models
