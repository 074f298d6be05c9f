// The engine on networks of several layers: order, batches, weights of one layer, gated products.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "models/arithmetic/arithmetic.hpp"
#include "models/engine/integer_engine.hpp"
#include "reference.hpp"

namespace brownout::models::testing {
namespace {

/// The branching network and both kinds of average.
QuantizedNetwork branches() {
  QuantizedNetwork network = branching_network();
  const ActivationTensor sum = network.tensor(3);
  Pooling average{.name = "average", .kind = PoolKind::kAverage, .input = 3, .output = 4};
  average.window = {.kernel_height = 3,
                    .kernel_width = 3,
                    .stride_height = 2,
                    .stride_width = 2,
                    .pad_top = 1,
                    .pad_left = 1};
  network.tensors.push_back(sum);
  network.tensors.back().shape = window_output(sum.shape, average.window, sum.shape.channels);
  network.nodes.emplace_back(average);
  Pooling global{.name = "global", .kind = PoolKind::kGlobalAverage, .input = 4, .output = 5};
  global.window.kernel_height = network.tensor(4).shape.height;
  global.window.kernel_width = network.tensor(4).shape.width;
  network.tensors.push_back(sum);
  network.tensors.back().shape = {sum.shape.channels, 1, 1};
  network.nodes.emplace_back(global);
  network.output = 5;
  return network;
}

class Layers : public ::testing::TestWithParam<Arithmetic> {};

TEST_P(Layers, FollowTheFormulasElementByElement) {
  QuantizedNetwork network = branches();
  network.arithmetic = GetParam();
  IntegerEngine engine(network);
  const EngineResult result = engine.run(random_codes(network, 1, 5), true);
  ASSERT_EQ(result.layer_outputs.size(), network.nodes.size());
  EXPECT_EQ(result.logits, result.layer_outputs.back());
  const Adder adder = make_adder(network, std::get<Addition>(network.nodes[{2}]));
  for (std::size_t i = 0; i < result.layer_outputs[{2}].size(); ++i) {
    ASSERT_EQ(result.layer_outputs[{2}][i],
              adder(result.layer_outputs[{0}][i], result.layer_outputs[{1}][i]));
  }
  const Shape& in = network.tensor(3).shape;
  const Shape& out = network.tensor(4).shape;
  const auto& pooling = std::get<Pooling>(network.nodes[{3}]);
  const Pooler pooler = make_pooler(network, pooling);
  for (int c = 0; c < out.channels; ++c) {
    for (int h = 0; h < out.height; ++h) {
      for (int w = 0; w < out.width; ++w) {
        std::vector<std::uint8_t> window;
        for (int y = std::max(2 * h - 1, 0); y < std::min(2 * h + 2, in.height); ++y) {
          for (int x = std::max(2 * w - 1, 0); x < std::min(2 * w + 2, in.width); ++x) {
            window.push_back(
                result.layer_outputs[{2}][static_cast<std::size_t>(in.index(c, y, x))]);
          }
        }
        ASSERT_EQ(result.layer_outputs[{3}][static_cast<std::size_t>(out.index(c, h, w))],
                  pooler(window, static_cast<int>(window.size())));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Layers,
                         ::testing::Values(Arithmetic::kOnnxRuntime, Arithmetic::kLiteRt));

TEST(IntegerEngine, AStridedCopyReadsWhereItsLoopsLead) {
  QuantizedNetwork network = branching_network();
  const ActivationTensor from = network.tensor(3);
  const auto [channels, height, width] = from.shape;
  const std::int64_t row = std::int64_t{width} * channels;
  StridedCopy copy{.name = "turned", .input = 3, .output = 4};
  copy.first = row * (height - 1);
  copy.loops = {{width, channels}, {height, -row}, {2, 0}, {channels, 1}};
  network.tensors.push_back(from);
  network.tensors.back().shape = {channels, width, 2 * height};
  network.nodes.emplace_back(copy);
  network.output = 4;
  const EngineResult result = IntegerEngine(network).run(random_codes(network, 3, 5), true);
  const std::vector<std::uint8_t>& codes = result.layer_outputs[{2}];
  ASSERT_EQ(result.logits.size(), 2 * codes.size());
  const auto image = static_cast<std::int64_t>(codes.size()) / 3;
  std::size_t i = 0;
  for (int n = 0; n < 3; ++n) {
    for (int y = 0; y < width; ++y) {
      for (int x = 0; x < 2 * height; ++x) {
        for (int c = 0; c < channels; ++c) {
          const std::int64_t at = n * image + from.shape.index(c, height - 1 - x / 2, y);
          ASSERT_EQ(result.logits[i++], codes[static_cast<std::size_t>(at)]);
        }
      }
    }
  }
}

TEST(IntegerEngine, APaddingPutsElementsBetweenRowsAndColumnsBeforeItCrops) {
  for (const int first : {-4, -3, -1, 0, 2}) {
    QuantizedNetwork network = branching_network();
    const ActivationTensor from = network.tensor(3);
    Padding padding{.name = "spread", .input = 3, .output = 4};
    padding.before = {.height = first, .width = 1};
    padding.after = {.height = 1, .width = first};
    padding.rows_between = 2;
    padding.columns_between = 3;
    padding.code = 77;
    network.tensors.push_back(from);
    network.tensors.back().shape = padded_shape(from.shape, padding);
    network.nodes.emplace_back(padding);
    network.output = 4;
    check_consistent(network);
    const EngineResult result = IntegerEngine(network).run(random_codes(network, 1, 6), true);
    const std::vector<std::uint8_t>& codes = result.layer_outputs[{2}];
    const auto [channels, height, width] = network.tensor(4).shape;
    EXPECT_EQ(height, 3 * from.shape.height - 2 + first + 1);
    EXPECT_EQ(width, 4 * from.shape.width - 3 + first + 1);
    std::size_t i = 0;
    for (int y = -first; y < height - first; ++y) {
      for (int x = -1; x < width - 1; ++x) {
        for (int c = 0; c < channels; ++c) {
          const bool between = y < 0 || x < 0 || y % 3 != 0 || x % 4 != 0 ||
                               y / 3 >= from.shape.height || x / 4 >= from.shape.width;
          const auto at = static_cast<std::size_t>(from.shape.index(c, y / 3, x / 4));
          ASSERT_EQ(result.logits[i++], between ? 77 : codes[at]) << y << ", " << x;
        }
      }
    }
  }
}

TEST(IntegerEngine, ACopyFromOutsideOfItsInputIsInconsistent) {
  QuantizedNetwork network = branching_network();
  network.tensors.push_back(network.tensor(3));
  const Shape& shape = network.tensor(3).shape;
  const auto size = static_cast<int>(shape.size());
  StridedCopy copy{.name = "copy", .input = 3, .output = 4, .loops = {{size, 1}}};
  const auto check = [&] {
    QuantizedNetwork with_copy = network;
    with_copy.nodes.emplace_back(copy);
    with_copy.output = 4;
    check_consistent(with_copy);
  };
  EXPECT_NO_THROW(check());
  copy.first = 1;
  EXPECT_THROW(check(), std::logic_error);
  copy.loops = {{size, -1}};
  copy.first = size - 2;
  EXPECT_THROW(check(), std::logic_error);
  copy.loops = {{size + 1, 0}};
  EXPECT_THROW(check(), std::logic_error);
}

/// The branching network and a sum or a product of its result with a constant of this shape.
QuantizedNetwork with_constant(const Shape& shape, Node node) {
  QuantizedNetwork network = branching_network();
  ActivationTensor constant{.name = "constant", .shape = shape, .scale = 0.7F, .zero_point = 31};
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    constant.constant.push_back(static_cast<std::uint8_t>(i * 37 % 256));
  }
  network.tensors.push_back(constant);
  network.tensors.push_back(network.tensor(3));
  network.nodes.push_back(std::move(node));
  network.output = 5;
  return network;
}

TEST(IntegerEngine, AConstantIsRepeatedAlongItsExtentsOfOne) {
  const Shape whole = branching_network().tensor(3).shape;
  for (const Shape& shape : {whole, Shape{1, whole.height, whole.width}, Shape{1, 1, whole.width},
                             Shape{whole.channels, whole.height, 1}, Shape{1, whole.height, 1}}) {
    for (const bool constant_first : {false, true}) {
      const Addition sum{.name = "sum",
                         .left = constant_first ? 4 : 3,
                         .right = constant_first ? 3 : 4,
                         .output = 5};
      const QuantizedNetwork network = with_constant(shape, sum);
      const EngineResult result = IntegerEngine(network).run(random_codes(network, 3, 5), true);
      const Adder add = make_adder(network, sum);
      std::size_t i = 0;
      for (int image = 0; image < 3; ++image) {
        for (int h = 0; h < whole.height; ++h) {
          for (int w = 0; w < whole.width; ++w) {
            for (int c = 0; c < whole.channels; ++c, ++i) {
              const std::int64_t place =
                  shape.index(c % shape.channels, h % shape.height, w % shape.width);
              const auto code = static_cast<std::uint8_t>(place * 37 % 256);
              const std::uint8_t given = result.layer_outputs[{2}][i];
              ASSERT_EQ(result.logits[i], constant_first ? add(code, given) : add(given, code));
            }
          }
        }
      }
    }
  }
}

TEST(IntegerEngine, RefusesConstantsThatDoNotFit) {
  const Shape whole = branching_network().tensor(3).shape;
  const Addition sum{.name = "sum", .left = 3, .right = 4, .output = 5};
  EXPECT_NO_THROW(check_consistent(with_constant(whole, sum)));
  EXPECT_THROW(check_consistent(with_constant({2, whole.height, whole.width}, sum)),
               std::logic_error);
  EXPECT_THROW(check_consistent(with_constant(
                   whole, Addition{.name = "sum", .left = 4, .right = 4, .output = 5})),
               std::logic_error);
  EXPECT_THROW(check_consistent(with_constant(
                   whole, Multiplication{.name = "product", .left = 4, .right = 3, .output = 5})),
               std::logic_error);
  EXPECT_THROW(
      check_consistent(with_constant(whole, Lookup{.name = "table", .input = 4, .output = 5})),
      std::logic_error);
  QuantizedNetwork twice = with_constant(whole, sum);
  twice.tensors.push_back(twice.tensor(3));
  twice.nodes.emplace_back(Addition{.name = "again", .left = 5, .right = 4, .output = 6});
  EXPECT_THROW(check_consistent(twice), std::logic_error);
}

TEST(IntegerEngine, EveryOutputIsThatOfItsLayer) {
  QuantizedNetwork network = branches();
  network.outputs = {{"sum", 3}, {"global", 5}, {"again", 3}, {"conv", 1}};
  const EngineResult result = IntegerEngine(network).run(random_codes(network, 40, 5), true);
  EXPECT_EQ(result.logits, result.layer_outputs[{4}]);
  ASSERT_EQ(result.other_outputs.size(), 2U);
  EXPECT_EQ(result.other_outputs[0], result.layer_outputs[{2}]);
  EXPECT_EQ(result.other_outputs[1], result.layer_outputs[{0}]);
}

TEST(IntegerEngine, GatedMacsCountOnlyConvolutions) {
  const QuantizedNetwork network = branches();
  IntegerEngine engine(network);
  const std::vector<std::uint64_t> gated = engine.run(random_codes(network, 4, 6)).gated_macs;
  ASSERT_EQ(gated.size(), network.nodes.size());
  EXPECT_GT(gated[0], 0U);
  EXPECT_EQ(gated[0], gated[1]);  // one input, one geometry
  EXPECT_EQ(gated[2] + gated[3] + gated[4], 0U);
}

TEST(IntegerEngine, ResultsDoNotDependOnTheBatch) {
  const QuantizedNetwork network = branches();
  constexpr int kImages = 77;
  const auto codes = random_codes(network, kImages, 8);
  const auto size = static_cast<std::size_t>(network.tensor(network.input).shape.size());
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path});
    const EngineResult whole = engine.run(codes, true);
    for (const std::size_t batch : {1U, 5U, 40U}) {
      EngineResult parts;
      parts.gated_macs.resize(network.nodes.size());
      for (std::size_t first = 0; first < kImages; first += batch) {
        const std::size_t count = std::min<std::size_t>(batch, kImages - first);
        const EngineResult part = engine.run(std::span(codes).subspan(first * size, count * size));
        parts.logits.insert(parts.logits.end(), part.logits.begin(), part.logits.end());
        for (const NodeIndex i : part.gated_macs.indices()) {
          parts.gated_macs[i] += part.gated_macs[i];
        }
      }
      EXPECT_EQ(parts.logits, whole.logits) << batch;
      EXPECT_EQ(parts.gated_macs, whole.gated_macs) << batch;
    }
  }
}

TEST(IntegerEngine, NewWeightsChangeOnlyTheirLayerAndWhatFollows) {
  const QuantizedNetwork network = branches();
  const auto codes = random_codes(network, 2, 9);
  for (const ConvolutionPath path : paths()) {
    IntegerEngine engine(network, {.path = path});
    const EngineResult clean = engine.run(codes, true);
    WeightSet weights = clean_weights(network);
    weights[{1}][17] = static_cast<std::int8_t>(weights[{1}][17] ^ 0x40);  // output channel 0
    engine.set_weights(weights);
    const EngineResult faulty = engine.run(codes, true);
    EXPECT_EQ(faulty.layer_outputs[{0}], clean.layer_outputs[{0}]);
    EXPECT_NE(faulty.layer_outputs[{1}], clean.layer_outputs[{1}]);
    for (std::size_t i = 0; i < faulty.layer_outputs[{1}].size(); ++i) {
      if (i % 8 != 0) {
        ASSERT_EQ(faulty.layer_outputs[{1}][i], clean.layer_outputs[{1}][i]);
      }
    }
    EXPECT_NE(faulty.layer_outputs[{2}], clean.layer_outputs[{2}]);
  }
}

TEST(IntegerEngine, CanBeMovedAndRunsNoImages) {
  const QuantizedNetwork network = branches();
  IntegerEngine engine(network);
  const auto codes = random_codes(network, 1, 3);
  const auto before = engine.run(codes).logits;
  IntegerEngine moved = std::move(engine);
  EXPECT_EQ(moved.run(codes).logits, before);
  EXPECT_TRUE(moved.run({}).logits.empty());
}

TEST(IntegerEngine, RefusesWhatDoesNotFit) {
  const QuantizedNetwork network = branches();
  IntegerEngine engine(network);
  EXPECT_THROW(engine.run(std::vector<std::uint8_t>(7)), std::logic_error);
  EXPECT_THROW(engine.set_weights({}), std::logic_error);
  WeightSet weights = clean_weights(network);
  weights[{1}].pop_back();
  EXPECT_THROW(engine.set_weights(weights), std::logic_error);
  EXPECT_THROW(IntegerEngine(network, {.accumulator_bits = 0}), InputError);
  EXPECT_THROW(IntegerEngine(network, {.accumulator_bits = 33}), InputError);
}

TEST(CheckConsistent, NamesTheNode) {
  QuantizedNetwork network = branches();
  std::get<Convolution>(network.nodes[{1}]).bias.pop_back();
  try {
    check_consistent(network);
    FAIL() << "accepted";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("second: number of biases"));
  }
  network = branches();
  std::swap(network.nodes[{0}], network.nodes[{2}]);
  EXPECT_THROW(check_consistent(network), std::logic_error);
  network = branches();
  network.tensors[3].shape.width = 5;
  EXPECT_THROW(check_consistent(network), std::logic_error);
}

}  // namespace
}  // namespace brownout::models::testing
