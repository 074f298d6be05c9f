// The state of an import: what is known of each edge of the ONNX graph, and the network so far.
// Private to this folder.
#pragma once

#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "models/input_codes.hpp"
#include "models/onnx/nodes.hpp"
#include "models/onnx/shape_values.hpp"
#include "models/onnx/shapes.hpp"

namespace brownout::models {

/// What a user can do about a float operator in the middle of a quantized network.
constexpr char kQuantizeIt[] =
    "; have it quantized, too (quantize_static: QDQ form, op_types_to_quantize)";

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The real value that each code of a tensor stands for, by held code.
using Values = std::array<float, 256>;
/// One for all channels of a tensor, or one for each.
using ChannelValues = std::vector<Values>;
using Codes = Lookup::Table;

/// What is computed in real numbers from a layer's sums: factor * sum + offset of each output
/// channel; where that is below 0, times the slope.
struct RealValues {
  std::vector<double> factors, offsets;
  float slope = 1.0F;
};

/// A constant of real numbers, as float or dequantized.
struct RealConstant {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
};

/// Of a batch normalization, an element for each channel.
struct BatchStatistics {
  std::vector<float> scale, bias, mean, variance;
  float epsilon = 0;
};

/// What is known of one edge of the ONNX graph.
struct Edge {
  enum class Kind {
    kInput,          ///< the graph's real-valued input
    kCodes,          ///< a quantized tensor
    kReal,           ///< a dequantized tensor, or a function of one
    kPending,        ///< the result of an operation, not yet quantized
    kScores,         ///< softmax or argmax of a tensor, which may only be the graph's output
    kConstantCodes,  ///< a constant of integers
    kConstant,       ///< a dequantized constant
  };
  Kind kind = Kind::kReal;
  TensorId tensor = -1;
  std::size_t pending = 0;
  std::shared_ptr<const QuantizedConstant> constant = nullptr;
  std::shared_ptr<const ChannelValues> values = nullptr;  ///< kReal: none where just dequantized
  View view = View::kPlanes;
  int groups = 1;                            ///< of View::kGroups and kGroupRows
  bool exclusive = false;                    ///< no other edge shows the same values
  float low = -kInfinity, high = kInfinity;  ///< kPending: limits by Relu and Clip
  /// kPending: before these limits; kInput: before its quantization, one for all channels.
  std::shared_ptr<const RealValues> real = nullptr;

  bool is_codes() const { return kind == Kind::kCodes; }
  bool is_dequantized() const { return kind == Kind::kReal && values == nullptr; }
  bool is_constant() const { return constant != nullptr; }
  bool differs_by_channel() const { return values != nullptr && values->size() > 1; }
};

using BiasCodes = std::shared_ptr<const QuantizedConstant>;

/// An operation that waits for the quantization of its result.
struct Pending {
  Node node;
  Shape shape;
  const onnx::NodeProto* source = nullptr;
  std::vector<Edge> parts = {};  ///< of a concatenation: each is quantized as the whole is
  std::shared_ptr<const QuantizedConstant> operand = nullptr;  ///< of a lookup: what it takes
  bool operand_first = false;                                  ///< left of its tensor
  BiasCodes bias = nullptr;  ///< of a layer: as ONNX Runtime may take them (bias.cpp)
  TensorId made = -1;
  float low = -kInfinity, high = kInfinity;          ///< as `made`
  std::shared_ptr<const RealValues> real = nullptr;  ///< as `made`
  bool bipolar = false;                              ///< as `made`
};

/// Operations in integers become nodes: an operator on codes at once, one between DequantizeLinear
/// and QuantizeLinear when its result is quantized. Functions of one tensor become tables.
class Importer {
 public:
  Importer(const std::filesystem::path& path, const std::optional<InputCodes>& input)
      : graph_(path), declared_input_(input) {
    network_.name = path.stem().string();
  }

  QuantizedNetwork run();

 private:
  using Handler = void (Importer::*)(const onnx::NodeProto&);
  struct Operator {
    Handler handler;
    unsigned domains = 1;  ///< ONNX's own
  };

  void read_input();  // input.cpp
  void read_outputs();
  TensorId read_output(const std::string& name);
  void import_node(const onnx::NodeProto& node);
  void require_executed(const onnx::NodeProto& node) const;

  // operator_table.cpp
  static const std::map<std::string, Operator>& operators();
  static std::map<std::string, Operator> operators_with_codes();  ///< that read or make codes
  static std::map<std::string, Operator> operators_on_real_numbers();
  static Handler handler_of(const onnx::NodeProto& node);  ///< nullptr where there is none
  static bool is_own_operator(const onnx::NodeProto& node);
  static bool is_quantizer(const onnx::NodeProto& node);
  static bool makes_constants(const onnx::NodeProto& node);
  void require_known_operators() const;
  [[noreturn]] void fail_unknown(const onnx::NodeProto& node) const;

  // quantization.cpp
  void quantize(const onnx::NodeProto& node);
  void dequantize(const onnx::NodeProto& node);
  void quant(const onnx::NodeProto& node);
  void bipolar_quant(const onnx::NodeProto& node);
  std::optional<QuantizedConstant> whole_numbers(const std::string& name) const;
  Edge quantized_edge(const onnx::NodeProto& node, const Edge& source,
                      const QuantParameters& given);
  void limit_codes(const onnx::NodeProto& node);
  TensorId quantized(const onnx::NodeProto& node, const Edge& edge,
                     const ActivationQuantization& quantization);
  TensorId make(const onnx::NodeProto& node, const Edge& edge,
                const ActivationQuantization& quantization);
  TensorId make_node(const onnx::NodeProto& node, Pending& pending,
                     const ActivationQuantization& quantization);
  TensorId make_concatenation(const onnx::NodeProto& node, Pending& pending,
                              const ActivationQuantization& quantization);
  TensorId quantized_values(const onnx::NodeProto& node, const Edge& source,
                            const ActivationQuantization& quantization);
  TensorId apply_table(const onnx::NodeProto& node, const Edge& edge, const Codes& table,
                       const ActivationQuantization& quantization);
  ActivationQuantization quantization_of(TensorId id) const;
  ChannelValues values_of(const Edge& edge) const;

  // operators.cpp
  void limit(const onnx::NodeProto& node);
  void convolution(const onnx::NodeProto& node);
  void fully_connected(const onnx::NodeProto& node);
  void elementwise(const onnx::NodeProto& node);
  Edge pair(const onnx::NodeProto& node, const Edge& left, const Edge& right, bool product);
  void pooling(const onnx::NodeProto& node);
  void mean(const onnx::NodeProto& node);
  Edge average(const onnx::NodeProto& node, const Edge& input);
  Edge weighted(const onnx::NodeProto& node, const Edge& input, Convolution made, int bias_index);

  // bias.cpp
  BiasCodes set_bias(const onnx::NodeProto& node, int index, Convolution& layer);
  BiasCodes set_values(const onnx::NodeProto& node, const onnx::NodeProto& source,
                       const BiasCodes& codes, Convolution& layer);
  void settle_bias(Pending& pending, bool kernel);
  bool add_bias(const onnx::NodeProto& node, int sum_index);
  double add_rounded(const onnx::NodeProto& node, const std::string& name,
                     const std::vector<float>& values, Convolution& layer);
  void add_note(const onnx::NodeProto& node, const std::string& note);
  void note_rounding(const onnx::NodeProto& node, const std::string& name, double rounded);

  // functions.cpp
  void function(const onnx::NodeProto& node);
  Edge function_of(const onnx::NodeProto& node, const Edge& source);
  void batch_normalization(const onnx::NodeProto& node);
  BatchStatistics batch_statistics(const onnx::NodeProto& node, std::size_t channels);
  std::vector<float> channel_constant(const onnx::NodeProto& node, int index, std::size_t channels);
  void scores(const onnx::NodeProto& node);
  bool combine_values(const onnx::NodeProto& node);
  ChannelValues constant_values(const onnx::NodeProto& node, const onnx::TensorProto& tensor,
                                const Edge& edge);

  // normalizations.cpp
  void normalization(const onnx::NodeProto& node);
  int normalized_groups(const onnx::NodeProto& node, const Edge& input) const;
  std::vector<float> normalization_values(const onnx::NodeProto& node, int index, const Edge& input,
                                          int groups);
  bool feeds_instance_normalization(const onnx::NodeProto& reshape) const;
  bool combine_normalized(const onnx::NodeProto& node);

  // operands.cpp
  Edge with_operand(const onnx::NodeProto& node, const Edge& tensor, const Edge& constant,
                    bool constant_first);
  Edge with_elements(const onnx::NodeProto& node, const Edge& tensor,
                     const QuantizedConstant& constant, const Shape& shape, bool first);

  // real_sums.cpp
  const Convolution* sums_of(const Edge& edge) const;
  std::optional<RealConstant> real_constant(const onnx::NodeProto& node, int index);
  Edge scaled_sums(const onnx::NodeProto& node, Edge sums, const std::vector<double>& factors,
                   const std::vector<double>& offsets);
  void scale_limits(const onnx::NodeProto& node, Edge& sums, const std::vector<double>& factors,
                    const std::vector<double>& offsets);
  bool combine_sums(const onnx::NodeProto& node);
  Edge normalized_sums(const onnx::NodeProto& node, const Edge& sums,
                       const BatchStatistics& statistics);
  Edge leaky_sums(const onnx::NodeProto& node, Edge sums);
  std::vector<double> real_bias(const onnx::NodeProto& node, int index, const Convolution& layer);
  void set_real_sums(const onnx::NodeProto& node, const RealValues& real,
                     const ActivationQuantization& quantization, Convolution& layer);
  void set_signs(const onnx::NodeProto& node, Node& made) const;
  std::shared_ptr<const RealValues> keep(const onnx::NodeProto& node, RealValues values);

  void root(const onnx::NodeProto& node);

  // real_input.cpp
  [[noreturn]] void refuse_input(const onnx::NodeProto& node, int index) const;
  bool combine_input(const onnx::NodeProto& node);
  TensorId quantized_input(const onnx::NodeProto& node, const Edge& source,
                           const ActivationQuantization& quantization);
  void declare_input(const std::string& name);
  void rescale_input(const onnx::NodeProto& node, int index, Edge& input);

  // real_output.cpp
  Edge real_output(const onnx::NodeProto& node, const Edge& edge);

  // qlinear.cpp
  void qlinear_conv(const onnx::NodeProto& node);
  void qlinear_matmul(const onnx::NodeProto& node);
  void qgemm(const onnx::NodeProto& node);
  void qlinear_elementwise(const onnx::NodeProto& node);
  void qlinear_pool(const onnx::NodeProto& node);
  void qlinear_concat(const onnx::NodeProto& node);
  void qlinear_function(const onnx::NodeProto& node);
  Edge codes_at(const onnx::NodeProto& node, int index);
  QuantizedConstant weights_at(const onnx::NodeProto& node, int index, std::int64_t axis);
  void finish(const onnx::NodeProto& node, Edge pending, int scale_index);
  ActivationQuantization output_quantization(const onnx::NodeProto& node, int scale_index);

  // movement.cpp
  void reshape(const onnx::NodeProto& node);
  std::vector<std::int64_t> squeezed(const onnx::NodeProto& node, const Edge& source);
  void transpose(const onnx::NodeProto& node);
  void concatenation(const onnx::NodeProto& node);
  void padding(const onnx::NodeProto& node);
  void max_pool(const onnx::NodeProto& node);
  void pass(const onnx::NodeProto& node);
  void cast(const onnx::NodeProto& node);
  void shape(const onnx::NodeProto& node);
  const Shape& shape_of(const Edge& edge) const;
  Edge movable(const onnx::NodeProto& node, int index);
  Edge move(const onnx::NodeProto& node, Edge from, Node moved, const Shape& shape, int output = 0);
  Edge joined(const onnx::NodeProto& node, std::vector<Edge> parts);
  std::uint8_t padding_code(const onnx::NodeProto& node, const Edge& source);

  // reorder.cpp
  bool reorder_by_shape(const onnx::NodeProto& node, std::vector<std::int64_t> dims);
  bool reorder_by_axes(const onnx::NodeProto& node, const std::vector<std::int64_t>& order);
  void reorder(const onnx::NodeProto& node, const Edge& source,
               const std::vector<std::vector<StridedCopy::Loop>>& dims, View view);

  // gathers.cpp
  void gather(const onnx::NodeProto& node);
  void shuffle(const onnx::NodeProto& node);
  void resize(const onnx::NodeProto& node);
  Edge pad_with_own(const onnx::NodeProto& node, const Edge& source, Axis axis, std::int64_t before,
                    std::int64_t after);
  Edge pick(const onnx::NodeProto& node, const Edge& source, Axis axis,
            const std::vector<int>& indices);

  // slicing.cpp
  void slice(const onnx::NodeProto& node);
  void split(const onnx::NodeProto& node);
  std::vector<std::int64_t> split_sizes(const onnx::NodeProto& node, std::int64_t size);

  TensorId add_tensor(const std::string& name, const Shape& shape,
                      const ActivationQuantization& quantization);
  TensorId add_node(Node made, const std::string& output, const Shape& shape,
                    const ActivationQuantization& quantization);
  /// Throws where `node` makes the network larger than it may be.
  void add_size(const onnx::NodeProto& node, const Node& made, const Shape& shape);
  void add_constants(const onnx::NodeProto& node, std::size_t elements);
  /// Values that are held until the last node that reads them.
  std::shared_ptr<const ChannelValues> keep(const onnx::NodeProto& node, ChannelValues values);
  void release_inputs(const onnx::NodeProto& node);
  /// A constant that is held from now on.
  std::shared_ptr<const QuantizedConstant> keep(const onnx::NodeProto& node,
                                                QuantizedConstant constant);
  Edge& edge(const onnx::NodeProto& node, int index);
  /// An input that must be a dequantized tensor.
  const Edge& activation(const onnx::NodeProto& node, int index);
  /// An input that must be a dequantized constant; nullptr where it is left out.
  const QuantizedConstant* constant(const onnx::NodeProto& node, int index);
  void set_edge(const onnx::NodeProto& node, Edge edge, int output = 0);
  Edge pending_edge(const onnx::NodeProto& node, Node made, const Shape& shape, View view);
  Shape shape_after(const onnx::NodeProto& node, const Shape& input, const Window& window,
                    int channels) const;
  float clip_limit(const onnx::NodeProto& node, const char* attribute, int input,
                   float fallback) const;
  void require_planes(const onnx::NodeProto& node, const Edge& edge) const;

  OnnxGraph graph_;
  QuantizedNetwork network_;
  ShapeValues shape_values_{graph_};
  std::unordered_map<std::string, Edge> edges_;
  std::unordered_set<std::string> weight_names_;
  std::vector<Pending> pending_;
  Shape input_shape_;
  std::optional<InputCodes> declared_input_;             ///< in place of those that the file lacks
  TensorId declared_tensor_ = -1;                        ///< of these codes
  std::unordered_map<std::string, RealConstant> reals_;  ///< folded ones
  bool input_signed_ = false;                            ///< where the input is given as codes
  bool is_qonnx_ = false;  ///< it quantizes by Quant nodes: between them are real numbers
  std::unordered_map<std::string, int> reads_;  ///< of each edge, so far
  std::size_t held_channels_ = 0;               ///< of functions
  NetworkSize size_;
};

}  // namespace brownout::models
