// Sums whose order matters, against plain loops over the parts of k.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "models/arithmetic/arithmetic.hpp"
#include "models/engine/integer_engine.hpp"
#include "reference.hpp"

namespace brownout::models::testing {
namespace {

const ConvolutionCase kPadded = {.name = "padded",
                                 .input = {6, 7, 5},
                                 .out_channels = 4,
                                 .window = {.kernel_height = 3,
                                            .kernel_width = 2,
                                            .stride_width = 2,
                                            .pad_top = 1,
                                            .pad_right = 1},
                                 .groups = 2,
                                 .zero_point = 9};

/// The products of one output in the order of k.
std::vector<std::int64_t> products(const QuantizedNetwork& network, const Convolution& node,
                                   const std::uint8_t* codes, int channel, int row, int column) {
  const ActivationTensor& input = network.tensor(node.input);
  const Window& w = node.window;
  const int channels = input.shape.channels / node.groups;
  const int first = channel / (node.out_channels / node.groups) * channels;
  std::vector<std::int64_t> result;
  for (int c = 0; c < channels; ++c) {
    for (int kh = 0; kh < w.kernel_height; ++kh) {
      for (int kw = 0; kw < w.kernel_width; ++kw) {
        const int y = row * w.stride_height - w.pad_top + kh;
        const int x = column * w.stride_width - w.pad_left + kw;
        const bool inside = y >= 0 && x >= 0 && y < input.shape.height && x < input.shape.width;
        const std::size_t k =
            static_cast<std::size_t>(channel) * static_cast<unsigned>(node.k_size()) +
            result.size();
        result.push_back(inside
                             ? (std::int64_t{node.weights[k]} - node.weight_zero_point(channel)) *
                                   (codes[input.shape.index(first + c, y, x)] - input.zero_point)
                             : 0);
      }
    }
  }
  return result;
}

struct Accumulator {
  int bits, k_part;
  Overflow overflow;
};

/// Reads a sum bit by bit through the masks of its element.
std::int64_t read(const ReadMasks<std::uint32_t>& masks, std::size_t element, std::int64_t held,
                  int bits) {
  std::int64_t result = 0;
  for (int bit = 0; bit < bits; ++bit) {
    bool value = (held >> bit & 1) != 0;
    if (!masks.empty()) {
      value = value && (masks.stuck_at_0[element] >> bit & 1) == 0;
      value = value || (masks.stuck_at_1[element] >> bit & 1) != 0;
      value = value != ((masks.flip[element] >> bit & 1) != 0);
    }
    const std::int64_t worth = std::int64_t{1} << bit;
    if (value) result += bit == bits - 1 ? -worth : worth;
  }
  return result;
}

std::vector<std::uint8_t> by_loops(const QuantizedNetwork& network, const std::uint8_t* codes,
                                   const Accumulator& accumulator,
                                   const ReadMasks<std::uint32_t>& masks) {
  const auto& node = std::get<Convolution>(network.nodes[{0}]);
  const Shape& shape = network.tensor(node.output).shape;
  const Requantizer requantize = make_requantizer(network, node);
  const std::int64_t high = (std::int64_t{1} << (accumulator.bits - 1)) - 1;
  std::vector<std::uint8_t> outputs(static_cast<std::size_t>(shape.size()));
  for (std::size_t element = 0; element < outputs.size(); ++element) {
    const auto channel = static_cast<int>(element) % shape.channels;
    const auto pixel = static_cast<int>(element) / shape.channels;
    const auto terms =
        products(network, node, codes, channel, pixel / shape.width, pixel % shape.width);
    std::int64_t held = node.bias[static_cast<std::size_t>(channel)];
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const bool starts = k % static_cast<unsigned>(accumulator.k_part) == 0;
      if (starts && k > 0) held = read(masks, element, held, accumulator.bits);
      held += terms[k];
      const bool ends =
          (k + 1) % static_cast<unsigned>(accumulator.k_part) == 0 || k + 1 == terms.size();
      if (ends && accumulator.overflow == Overflow::kSaturate) {
        held = std::clamp(held, -high - 1, high);
      } else if (ends) {
        held = read({}, 0, held, accumulator.bits);  // the low bits
      }
    }
    outputs[element] = requantize(
        static_cast<std::int32_t>(read(masks, element, held, accumulator.bits)), channel);
  }
  return outputs;
}

ReadMasks<std::uint32_t> some_masks(std::int64_t size, int bits) {
  ReadMasks<std::uint32_t> masks;
  masks.resize(static_cast<std::size_t>(size));
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < masks.flip.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    const std::uint32_t one = std::uint32_t{1} << (state >> 20) % static_cast<unsigned>(bits);
    if (i % 4 == 0) masks.flip[i] = one;
    if (i % 4 == 1) masks.stuck_at_0[i] = one;
    if (i % 4 == 2) masks.stuck_at_1[i] = one;
  }
  return masks;
}

TEST(OrderedSums, EqualPlainLoopsOverThePartsOfK) {
  QuantizedNetwork network = make_network(kPadded, 3);
  network.tensors[1].scale /= 8.0F;  // or what happens in low bits does not show
  const auto codes = random_codes(network, 2, 4);
  const auto size = static_cast<std::size_t>(network.tensor(0).shape.size());
  const std::int64_t outputs = network.tensor(1).shape.size();
  for (const Overflow overflow : {Overflow::kWrap, Overflow::kSaturate}) {
    for (const int bits : {32, 16, 13}) {
      for (const int k_part : {1, 5, 18, 1000}) {
        for (const bool faulty : {false, true}) {
          SCOPED_TRACE(bits * 10000 + k_part);
          const auto masks = faulty ? some_masks(outputs, bits) : ReadMasks<std::uint32_t>{};
          IntegerEngine engine(network,
                               {.accumulator_bits = bits, .overflow = overflow, .k_part = k_part});
          if (faulty) engine.set_sum_masks({masks});
          const EngineResult result = engine.run(codes);
          std::vector<std::uint8_t> expected;
          for (std::size_t image = 0; image < 2; ++image) {
            const auto one =
                by_loops(network, codes.data() + image * size, {bits, k_part, overflow}, masks);
            expected.insert(expected.end(), one.begin(), one.end());
          }
          EXPECT_EQ(result.logits, expected);
        }
      }
    }
  }
}

TEST(OrderedSums, TakeOffTheZeroPointsOfWeights) {
  QuantizedNetwork network = make_network(kPadded, 3);
  auto& node = std::get<Convolution>(network.nodes[{0}]);
  node.weight_zero_points.assign(node.weight_scales.size(), -128);
  network.tensors[1].scale *= 2.0F;
  const auto codes = random_codes(network, 1, 4);
  const auto masks = some_masks(network.tensor(1).shape.size(), 24);
  IntegerEngine engine(network, {.accumulator_bits = 24, .k_part = 5});
  engine.set_sum_masks({masks});
  EXPECT_EQ(engine.run(codes).logits,
            by_loops(network, codes.data(), {24, 5, Overflow::kWrap}, masks));
}

TEST(OrderedSums, SaturationDependsOnTheParts) {
  QuantizedNetwork network = make_network(kPadded, 3);
  const auto codes = random_codes(network, 2, 4);
  IntegerEngine whole(network, {.accumulator_bits = 14, .overflow = Overflow::kSaturate});
  IntegerEngine parts(network,
                      {.accumulator_bits = 14, .overflow = Overflow::kSaturate, .k_part = 2});
  EXPECT_NE(whole.run(codes).logits, parts.run(codes).logits);
}

TEST(OrderedSums, TakeNewWeights) {
  const QuantizedNetwork network = make_network(kPadded, 3);
  const QuantizedNetwork other = make_network(kPadded, 8);
  const auto codes = random_codes(network, 2, 4);
  const auto masks = some_masks(network.tensor(1).shape.size(), 32);
  const EngineOptions options{.k_part = 4};
  IntegerEngine before(network, options);
  before.set_weights(clean_weights(other));
  before.set_sum_masks({masks});
  IntegerEngine after(network, options);
  after.set_sum_masks({masks});
  EXPECT_NE(after.run(codes).logits, before.run(codes).logits);
  after.set_weights(clean_weights(other));
  EXPECT_EQ(after.run(codes).logits, before.run(codes).logits);
}

TEST(OrderedSums, MasksOfAnotherSizeAreRefused) {
  const QuantizedNetwork network = make_network(kPadded, 3);
  IntegerEngine engine(network);
  EXPECT_THROW(engine.set_sum_masks(SumMasks(2)), std::logic_error);
  SumMasks masks(1);
  masks[{0}].resize(5);
  EXPECT_THROW(engine.set_sum_masks(masks), std::logic_error);
}

}  // namespace
}  // namespace brownout::models::testing
