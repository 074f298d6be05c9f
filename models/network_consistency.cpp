// What the importers promise of a network: a violation is a bug of theirs.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <set>
#include <stdexcept>

#include "models/quantized_network.hpp"

namespace brownout::models {
namespace {

class Checker {
 public:
  explicit Checker(const QuantizedNetwork& network)
      : network_(network), made_(network.tensors.size(), false) {}

  void run() {
    name_ = "the network";
    require(is_tensor(network_.input) && is_tensor(network_.output), "input or output tensor id");
    for (const ActivationTensor& tensor : network_.tensors) {
      name_ = tensor.name;
      require(tensor.shape.channels > 0 && tensor.shape.height > 0 && tensor.shape.width > 0,
              "tensor shape");
      require(tensor.scale > 0 && is_code(tensor.zero_point), "tensor scale or zero point");
      require(!tensor.is_constant() || tensor.constant.size() == tensor.shape.elements(),
              "number of a constant's codes");
    }
    for (std::size_t id = 0; id < made_.size(); ++id) {
      made_[id] = network_.tensors[id].is_constant();
    }
    name_ = "the network";
    require(!is_constant(network_.input), "a constant input");
    made_[network_.input] = true;
    for (const Node& node : network_.nodes) {
      name_ = node_name(node);
      for (const TensorId id : node_inputs(node)) {
        require(is_tensor(id) && made_[id], "an input that no earlier node makes");
        require(!is_constant(id) || constants_read_.insert(id).second,
                "a constant that another node reads, too");
      }
      const TensorId output = node_output(node);
      require(is_tensor(output) && !made_[output], "an output id that is invalid or made twice");
      const bool may_have_one =
          std::holds_alternative<Addition>(node) || std::holds_alternative<Multiplication>(node);
      require(constant_operands(network_, node) <= (may_have_one ? 1 : 0), "a constant operand");
      std::visit([this](const auto& concrete) { check(concrete); }, node);
      made_[output] = true;
    }
    name_ = "the network";
    for (const TensorId id : network_.output_tensors()) {
      require(is_tensor(id) && made_[id], "an output that no node makes");
      require(id != network_.input && !is_constant(id), "an output that is computed by no node");
    }
  }

 private:
  void require(bool holds, const char* what) const {
    if (!holds) {
      throw std::logic_error("inconsistent network '" + network_.name + "': " + name_ + ": " +
                             what);
    }
  }

  bool is_tensor(TensorId id) const { return id >= 0 && id < std::ssize(network_.tensors); }
  bool is_constant(TensorId id) const { return network_.tensor(id).is_constant(); }
  static bool is_code(int code) { return code >= 0 && code <= 255; }
  const Shape& shape(TensorId id) const { return network_.tensor(id).shape; }

  void check_window(const Window& w) const {
    require(w.kernel_height > 0 && w.kernel_width > 0, "kernel size");
    require(w.stride_height > 0 && w.stride_width > 0, "stride");
    require(w.dilation_height > 0 && w.dilation_width > 0, "dilation");
    require(w.pad_top >= 0 && w.pad_left >= 0 && w.pad_bottom >= 0 && w.pad_right >= 0, "pads");
  }

  void check_clamp(int low, int high) const {
    require(is_code(low) && is_code(high) && low <= high, "clamp");
  }

  void check(const Convolution& node) const {
    check_window(node.window);
    check_clamp(node.clamp_low, node.clamp_high);
    const Shape& in = shape(node.input);
    require(node.groups > 0 && node.out_channels > 0 && in.channels % node.groups == 0 &&
                node.out_channels % node.groups == 0,
            "groups do not divide the channels");
    const std::size_t outputs = node.outputs();
    const Shape patch = {in.channels / node.groups, node.window.kernel_height,
                         node.window.kernel_width};
    require(node.weights.size() == outputs * patch.elements(), "number of weights");
    require(node.bias.size() == outputs, "number of biases");
    require(node.real_sums.empty() || (node.real_sums.multipliers.size() == outputs &&
                                       network_.arithmetic == Arithmetic::kOnnxRuntime),
            "number of real multipliers");
    require(node.real_sums.offsets.size() == node.real_sums.multipliers.size(),
            "number of real offsets");
    require(node.weight_scales.size() == 1 || node.weight_scales.size() == outputs,
            "number of weight scales");
    require(node.weight_zero_points.empty() ||
                node.weight_zero_points.size() == node.weight_scales.size(),
            "number of weight zero points");
    require(node.weight_bits >= 1 && node.weight_bits <= 8, "weight bits");
    const int limit = 1 << (node.weight_bits - 1);
    const auto fits = [&](int weight) {
      return node.weight_bits == 1 ? std::abs(weight) == 1 : weight >= -limit && weight < limit;
    };
    require(std::all_of(node.weights.begin(), node.weights.end(), fits),
            "a weight of more bits than its layer's");
    require(shape(node.output) == window_output(in, node.window, node.out_channels),
            "output shape");
  }

  void check(const Addition& node) const {
    require(!node.difference || network_.arithmetic == Arithmetic::kLiteRt,
            "a difference of another runtime than LiteRT");
    check_clamp(node.clamp_low, node.clamp_high);
    require(fits(node.left, shape(node.output)) && fits(node.right, shape(node.output)),
            "shapes of an addition");
  }

  void check(const Multiplication& node) const {
    check_clamp(node.clamp_low, node.clamp_high);
    const Shape& left = shape(node.left);
    const Shape& right = shape(node.right);
    require(left == shape(node.output) && !is_constant(node.left), "output shape");
    require(fits(node.right, left) || right == Shape{left.channels, 1, 1},
            "shapes of a multiplication");
  }

  /// As an operand of a result of this shape: a constant may be repeated.
  bool fits(TensorId id, const Shape& result) const {
    if (!is_constant(id)) return shape(id) == result;
    const auto repeats = [](int extent, int whole) { return extent == 1 || extent == whole; };
    const Shape& own = shape(id);
    return repeats(own.channels, result.channels) && repeats(own.height, result.height) &&
           repeats(own.width, result.width);
  }

  void check(const Lookup& node) const {
    require(node.channel_tables.empty() ||
                node.channel_tables.size() == shape(node.input).channel_count(),
            "number of tables");
    require(shape(node.input) == shape(node.output), "output shape");
  }

  void check(const Concatenation& node) const {
    require(!node.inputs.empty(), "no inputs");
    Shape whole = shape(node.inputs[0]);
    int& extent = node.axis == Axis::kChannels ? whole.channels
                  : node.axis == Axis::kHeight ? whole.height
                                               : whole.width;
    extent = 0;
    for (const TensorId id : node.inputs) {
      const Shape& part = shape(id);
      extent += node.axis == Axis::kChannels ? part.channels
                : node.axis == Axis::kHeight ? part.height
                                             : part.width;
      require(same_quantization(id, node.output), "scales of a concatenation");
      require((node.axis == Axis::kChannels || part.channels == whole.channels) &&
                  (node.axis == Axis::kHeight || part.height == whole.height) &&
                  (node.axis == Axis::kWidth || part.width == whole.width),
              "shapes of a concatenation");
    }
    require(whole == shape(node.output), "output shape");
  }

  void check(const Padding& node) const {
    const auto kept = [](int extent, int before, int after) {
      return extent + std::min(before, 0) + std::min(after, 0);
    };
    require(node.rows_between >= 0 && node.columns_between >= 0, "rows or columns between");
    Padding spread = node;
    spread.before = spread.after = {};
    const Shape whole = padded_shape(shape(node.input), spread);
    require(kept(whole.channels, node.before.channels, node.after.channels) > 0 &&
                kept(whole.height, node.before.height, node.after.height) > 0 &&
                kept(whole.width, node.before.width, node.after.width) > 0,
            "a padding that takes everything away");
    require(shape(node.output) == padded_shape(shape(node.input), node), "output shape");
    require(same_quantization(node.input, node.output), "scales of a padding");
  }

  void check(const StridedCopy& node) const {
    std::int64_t elements = 1, lowest = node.first, highest = node.first;
    for (const StridedCopy::Loop& loop : node.loops) {
      require(loop.extent > 0, "a loop of no elements");
      elements *= loop.extent;
      (loop.stride < 0 ? lowest : highest) += loop.stride * (loop.extent - 1);
    }
    require(elements == shape(node.output).size(), "number of elements of a copy");
    require(lowest >= 0 && highest < shape(node.input).size(), "a copy of elements outside");
    require(same_quantization(node.input, node.output), "scales of a copy");
  }

  bool same_quantization(TensorId first, TensorId second) const {
    const ActivationTensor& a = network_.tensor(first);
    const ActivationTensor& b = network_.tensor(second);
    return a.scale == b.scale && a.zero_point == b.zero_point;
  }

  void check(const Softmax& node) const {
    require(network_.arithmetic == Arithmetic::kLiteRt, "a softmax of another runtime than LiteRT");
    require(shape(node.input) == shape(node.output), "shapes of a softmax");
  }

  void check(const Normalization& node) const {
    require(network_.arithmetic == Arithmetic::kOnnxRuntime,
            "a normalization of another runtime than ONNX Runtime");
    check_clamp(node.clamp_low, node.clamp_high);
    require(shape(node.input) == shape(node.output), "shapes of a normalization");
    const Shape& in = shape(node.input);
    require(node.groups > 0 && in.channels % node.groups == 0, "groups do not divide the channels");
    require(node.epsilon > 0, "epsilon");
    const auto is_finite = [](float value) { return std::isfinite(value); };
    for (const std::vector<float>* list : {&node.scales, &node.biases}) {
      require(
          list->size() == in.channel_count() && std::all_of(list->begin(), list->end(), is_finite),
          "scales or biases of a normalization");
    }
  }

  void check(const Pooling& node) const {
    check_window(node.window);
    check_clamp(node.clamp_low, node.clamp_high);
    const Shape& in = shape(node.input);
    require(shape(node.output) == window_output(in, node.window, in.channels), "output shape");
    require(node.kind != PoolKind::kGlobalAverage ||
                (node.window.kernel_height == in.height && node.window.kernel_width == in.width),
            "a global pool's window");
    require(node.window.pad_top < node.window.kernel_height &&
                node.window.pad_bottom < node.window.kernel_height &&
                node.window.pad_left < node.window.kernel_width &&
                node.window.pad_right < node.window.kernel_width,
            "a pool's pads, which leave windows empty");
  }

  const QuantizedNetwork& network_;
  ByTensor<bool> made_;
  std::set<TensorId> constants_read_;
  std::string name_;
};

}  // namespace

void check_consistent(const QuantizedNetwork& network) { Checker(network).run(); }

}  // namespace brownout::models
