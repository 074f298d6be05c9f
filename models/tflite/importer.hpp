// The state of a TFLite import: what each tensor of the file became, and the network so far.
// Private to this folder.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "models/network_limits.hpp"
#include "models/quantized_network.hpp"
#include "models/tflite/file.hpp"

namespace brownout::models {

class TfliteImporter {
 public:
  explicit TfliteImporter(const std::filesystem::path& path) : file_(path) {
    network_.name = path.stem().string();
    network_.arithmetic = Arithmetic::kLiteRt;
  }

  QuantizedNetwork run();

 private:
  using Operator = TfliteOperator;

  /// A tensor of the file: a tensor of the network, whose elements it may show in another shape.
  struct View {
    TensorId id = -1;  ///< -1: the real-valued input, before its QUANTIZE
    Shape shape;
  };
  /// The sizes of a sliding window that SAME and VALID turn into pads.
  struct Sliding {
    int kernel_height, kernel_width, stride_height, stride_width;
    int dilation_height = 1, dilation_width = 1;
    tflite::Padding padding;
  };

  void read_input();
  void read_output();
  void import_operator(const Operator& op);

  void convolution(const Operator& op);
  void depthwise(const Operator& op);
  void fully_connected(const Operator& op);
  void sum(const Operator& op);
  void pooling(const Operator& op);
  void multiplication(const Operator& op);
  void softmax(const Operator& op);
  void mean(const Operator& op);
  void pad(const Operator& op);
  void concatenation(const Operator& op);
  void slice(const Operator& op);
  void split(const Operator& op);
  void transpose(const Operator& op);
  void reshape(const Operator& op);
  void function(const Operator& op);
  int constant_operand(const Operator& op) const;
  void with_constant(const Operator& op, int position, Node formula);
  void quantize(const Operator& op);
  void dequantize(const Operator& op);

  const View& view(const Operator& op, unsigned position) const;
  /// An input of an operator that needs it in its own shape.
  TensorId activation(const Operator& op, unsigned position) const;
  const ActivationTensor& tensor(TensorId id) const { return network_.tensor(id); }
  ActivationTensor read_tensor(int index) const;
  /// Without the shape.
  ActivationTensor read_quantization(int index) const;
  Shape shape_of(int index) const;
  void require_same_quantization(const Operator& op, TensorId input, int output) const;

  Window window(const Operator& op, const Shape& input, const Sliding& sliding) const;
  Shape result_shape(const Operator& op, const Shape& input, const Window& window,
                     int channels) const;
  /// Narrows a node's limits to those of a fused activation, in codes of `output`.
  void limit(const Operator& op, int& low, int& high, tflite::Activation activation,
             int output) const;
  void read_weights(const Operator& op, Convolution& node, int channel_axis);
  std::vector<float> weight_scales(const Operator& op, int index, int channel_axis,
                                   int channels) const;
  std::vector<std::int32_t> bias(const Operator& op, const Convolution& node) const;
  /// What `compute` returns; what it throws as std::runtime_error names the operator.
  template <typename Compute>
  auto checked(const Operator& op, Compute compute) const {
    try {
      return compute();
    } catch (const std::runtime_error& error) {
      file_.fail(op, error.what());
    }
  }
  /// Adds a node whose result has this shape, and its output tensor.
  void append(const Operator& op, Node node, Shape shape);
  /// The same for one of several outputs.
  void append(const Operator& op, Node node, Shape shape, int output);
  std::string unique_name(const Operator& op, int output);

  TfliteFile file_;
  QuantizedNetwork network_;
  std::unordered_map<int, View> views_;  ///< by index of the file's tensor
  std::unordered_set<std::string> node_names_, weight_names_;
  NetworkSize size_;
};

}  // namespace brownout::models
