// A quantized network as plain values: tensors of 8-bit codes and the nodes between them. No
// file format and no way to execute it; see network_import.hpp and integer_engine.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/node_index.hpp"

namespace brownout::models {

/// The shape of one image's activations. In memory: height x width x channels (NHWC).
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;

  std::int64_t size() const { return std::int64_t{channels} * height * width; }
  std::int64_t index(int c, int h, int w) const {
    return (std::int64_t{h} * width + w) * channels + c;
  }
  /// Sizes and positions as containers have them; of one image or of several.
  std::size_t elements(std::int64_t images = 1) const {
    return static_cast<std::size_t>(images * size());
  }
  std::size_t channel_count() const { return static_cast<std::size_t>(channels); }
  std::size_t element(int c, int h, int w) const {
    return static_cast<std::size_t>(index(c, h, w));
  }
  bool operator==(const Shape&) const = default;
};

using TensorId = int;

/// A value per tensor of a network.
template <typename T>
class ByTensor : public std::vector<T> {
 public:
  using std::vector<T>::vector;
  using std::vector<T>::operator[];

  auto operator[](TensorId id) -> typename std::vector<T>::reference {
    return (*this)[static_cast<std::size_t>(id)];
  }
  auto operator[](TensorId id) const -> typename std::vector<T>::const_reference {
    return (*this)[static_cast<std::size_t>(id)];
  }
};

/// Activations, or the constant operand of a sum or a product: real value = scale * (code -
/// zero_point), codes 0..255. A signed source tensor is held with 128 added to codes and zero
/// point, which changes no difference code - zero_point.
struct ActivationTensor {
  std::string name;
  Shape shape;
  float scale = 1.0F;
  int zero_point = 0;
  bool source_signed = false;
  /// The codes of a constant (NHWC), which lie with the biases in an error-free parameter memory
  /// and take no place among the activations; none of a tensor that an inference computes. Extents
  /// of 1 in its shape are repeated as often as its reader needs.
  std::vector<std::uint8_t> constant = {};

  bool is_constant() const { return !constant.empty(); }
  /// The constant's code for element (c, h, w) of its reader's result.
  std::uint8_t constant_at(int c, int h, int w) const {
    return constant[shape.element(shape.channels == 1 ? 0 : c, shape.height == 1 ? 0 : h,
                                  shape.width == 1 ? 0 : w)];
  }
};

/// Sliding window of a convolution or a pool, in elements.
struct Window {
  int kernel_height = 1, kernel_width = 1;
  int stride_height = 1, stride_width = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int dilation_height = 1, dilation_width = 1;

  /// Elements of the kernel.
  std::size_t taps() const {
    return static_cast<std::size_t>(std::int64_t{kernel_height} * kernel_width);
  }
  bool operator==(const Window&) const = default;
};

/// How the weights of a node lie in the source file: (output, k), (k, output), or with the channel
/// inside of height and width: (output, height, width, channel), (height, width, channel, output);
/// turned: the first with height and width counted from their ends, as a transposed convolution's.
enum class WeightLayout {
  kOutputFirst,
  kInputFirst,
  kChannelLast,
  kInputFirstChannelLast,
  kChannelLastTurned
};

/// What the source computes in real numbers from a layer's sums before it quantizes them: a batch
/// normalization, a bias that is no integer of their scale, a leaky ReLU. In codes of the output,
/// relative to its zero point: y = multiplier * sum + offset, where y < 0 times `slope`; in a
/// binary network its sign, +1 from 0 on, else -1.
struct RealSums {
  std::vector<float> multipliers = {};  ///< per output channel, or none; the scales included
  std::vector<float> offsets = {};      ///< as many
  float slope = 1.0F;
  bool bipolar = false;  ///< the sign of y

  bool empty() const { return multipliers.empty(); }
};

/// A convolution, or a fully connected layer: that is a convolution whose kernel covers its whole
/// input, so that its weights, (output, (channel, height, width)), keep the order of the file.
struct Convolution {
  std::string name;
  TensorId input = 0, output = 0;
  Window window;
  int groups = 1;
  int out_channels = 0;
  bool fully_connected = false;

  std::string weight_name;                 ///< of the initializer in the source file
  std::vector<std::int64_t> weight_shape;  ///< as in the source file
  WeightLayout weight_layout = WeightLayout::kOutputFirst;
  int weight_bits = 8;  ///< 1 to 8; weights are in [-2^(bits-1), 2^(bits-1)), of one bit -1 or +1
  std::vector<std::int8_t> weights;  ///< out_channels x k, k = (c_in * KH + kh) * KW + kw
  int weight_shift = 0;  ///< added to weights and zero points gives those of an unsigned file
  std::vector<float> weight_scales;              ///< one, or one per output channel
  std::vector<std::int32_t> weight_zero_points;  ///< as many, or none where all are 0
  std::vector<std::int32_t> bias;       ///< per output channel, scale = input scale * weight scale
  RealSums real_sums;                   ///< none: the scales alone make codes of sums
  int clamp_low = 0, clamp_high = 255;  ///< codes of the output's fused activation

  std::int32_t weight_zero_point(int channel) const {
    if (weight_zero_points.empty()) return 0;
    return weight_zero_points[weight_zero_points.size() == 1 ? 0
                                                             : static_cast<std::size_t>(channel)];
  }
  bool has_weight_zero_points() const;
  int k_size() const {
    return static_cast<int>(static_cast<std::int64_t>(weights.size()) / out_channels);
  }
  /// Output channels and the products in each one's sums, as positions in `weights` count them.
  std::size_t outputs() const { return static_cast<std::size_t>(out_channels); }
  std::size_t products() const { return weights.size() / outputs(); }
};

/// Element-wise sum of two tensors with their own scales, or left - right (LiteRT's arithmetic
/// only). One of them may be constant.
struct Addition {
  std::string name;
  TensorId left = 0, right = 0, output = 0;
  int clamp_low = 0, clamp_high = 255;
  bool difference = false;
};

/// The place in the source file of weight `k` of an output.
std::size_t file_place(const Convolution& convolution, std::size_t output, std::size_t k);

enum class PoolKind { kMax, kAverage, kGlobalAverage };

struct Pooling {
  std::string name;
  PoolKind kind = PoolKind::kMax;
  TensorId input = 0, output = 0;
  Window window = {};
  bool count_include_pad = false;  ///< average only
  int clamp_low = 0, clamp_high = 255;
};

/// Element-wise product of two tensors with their own scales. The right one may be a single pixel,
/// a factor for every channel, or a constant.
struct Multiplication {
  std::string name;
  TensorId left = 0, right = 0, output = 0;
  int clamp_low = 0, clamp_high = 255;
};

/// Any function of one code, as a table: activations such as a sigmoid, a change of scale, a clamp;
/// or a function for every channel: a sum or a product with constants.
struct Lookup {
  using Table = std::array<std::uint8_t, 256>;
  std::string name;
  TensorId input = 0, output = 0;
  Table table = {};
  std::vector<Table> channel_tables = {};  ///< as many as channels, in place of `table`; or none

  const Table& table_of(std::size_t channel) const {
    return channel_tables.empty() ? table : channel_tables[channel];
  }
  /// Of all tables.
  std::size_t bytes() const {
    return sizeof(Table) * (channel_tables.empty() ? 1 : channel_tables.size());
  }
};

enum class Axis { kHeight, kWidth, kChannels };

/// Tensors of one scale and zero point behind one another.
struct Concatenation {
  std::string name;
  std::vector<TensorId> inputs = {};
  TensorId output = 0;
  Axis axis = Axis::kChannels;
};

/// Puts elements of one code between the rows and columns of a tensor, then around it; a negative
/// border takes elements away. A transposed convolution is one of an input with rows and columns
/// of zero points between its own.
struct Padding {
  struct Border {
    int channels = 0, height = 0, width = 0;
  };
  std::string name;
  TensorId input = 0, output = 0;
  Border before = {}, after = {};
  int rows_between = 0, columns_between = 0;  ///< two neighbours
  std::uint8_t code = 0;
};

/// Elements in another order, shape or number: the output's are counted by nested loops, the last
/// one innermost, that lead through the input's memory. Transpositions, other shapes, repetitions.
struct StridedCopy {
  struct Loop {
    int extent = 1;
    std::int64_t stride = 0;  ///< elements of the input; 0 repeats, a negative one turns around
    bool operator==(const Loop&) const = default;
  };
  std::string name;
  TensorId input = 0, output = 0;
  std::vector<Loop> loops = {};
  std::int64_t first = 0;  ///< where all loops begin
};

/// exp(beta * x) / sum over the channels of a pixel. LiteRT's arithmetic only.
struct Softmax {
  std::string name;
  TensorId input = 0, output = 0;
  float beta = 1.0F;
};

/// Brings each group of channels, over all pixels, to mean 0 and variance 1, then scale * x + bias
/// of each channel: group normalization; of one group layer, of a channel a group instance
/// normalization. ONNX Runtime's networks only (arithmetic/normalization.hpp).
struct Normalization {
  std::string name;
  TensorId input = 0, output = 0;
  int groups = 1;
  float epsilon = 1e-5F;                        ///< added to the variance of real values
  std::vector<float> scales = {}, biases = {};  ///< per channel
  int clamp_low = 0, clamp_high = 255;
};

using Node = std::variant<Convolution, Addition, Pooling, Multiplication, Lookup, Concatenation,
                          Padding, StridedCopy, Softmax, Normalization>;

/// Whose arithmetic the nodes follow to the bit (arithmetic.hpp).
enum class Arithmetic { kOnnxRuntime, kLiteRt };

/// An output as the source file names it.
struct NetworkOutput {
  std::string name;
  TensorId tensor = 0;
};

struct QuantizedNetwork {
  std::string name;
  Arithmetic arithmetic = Arithmetic::kOnnxRuntime;
  ByTensor<ActivationTensor> tensors;
  /// In topological order; every tensor but the input and the constants is made by one.
  ByNode<Node> nodes;
  TensorId input = 0;
  TensorId output = 0;  ///< what is scored
  /// All of the file, in its order; none where `output` is the only one.
  std::vector<NetworkOutput> outputs = {};
  std::vector<std::string> notes;  ///< what the importer left out without changing the result

  const ActivationTensor& tensor(TensorId id) const { return tensors[id]; }
  /// `output`, then the others of the file, each tensor once.
  std::vector<TensorId> output_tensors() const;
};

/// Shape of a window's result; throws InputError when the window is larger than the padded
/// input.
Shape window_output(const Shape& input, const Window& window, int channels);
/// Shape of a padded tensor; not positive where more is taken away than there is.
Shape padded_shape(const Shape& input, const Padding& padding);

const std::string& node_name(const Node& node);
/// As reports call it: conv, fully_connected, add, sub, mul, max_pool, average_pool,
/// global_average_pool, lookup, concat, pad, copy, softmax, layer_norm, instance_norm, group_norm.
std::string node_kind(const Node& node);
TensorId node_output(const Node& node);
std::vector<TensorId> node_inputs(const Node& node);
/// Constant operands of a node: each output element reads a code of every one.
int constant_operands(const QuantizedNetwork& network, const Node& node);

/// Weights, each out_channels x k as in Convolution::weights; empty where a node has
/// none. The network's own, or as an array reads them out of a failing memory.
using WeightSet = ByNode<std::vector<std::int8_t>>;

WeightSet clean_weights(const QuantizedNetwork& network);

/// Throws std::logic_error naming the node when shapes, ids or order do not fit together.
void check_consistent(const QuantizedNetwork& network);

}  // namespace brownout::models
