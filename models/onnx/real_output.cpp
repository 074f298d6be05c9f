// Outputs that a QONNX graph leaves unquantized: codes of 8 bits over all values that the last
// layer can reach.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "models/onnx/importer.hpp"

namespace brownout::models {
namespace {

struct CodeRange {
  int low = 0, high = 255;

  void add(int code) {
    low = std::min(low, code);
    high = std::max(high, code);
  }
  void add(CodeRange other) {
    add(other.low);
    add(other.high);
  }
};

CodeRange range_of(const Lookup& lookup, CodeRange input) {
  CodeRange range{255, 0};
  const std::size_t tables = std::max<std::size_t>(lookup.channel_tables.size(), 1);
  for (std::size_t channel = 0; channel < tables; ++channel) {
    const Lookup::Table& table = lookup.table_of(channel);
    for (int code = input.low; code <= input.high; ++code) {
      range.add(table[static_cast<std::size_t>(code)]);
    }
  }
  return range;
}

/// The codes that each tensor of the network so far can hold.
ByTensor<CodeRange> code_ranges(const QuantizedNetwork& network) {
  ByTensor<CodeRange> ranges(network.tensors.size());
  for (const Node& any : network.nodes) {
    CodeRange inputs{255, 0};
    for (const TensorId id : node_inputs(any)) inputs.add(ranges[id]);
    const CodeRange made = std::visit(
        [&](const auto& node) {
          using Kind = std::remove_cvref_t<decltype(node)>;
          if constexpr (std::is_same_v<Kind, Lookup>) {
            return range_of(node, inputs);
          } else if constexpr (requires { node.clamp_low; }) {
            return CodeRange{node.clamp_low, node.clamp_high};
          } else {  // a move
            if constexpr (std::is_same_v<Kind, Padding>) inputs.add(node.code);
            return inputs;
          }
        },
        any);
    ranges[node_output(any)] = made;
  }
  return ranges;
}

/// The real values that sums can reach, and the step of each channel's.
struct Reach {
  double low = 0, high = 0;  ///< 0 included
  std::vector<double> steps;
};

Reach reach_of(const QuantizedNetwork& network, const Convolution& layer, const Edge& sums) {
  const ActivationTensor& input = network.tensor(layer.input);
  const CodeRange codes = code_ranges(network)[layer.input];
  const std::int64_t least = std::min(codes.low - input.zero_point, 0);  // 0: padding
  const std::int64_t most = std::max(codes.high - input.zero_point, 0);
  const std::size_t k_size = layer.products();
  Reach reach;
  for (std::size_t c = 0; c < layer.bias.size(); ++c) {
    std::int64_t low = layer.bias[c], high = layer.bias[c];
    for (std::size_t k = 0; k < k_size; ++k) {
      const int channel = static_cast<int>(c);
      const std::int64_t weight = layer.weights[c * k_size + k] - layer.weight_zero_point(channel);
      low += std::min(weight * least, weight * most);
      high += std::max(weight * least, weight * most);
    }
    const std::vector<float>& scales = layer.weight_scales;
    double step = double{input.scale} * scales[scales.size() == 1 ? 0 : c];
    double offset = 0;
    double slope = 1;
    if (sums.real != nullptr) {
      step *= sums.real->factors[c];
      offset = sums.real->offsets[c];
      slope = sums.real->slope;
    }
    for (const std::int64_t end : {low, high}) {
      double value = static_cast<double>(end) * step + offset;
      if (value < 0) value *= slope;
      value = std::clamp(value, double{sums.low}, double{sums.high});
      reach.low = std::min(reach.low, value);
      reach.high = std::max(reach.high, value);
    }
    reach.steps.push_back(std::abs(step));
  }
  return reach;
}

bool all_equal(const std::vector<double>& values) {
  return std::equal(values.begin() + 1, values.end(), values.begin());
}

std::string shortest(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

/// A layer's sums as the graph's output: steps as fine as 8 bits over their reach allow, or a code
/// for each sum where these are fewer.
Edge Importer::real_output(const onnx::NodeProto& node, const Edge& edge) {
  if (!is_qonnx_) graph_.fail(node, std::string("its input is not quantized") + kQuantizeIt);
  const Reach reach = reach_of(network_, *sums_of(edge), edge);
  double scale = (reach.high - reach.low) / 255;
  const bool one_step =
      all_equal(reach.steps) && (edge.real == nullptr || all_equal(edge.real->offsets));
  const bool exact = one_step && reach.steps[0] >= scale;
  if (exact) scale = reach.steps[0];
  ActivationQuantization quantization{.scale = static_cast<float>(scale)};
  if (!std::isfinite(quantization.scale)) graph_.fail(node, "its values are not finite");
  if (!(quantization.scale > 0)) quantization.scale = 1;
  quantization.zero_point =
      static_cast<int>(std::clamp(std::nearbyint(-reach.low / scale), 0.0, 255.0));
  network_.notes.push_back(
      describe(node) + ": the file leaves the output unquantized; " +
      (exact ? "its sums are codes as they are"
             : "codes of 8 bits cover all that it can reach, in steps of " +
                   shortest(quantization.scale) +
                   "; a Quant at the output, over what it does reach, keeps more"));
  Edge made = edge;
  made.kind = Edge::Kind::kReal;
  made.tensor = make(node, edge, quantization);
  made.real = nullptr;
  return made;
}

}  // namespace brownout::models
