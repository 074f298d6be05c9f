// Small random networks, and convolutions, counts and requantization written out as plain loops to
// compare the engine with. Shares no code with models/.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models::testing {

/// The same in both directions, padded on all four sides.
inline Window square_window(int kernel, int stride = 1, int pad = 0) {
  return {.kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .pad_top = pad,
          .pad_left = pad,
          .pad_bottom = pad,
          .pad_right = pad};
}

struct ConvolutionCase {
  std::string name;
  Shape input;
  int out_channels = 1;
  Window window;
  int groups = 1;
  int zero_point = 0;
  bool extreme = false;  ///< codes 0 or 255, weights -128 or 127
};

/// A network of this one convolution with random weights.
QuantizedNetwork make_network(const ConvolutionCase& test_case, unsigned seed);
/// Two convolutions of one input (tensors 1 and 2) and the sum of their outputs (tensor 3).
QuantizedNetwork branching_network();
std::vector<std::uint8_t> random_codes(const QuantizedNetwork& network, int images, unsigned seed,
                                       bool extreme = false);

struct Expected {
  std::vector<std::uint8_t> codes;  ///< NHWC
  std::uint64_t gated_macs = 0;
};

/// A convolution of one image, window element by window element.
Expected convolve(const QuantizedNetwork& network, const Convolution& node,
                  const std::vector<std::int8_t>& weights, const std::uint8_t* codes,
                  int accumulator_bits);

/// All that run on this CPU.
inline std::vector<ConvolutionPath> paths() {
  if (onednn_is_exact()) return {ConvolutionPath::kExact, ConvolutionPath::kOneDnn};
  return {ConvolutionPath::kExact};
}

}  // namespace brownout::models::testing
