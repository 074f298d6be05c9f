// The state of a TFLite import: what each tensor of the file became, and the network so far.
// Private to this folder.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "models/network_limits.hpp"
#include "models/quantized_network.hpp"
#include "models/tflite/dims.hpp"
#include "models/tflite/file.hpp"
#include "models/tflite/integer_operators.hpp"

namespace brownout::models {

/// The batch of 1 is taken off; missing dimensions before the last are 1. Other tensors than images
/// are one row.
Shape shape_of(const Dims& dims);

class TfliteImporter {
 public:
  explicit TfliteImporter(const std::filesystem::path& path) : file_(path) {
    network_.name = path.stem().string();
    network_.arithmetic = Arithmetic::kLiteRt;
  }

  QuantizedNetwork run();

 private:
  using Operator = TfliteOperator;
  using Integers = Numbers;

  /// A tensor whose pixels SPACE_TO_BATCH_ND has dealt out to blocks: what a convolution of its
  /// tensor has to make up for by a dilation.
  struct Spread {
    int height = 1, width = 1;
    int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  };
  /// What the file has in the place of a tensor of codes: its real numbers, behind DEQUANTIZE, or
  /// scores in their order.
  enum class Form { kCodes, kReal, kScores };
  /// A tensor of the file: a tensor of the network, whose elements it may show in another shape.
  struct View {
    TensorId id = -1;  ///< -1: the real-valued input, before its QUANTIZE
    Dims dims;
    std::optional<Spread> spread = {};
    Form form = Form::kCodes;
  };
  /// The sizes of a sliding window that SAME and VALID turn into pads.
  struct Sliding {
    int kernel_height, kernel_width, stride_height, stride_width;
    int dilation_height = 1, dilation_width = 1;
    tflite::Padding padding;

    /// Of a convolution whose weights have these dimensions (., height, width, .).
    template <typename ConvolutionOptions>
    static Sliding of(const std::vector<int>& weights, const ConvolutionOptions& options) {
      return {.kernel_height = weights[1],
              .kernel_width = weights[2],
              .stride_height = options.stride_height(),
              .stride_width = options.stride_width(),
              .dilation_height = options.dilation_height(),
              .dilation_width = options.dilation_width(),
              .padding = options.padding()};
    }
  };
  /// Two operands of one shape.
  struct Pair {
    TensorId left, right;
    Dims dims;
  };
  using BinaryFunction = std::function<std::uint8_t(std::uint8_t, std::uint8_t)>;

  void read_input();
  void make_input(int index);
  void read_outputs();
  using Handler = void (TfliteImporter::*)(const Operator&);
  static const std::unordered_map<tflite::OperatorKind, Handler>& handlers();
  void import_operator(const Operator& op);
  void require_new_outputs(const Operator& op) const;
  void require_codes(const Operator& op) const;
  bool has_unsigned_weights() const;
  void require_unsigned_form(const Operator& op) const;

  void convolution(const Operator& op);
  void depthwise(const Operator& op);
  void transposed_convolution(const Operator& op);
  void fully_connected(const Operator& op);
  void sum(const Operator& op);
  void extreme(const Operator& op);
  void pooling(const Operator& op);
  void multiplication(const Operator& op);
  void softmax(const Operator& op);
  void reduction(const Operator& op);
  void pad(const Operator& op);
  void concatenation(const Operator& op);
  void slice(const Operator& op);
  void split(const Operator& op);
  void transpose(const Operator& op);
  void reverse(const Operator& op);
  void tile(const Operator& op);
  void blocks(const Operator& op);
  void resize_nearest(const Operator& op);
  void space_to_batch(const Operator& op);
  void reshape(const Operator& op);
  void function(const Operator& op);
  void prelu(const Operator& op);
  void quantize(const Operator& op);
  void dequantize(const Operator& op);
  void scores(const Operator& op);
  void shape(const Operator& op);

  // integers.cpp
  bool fold_integers(const Operator& op);
  void keep_integers(const Operator& op, std::vector<IntegerArray> made);
  std::optional<IntegerArray> find_integers(int index) const;
  /// An operand that holds integers, constant or computed from shapes.
  Integers integers(const Operator& op, unsigned position) const;

  // tensors.cpp
  const View& view(const Operator& op, unsigned position) const;
  std::string what_is(const Operator& op, int index) const;
  /// An input that is quantized, in whatever shape.
  TensorId quantized(const Operator& op, unsigned position) const;
  /// The same with its channels last in memory.
  TensorId elements(const Operator& op, unsigned position);
  /// An input in the shape that the file gives it, which must be that of an image.
  TensorId activation(const Operator& op, unsigned position);
  TensorId in_shape(const Operator& op, unsigned position, const Shape& shape);
  /// A constant operand of a result with these dimensions.
  TensorId constant(const Operator& op, unsigned position, const Dims& dims);
  const ActivationTensor& tensor(TensorId id) const { return network_.tensor(id); }
  Shape image_shape(const std::string& what, const Dims& dims) const;
  /// Without the shape.
  ActivationTensor read_quantization(int index, bool may_be_unsigned = false) const;
  void require_one_quantization(const Operator& op, const ActivationTensor& first,
                                const ActivationTensor& second) const;
  void require_same_quantization(const Operator& op, TensorId input, int output) const;
  void require_dims(const Operator& op, int output, const Dims& dims) const;
  /// Adds a node whose result has these dimensions, and its output tensor.
  void append(const Operator& op, Node node, const Dims& dims);
  /// The same for one of several outputs, and where the network's tensor has another shape.
  void append(const Operator& op, Node node, const Dims& dims, const Shape& shape, int output);
  /// A node whose result no tensor of the file is.
  TensorId append_hidden(const Operator& op, Node node, const Shape& shape,
                         const ActivationTensor& like, const std::string& name);
  TensorId push(const Operator& op, Node node, ActivationTensor made, const std::string& name);
  std::string unique_name(const Operator& op, const std::string& tensor);

  // movement.cpp
  Dims viewed(const Operator& op, const Dims& from) const;
  std::vector<Range> ranges_of(const Operator& op, const Dims& dims) const;

  // copies.cpp
  TensorId broadcast(const Operator& op, unsigned position, const Dims& dims);
  Pair operands(const Operator& op);
  TensorId in_front(const Operator& op, const std::vector<bool>& chosen);

  Window window(const Operator& op, const Shape& input, const Sliding& sliding) const;
  /// Dimensions of a window's result.
  Dims result_dims(const Operator& op, const Shape& input, const Window& window,
                   int channels) const;
  /// Narrows a node's limits to those of a fused activation, in codes of `output`.
  void limit(const Operator& op, int& low, int& high, tflite::Activation activation,
             int output) const;
  /// The window of a convolution and where its result goes: to the output of the BATCH_TO_SPACE_ND
  /// behind it, if its input was spread.
  std::pair<Window, int> place(const Operator& op, const Shape& input, const Sliding& sliding);
  int follow_to_space(const Operator& op, Window& window, const Spread& spread);
  TensorId convolved(const Operator& op);
  void append_convolution(const Operator& op, Convolution node, int output);
  void read_weights(const Operator& op, Convolution& node, int channel_axis,
                    unsigned bias_position = 2);
  void read_unsigned_weights(const Operator& op, Convolution& node, int index) const;
  std::vector<float> weight_scales(const Operator& op, int index, int channel_axis,
                                   int channels) const;
  std::vector<std::int32_t> bias(const Operator& op, const Convolution& node,
                                 unsigned position) const;
  /// The position in the file of an operand that is constant; -1 where both are activations.
  int constant_operand(const Operator& op) const;
  /// The same of one that is one number or one for every channel, of which tables are made.
  int tabled_operand(const Operator& op) const;
  /// `make` gives the function of codes of tensors 0 and 1 with result 2.
  void with_constant(const Operator& op, int position,
                     const std::function<BinaryFunction(const QuantizedNetwork&)>& make);
  /// What `compute` returns; what it throws as InputError names the operator.
  template <typename Compute>
  auto checked(const Operator& op, Compute compute) const {
    try {
      return compute();
    } catch (const InputError& error) {
      file_.fail(op, error.what());
    }
  }

  TfliteFile file_;
  QuantizedNetwork network_;
  std::unordered_map<int, View> views_;             ///< by index of the file's tensor
  std::unordered_map<int, IntegerArray> integers_;  ///< the same of those computed from shapes
  std::unordered_set<int> merged_;                  ///< operators that an earlier one has done
  std::unordered_set<std::string> node_names_, weight_names_;
  NetworkSize size_;
  bool unsigned_ = false;  ///< a network of UINT8 throughout, as TensorFlow 1 quantized
};

}  // namespace brownout::models
