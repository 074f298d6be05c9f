// An ONNX file opened for import: its graph, constants by name, attributes, and errors that name
// file and node. Private to this folder.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace brownout::models {

class OnnxGraph {
 public:
  /// Throws InputError: missing, empty, truncated, no ONNX, opset below 10.
  explicit OnnxGraph(const std::filesystem::path& path);
  OnnxGraph(const OnnxGraph&) = delete;
  OnnxGraph& operator=(const OnnxGraph&) = delete;

  const onnx::GraphProto& proto() const { return model_.graph(); }
  std::int64_t opset() const { return opset_; }
  /// An initializer or the value of a Constant node, also by way of Identity; or nullptr.
  const onnx::TensorProto* constant(const std::string& name) const;
  /// The node that makes an edge, by way of Identity; or nullptr.
  const onnx::NodeProto* maker(const std::string& name) const;
  /// The first node that reads an edge, or nullptr.
  const onnx::NodeProto* reader(const std::string& name) const;
  /// How many node inputs and graph outputs read an edge.
  int uses(const std::string& name) const;

  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void fail(const onnx::NodeProto& node, const std::string& message) const;

  std::size_t element_count(const onnx::TensorProto& tensor) const;
  /// Raw bytes, of the file or of one beside it, of which `size` are read; or nothing where a
  /// constant lies in fields of its type.
  std::optional<std::string> raw_bytes(const onnx::TensorProto& tensor, std::size_t size) const;
  /// The elements of a constant of exactly this type.
  std::vector<float> floats(const onnx::TensorProto& tensor) const;
  std::vector<std::int64_t> int64s(const onnx::TensorProto& tensor) const;
  std::vector<std::int64_t> bools(const onnx::TensorProto& tensor) const;  ///< as 0 and 1
  /// The elements of a constant of any type that integer_type knows.
  std::vector<std::int32_t> integers(const onnx::TensorProto& tensor) const;

 private:
  void read_opset();
  void read_constant(const onnx::NodeProto& node);
  void fold_constant(const onnx::NodeProto& node);

  std::string path_;
  onnx::ModelProto model_;
  std::int64_t opset_ = 0;
  std::deque<onnx::TensorProto> made_;  ///< constants that the file does not hold as tensors
  std::unordered_map<std::string, const onnx::TensorProto*> constants_;
  std::unordered_map<std::string, const onnx::NodeProto*> makers_;
  std::unordered_map<std::string, const onnx::NodeProto*> readers_;
  std::unordered_map<std::string, int> uses_;
};

/// A type of quantized codes.
struct IntegerType {
  int bits = 8;
  bool is_signed = true;

  std::int32_t lowest() const { return is_signed ? -highest() - 1 : 0; }
  std::int32_t highest() const {
    return static_cast<std::int32_t>((std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1);
  }
  bool operator==(const IntegerType&) const = default;
};

/// (u)int2, (u)int4, (u)int8 and int32; nothing for other types.
std::optional<IntegerType> integer_type(const onnx::TensorProto& tensor);
/// As ONNX calls it, also types that are younger than the installed onnx library.
std::string type_name(int data_type);

/// "'conv1' (Conv)"; a node without a name goes by its output.
std::string describe(const onnx::NodeProto& node);
/// The name to show and store: as `describe`, without the operator.
std::string display_name(const onnx::NodeProto& node);

/// Of QONNX: its tensors are (N, H, W, C), weights (output, H, W, input).
bool is_channels_last(const onnx::NodeProto& node);

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name);
std::int64_t int_attribute(const onnx::NodeProto& node, const std::string& name,
                           std::int64_t fallback);
float float_attribute(const onnx::NodeProto& node, const std::string& name, float fallback);
std::string string_attribute(const onnx::NodeProto& node, const std::string& name,
                             const std::string& fallback);
/// Empty where the attribute is absent.
std::vector<std::int64_t> ints_attribute(const onnx::NodeProto& node, const std::string& name);
/// The name of input `index`, empty where it is left out.
const std::string& input_name(const onnx::NodeProto& node, int index);

}  // namespace brownout::models
