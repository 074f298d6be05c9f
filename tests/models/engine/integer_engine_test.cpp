// The engine against plain loops, on both convolution paths.
#include "models/engine/integer_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "models/arithmetic/arithmetic.hpp"
#include "reference.hpp"

namespace brownout::models::testing {
namespace {

const Convolution& first_convolution(const QuantizedNetwork& network) {
  return std::get<Convolution>(network.nodes[{0}]);
}

void expect_equal_to_loops(const QuantizedNetwork& network, const EngineResult& result,
                           const std::vector<std::uint8_t>& codes,
                           const std::vector<std::int8_t>& weights, int bits) {
  const auto size = static_cast<std::size_t>(network.tensor(network.input).shape.size());
  std::vector<std::uint8_t> expected;
  std::uint64_t gated = 0;
  for (std::size_t image = 0; image < codes.size() / size; ++image) {
    const Expected one =
        convolve(network, first_convolution(network), weights, codes.data() + image * size, bits);
    expected.insert(expected.end(), one.codes.begin(), one.codes.end());
    gated += one.gated_macs;
  }
  EXPECT_EQ(result.logits, expected);
  EXPECT_EQ(result.gated_macs, std::vector<std::uint64_t>{gated});
}

const std::vector<ConvolutionCase>& convolution_cases() {
  static const std::vector<ConvolutionCase> cases = {
      {.name = "pointwise", .input = {5, 4, 3}, .out_channels = 7, .window = {}},
      {.name = "padded",
       .input = {3, 9, 8},
       .out_channels = 16,
       .window = square_window(3, 1, 1),
       .zero_point = 116},
      {.name = "uneven",
       .input = {4, 11, 7},
       .out_channels = 9,
       .window = {.kernel_height = 4,
                  .kernel_width = 2,
                  .stride_height = 2,
                  .stride_width = 3,
                  .pad_top = 2,
                  .pad_left = 0,
                  .pad_bottom = 1,
                  .pad_right = 1},
       .zero_point = 255},
      {.name = "dilated",
       .input = {6, 10, 10},
       .out_channels = 8,
       .window = {.kernel_height = 3,
                  .kernel_width = 3,
                  .pad_top = 3,
                  .pad_left = 2,
                  .pad_bottom = 3,
                  .pad_right = 2,
                  .dilation_height = 3,
                  .dilation_width = 2},
       .zero_point = 31},
      {.name = "grouped",
       .input = {12, 6, 6},
       .out_channels = 8,
       .window = square_window(3, 1, 1),
       .groups = 4,
       .zero_point = 128},
      {.name = "depthwise",
       .input = {24, 7, 7},
       .out_channels = 24,
       .window = square_window(3, 2, 1),
       .groups = 24,
       .zero_point = 7},
      {.name = "depthwise_multiplier",
       .input = {3, 6, 6},
       .out_channels = 6,
       .window = square_window(3),
       .groups = 3},
      {.name = "fully_connected",
       .input = {40, 4, 5},
       .out_channels = 10,
       .window = {.kernel_height = 4, .kernel_width = 5},
       .zero_point = 90},
      {.name = "extreme",
       .input = {64, 6, 6},
       .out_channels = 32,
       .window = square_window(3, 1, 1),
       .extreme = true},
      {.name = "extreme_zero_point",
       .input = {64, 5, 5},
       .out_channels = 33,
       .window = square_window(3, 1, 1),
       .zero_point = 255,
       .extreme = true},
      {.name = "large_kernel",
       .input = {2, 20, 20},
       .out_channels = 2,
       .window = square_window(17, 1, 8),
       .zero_point = 3},
  };
  return cases;
}

class ConvolutionTest : public ::testing::TestWithParam<ConvolutionCase> {};

TEST_P(ConvolutionTest, EqualsPlainLoopsOnEveryPath) {
  const QuantizedNetwork network = make_network(GetParam(), 11);
  const auto codes = random_codes(network, 3, 12, GetParam().extreme);
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path});
    SCOPED_TRACE(engine.convolution_path());
    expect_equal_to_loops(network, engine.run(codes), codes, first_convolution(network).weights,
                          32);
  }
}

TEST_P(ConvolutionTest, NarrowAccumulatorsWrap) {
  QuantizedNetwork network = make_network(GetParam(), 13);
  network.tensors[1].scale /= 20.0F;  // or wrapped sums are too small to show
  const auto codes = random_codes(network, 2, 14, GetParam().extreme);
  for (const ConvolutionPath path : paths()) {
    for (const int bits : {16, 12}) {
      IntegerEngine engine(network, {.path = path, .accumulator_bits = bits});
      SCOPED_TRACE(engine.convolution_path());
      expect_equal_to_loops(network, engine.run(codes), codes, first_convolution(network).weights,
                            bits);
    }
  }
}

TEST_P(ConvolutionTest, UsesNewWeightsAlsoInItsCorrections) {
  const QuantizedNetwork network = make_network(GetParam(), 15);
  const QuantizedNetwork other = make_network(GetParam(), 16);
  const auto codes = random_codes(network, 2, 17, GetParam().extreme);
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path});
    SCOPED_TRACE(engine.convolution_path());
    const EngineResult before = engine.run(codes);
    engine.set_weights(clean_weights(other));
    expect_equal_to_loops(network, engine.run(codes), codes, first_convolution(other).weights, 32);
    engine.set_weights(clean_weights(network));
    EXPECT_EQ(engine.run(codes).logits, before.logits);
  }
}

TEST_P(ConvolutionTest, RunsImagesOneByOneWithWeightsOfTheirOwn) {
  const QuantizedNetwork network = make_network(GetParam(), 15);
  const QuantizedNetwork other = make_network(GetParam(), 16);
  const auto codes = random_codes(network, 3, 17, GetParam().extreme);
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path, .chunk_images = 1});
    SCOPED_TRACE(engine.convolution_path());
    engine.set_weights({0}, first_convolution(other).weights);
    expect_equal_to_loops(network, engine.run(codes), codes, first_convolution(other).weights, 32);
    engine.set_weights({0}, first_convolution(network).weights);
    expect_equal_to_loops(network, engine.run(codes), codes, first_convolution(network).weights,
                          32);
    EXPECT_THROW(engine.set_weights(network.nodes.end_index(), {}), std::logic_error);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConvolutionTest, ::testing::ValuesIn(convolution_cases()),
                         [](const auto& instance) { return instance.param.name; });

TEST(IntegerEngine, LargestSumsAreExactToTheLastBit) {
  QuantizedNetwork network =
      make_network({.name = "large", .input = {256, 3, 3}, .out_channels = 16, .window = {}}, 1);
  auto& node = std::get<Convolution>(network.nodes[{0}]);
  node.window = square_window(3);
  node.weights.assign(std::size_t{16} * 256 * 9, 127);
  node.weight_scales.assign(16, 1.0F);
  network.tensors[0].scale = network.tensors[1].scale = 1.0F;
  network.tensors[1].shape = {16, 1, 1};
  std::vector<std::uint8_t> codes(256 * 9, 255);
  codes[3] = codes[1000] = codes[2000] = 254;
  // The bias takes nearly all of the sum away: one output step is the sum's last bit.
  const std::int32_t sum = 127 * (255 * 256 * 9 - 3);
  for (int c = 0; c < 16; ++c) node.bias[static_cast<std::size_t>(c)] = c - sum;
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path});
    const auto logits = engine.run(codes).logits;
    for (int c = 0; c < 16; ++c) EXPECT_EQ(logits[static_cast<std::size_t>(c)], 100 + c);
  }
}

TEST(IntegerEngine, RealNumbersFollowTheSumsOfALayer) {
  QuantizedNetwork network =
      make_network({.name = "real", .input = {5, 1, 1}, .out_channels = 90, .window = {}}, 4);
  auto& node = std::get<Convolution>(network.nodes[{0}]);
  node.real_sums.slope = 0.25F;
  for (int c = 0; c < 90; ++c) {
    node.real_sums.multipliers.push_back(0.001F * static_cast<float>(c - 20));
    node.real_sums.offsets.push_back(0.7F * static_cast<float>(c % 13) - 4.0F);
  }
  const auto codes = random_codes(network, 40, 2);
  for (const auto& [bits, bipolar] :
       {std::pair(32, false), std::pair(14, false), std::pair(32, true), std::pair(14, true)}) {
    node.real_sums.bipolar = bipolar;
    const Requantizer requantize = make_requantizer(network, node);
    const auto logits = IntegerEngine(network, {.accumulator_bits = bits}).run(codes).logits;
    EXPECT_EQ(std::set(logits.begin(), logits.end()).size() == 2, bipolar);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const std::size_t channel = i % 90;
      std::int64_t sum = node.bias[channel];
      for (std::size_t k = 0; k < 5; ++k) {
        sum +=
            (codes[i / 90 * 5 + k] - network.tensors[0].zero_point) * node.weights[channel * 5 + k];
      }
      ASSERT_EQ(logits[i], requantize(wrap_accumulator(sum, bits), static_cast<int>(channel)));
    }
  }
}

TEST(IntegerEngine, LiteRtsConvolutionsFollowTheirFormulaSumBySum) {
  for (const bool fully_connected : {false, true}) {
    QuantizedNetwork network =
        make_network({.name = "fixed", .input = {5, 1, 1}, .out_channels = 90, .window = {}}, 4);
    network.arithmetic = Arithmetic::kLiteRt;
    auto& node = std::get<Convolution>(network.nodes[{0}]);
    node.fully_connected = fully_connected;
    const auto codes = random_codes(network, 40, 2);
    const Requantizer requantize = make_requantizer(network, node);
    for (const int bits : {32, 14}) {
      const auto logits = IntegerEngine(network, {.accumulator_bits = bits}).run(codes).logits;
      for (std::size_t i = 0; i < logits.size(); ++i) {
        const std::size_t channel = i % 90;
        std::int64_t sum = node.bias[channel];
        for (std::size_t k = 0; k < 5; ++k) {
          sum += (codes[i / 90 * 5 + k] - network.tensors[0].zero_point) *
                 node.weights[channel * 5 + k];
        }
        ASSERT_EQ(logits[i], requantize(wrap_accumulator(sum, bits), static_cast<int>(channel)));
      }
    }
  }
}

}  // namespace
}  // namespace brownout::models::testing
