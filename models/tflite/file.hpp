// A TFLite file: opened, verified as a flatbuffer, its tensors and constants by index. Everything
// behind it may be looked at without further checks of offsets; indices that the file itself holds
// are checked here. Private to this folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "tflite_generated.h"  // by flatc from tflite.fbs

namespace brownout::models {

/// An operator of the graph, by its position.
struct TfliteOperator {
  int index = 0;
  tflite::OperatorKind kind = tflite::OperatorKind::ADD;
  const tflite::Operator* table = nullptr;
  std::string custom_name = {};  ///< of one that is not TFLite's own
};

class TfliteFile {
 public:
  /// Throws InputError: missing, empty, truncated, no TFLite, not one subgraph.
  explicit TfliteFile(const std::filesystem::path& path);
  TfliteFile(const TfliteFile&) = delete;
  TfliteFile& operator=(const TfliteFile&) = delete;

  const std::vector<TfliteOperator>& operators() const { return operators_; }
  /// The only one; throws when there are more or none.
  int input() const;
  /// At least one.
  std::vector<int> outputs() const;
  bool is_output(int index) const;

  const tflite::Tensor& tensor(int index) const;
  std::string name(int index) const;
  /// The constant's bytes; empty for a tensor that is computed.
  bool is_constant(int index) const;
  std::vector<std::int8_t> int8s(int index) const;
  std::vector<std::uint8_t> uint8s(int index) const;
  static std::vector<std::int64_t> zero_points(const tflite::Quantization& quantization);
  std::vector<std::int32_t> int32s(int index) const;
  /// Whether it is INT32, INT64 or BOOL, constant or not.
  bool holds_integers(int index) const;
  /// Of a constant of these types.
  std::vector<std::int64_t> integers(int index) const;
  /// A constant list of no elements, which has no bytes either.
  bool is_empty_list(int index) const;
  /// As in the file; every extent is in 1..65536, the product at most 2^28.
  std::vector<int> dims(int index) const;
  /// Which of these the file leaves open: they are known at run time only.
  std::vector<bool> open_dims(int index) const;

  /// Index of an operator's tensor; -1 for an optional input that is left out.
  int input(const TfliteOperator& op, unsigned position) const;
  /// The only output.
  int output(const TfliteOperator& op) const;
  std::vector<int> outputs(const TfliteOperator& op) const;
  /// The first operator with this output; null where there is none.
  const TfliteOperator* maker(int tensor) const;
  /// operator 3 (CONV_2D)
  std::string describe(const TfliteOperator& op) const;

  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void fail(const TfliteOperator& op, const std::string& message) const;

 private:
  const flatbuffers::Vector<std::uint8_t>* data(const tflite::Tensor& tensor) const;
  template <typename Element>
  std::vector<Element> elements(int index, tflite::ElementType type) const;
  void read_operators();

  std::string path_;
  const std::string bytes_;
  const tflite::Model* model_ = nullptr;
  const tflite::Subgraph* graph_ = nullptr;
  std::vector<TfliteOperator> operators_;
  std::unordered_map<int, std::size_t> makers_;  ///< operator by output
};

/// The end of an error about a tensor of this type, where another one is needed.
std::string what_to_do(tflite::ElementType type);

/// CONV_2D; the number where the schema knows no name.
std::string to_string(tflite::OperatorKind kind);

}  // namespace brownout::models
