// Plain loops to compare the engine with.
#include "reference.hpp"

#include <algorithm>
#include <cmath>

namespace brownout::models::testing {
namespace {

std::uint8_t random_code(std::mt19937& random, bool extreme) {
  const auto bits = static_cast<std::uint32_t>(random());
  if (extreme) return (bits & 1U) != 0 ? 255 : 0;
  return static_cast<std::uint8_t>(bits >> 24);
}

}  // namespace

QuantizedNetwork make_network(const ConvolutionCase& test_case, unsigned seed) {
  std::mt19937 random(seed);
  QuantizedNetwork network;
  network.name = test_case.name;
  Convolution node;
  node.name = "conv";
  node.output = 1;
  node.window = test_case.window;
  node.groups = test_case.groups;
  node.out_channels = test_case.out_channels;
  const int k = test_case.input.channels / test_case.groups * test_case.window.kernel_height *
                test_case.window.kernel_width;
  for (int i = 0; i < k * test_case.out_channels; ++i) {
    const int weight = test_case.extreme ? ((random() & 1U) != 0 ? 127 : -128)
                                         : static_cast<int>(random() % 256) - 128;
    node.weights.push_back(static_cast<std::int8_t>(weight));
  }
  for (int c = 0; c < test_case.out_channels; ++c) {
    node.weight_scales.push_back(0.004F + 0.0007F * static_cast<float>(c % 7));
    node.bias.push_back(static_cast<std::int32_t>(random() % 20001) - 10000);
  }
  ActivationTensor input{.name = "input", .shape = test_case.input};
  input.scale = 0.02F;
  input.zero_point = test_case.zero_point;
  ActivationTensor output{.name = "output",
                          .shape = window_output(input.shape, node.window, node.out_channels)};
  output.scale = 0.02F * 0.006F * 74.0F * 74.0F * std::sqrt(static_cast<float>(k)) / 40.0F;
  output.zero_point = 100;
  network.tensors = {input, output};
  network.input = 0;
  network.output = 1;
  network.nodes.emplace_back(node);
  return network;
}

QuantizedNetwork branching_network() {
  QuantizedNetwork network = make_network({.name = "branches",
                                           .input = {4, 12, 12},
                                           .out_channels = 8,
                                           .window = square_window(3, 1, 1),
                                           .zero_point = 60},
                                          21);
  const Shape shape = network.tensor(1).shape;
  auto second = std::get<Convolution>(network.nodes[{0}]);
  second.name = "second";
  second.output = 2;
  for (std::int8_t& weight : second.weights) weight = static_cast<std::int8_t>(weight / 3);
  network.tensors.push_back(network.tensors[1]);
  network.nodes.emplace_back(second);
  ActivationTensor sum{.name = "sum", .shape = shape};
  sum.scale = network.tensor(1).scale * 1.3F;
  sum.zero_point = 80;
  network.tensors.push_back(sum);
  network.nodes.emplace_back(
      Addition{.name = "add", .left = 1, .right = 2, .output = 3, .clamp_low = 80});
  network.output = 3;
  return network;
}

std::vector<std::uint8_t> random_codes(const QuantizedNetwork& network, int images, unsigned seed,
                                       bool extreme) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> codes(
      static_cast<std::size_t>(images * network.tensor(network.input).shape.size()));
  for (std::uint8_t& code : codes) code = random_code(random, extreme);
  return codes;
}

Expected convolve(const QuantizedNetwork& network, const Convolution& node,
                  const std::vector<std::int8_t>& weights, const std::uint8_t* codes,
                  int accumulator_bits) {
  const ActivationTensor& in = network.tensor(node.input);
  const ActivationTensor& out = network.tensor(node.output);
  const Window& window = node.window;
  const int group_inputs = in.shape.channels / node.groups;
  const int group_outputs = node.out_channels / node.groups;
  Expected expected;
  expected.codes.resize(static_cast<std::size_t>(out.shape.size()));
  for (int n = 0; n < node.out_channels; ++n) {
    for (int oh = 0; oh < out.shape.height; ++oh) {
      for (int ow = 0; ow < out.shape.width; ++ow) {
        std::int64_t sum = node.bias[static_cast<std::size_t>(n)];
        std::size_t k = static_cast<std::size_t>(n) * static_cast<std::size_t>(node.k_size());
        for (int c = 0; c < group_inputs; ++c) {
          for (int kh = 0; kh < window.kernel_height; ++kh) {
            for (int kw = 0; kw < window.kernel_width; ++kw, ++k) {
              const int h =
                  oh * window.stride_height - window.pad_top + kh * window.dilation_height;
              const int w = ow * window.stride_width - window.pad_left + kw * window.dilation_width;
              const bool inside = h >= 0 && w >= 0 && h < in.shape.height && w < in.shape.width;
              const int channel = n / group_outputs * group_inputs + c;
              const int x = inside ? codes[(h * in.shape.width + w) * in.shape.channels + channel] -
                                         in.zero_point
                                   : 0;
              if (x == 0) ++expected.gated_macs;
              sum += x * weights[k];
            }
          }
        }
        const std::int64_t range = std::int64_t{1} << accumulator_bits;
        while (sum >= range / 2) sum -= range;
        while (sum < -range / 2) sum += range;
        const std::size_t channel =
            node.weight_scales.size() == 1 ? 0 : static_cast<std::size_t>(n);
        const float product = in.scale * node.weight_scales[channel];
        const float real = static_cast<float>(sum) * (product / out.scale);
        const double code =
            std::clamp<double>(std::nearbyint(static_cast<double>(real)) + out.zero_point,
                               node.clamp_low, node.clamp_high);
        expected.codes[static_cast<std::size_t>(out.shape.index(n, oh, ow))] =
            static_cast<std::uint8_t>(code);
      }
    }
  }
  return expected;
}

}  // namespace brownout::models::testing
