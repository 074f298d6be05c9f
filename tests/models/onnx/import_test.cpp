// The importer: structure of what it reads, ONNX Runtime's own outputs, and what it refuses.
#include "models/onnx/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "tests/models/network_files.hpp"

namespace brownout::models::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class OnnxRuntimeTest : public ::testing::TestWithParam<std::string> {};

TEST_P(OnnxRuntimeTest, EngineEqualsOnnxRuntime) {
  const QuantizedNetwork network = import_onnx(data(GetParam() + ".onnx"));
  const auto codes = read_bytes(data(GetParam() + ".input.bin"));
  const auto expected = read_bytes(data(GetParam() + ".output.bin"));
  ASSERT_FALSE(expected.empty());
  for (const ConvolutionPath path : {ConvolutionPath::kExact, ConvolutionPath::kAutomatic}) {
    IntegerEngine engine(network, {.path = path});
    EXPECT_EQ(engine.run(codes).logits, expected) << engine.convolution_path();
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnnxRuntimeTest,
                         ::testing::Values("conv_plain", "conv_grouped", "conv_same_lower", "dense",
                                           "residual", "max_pool", "average_pool",
                                           "average_pool_padded", "average_pool_counted",
                                           "relu_after", "narrow_int4", "narrow_clip",
                                           "narrow_quantized"),
                         [](const auto& instance) { return instance.param; });

TEST(OnnxImport, ReadsConvolutions) {
  const QuantizedNetwork network = import_onnx(data("conv_plain.onnx"));
  EXPECT_EQ(network.name, "conv_plain");
  ASSERT_EQ(network.nodes.size(), 3U);
  EXPECT_EQ(network.tensor(network.input).shape, (Shape{3, 9, 7}));
  EXPECT_EQ(network.tensor(network.input).zero_point, 120);
  EXPECT_EQ(network.tensor(network.input).scale, 0.0173F);
  const auto& first = std::get<Convolution>(network.nodes[{0}]);
  EXPECT_EQ(first.weight_shape, (std::vector<std::int64_t>{8, 3, 3, 3}));
  EXPECT_THAT(first.weight_name, HasSubstr(".weight"));
  EXPECT_EQ(first.weight_scales.size(), 8U);
  EXPECT_EQ(first.clamp_low, 0);
  EXPECT_EQ(first.clamp_high, 255);
  EXPECT_FALSE(first.fully_connected);
  const auto& second = std::get<Convolution>(network.nodes[{1}]);
  EXPECT_EQ(second.window, (Window{.kernel_height = 3,
                                   .kernel_width = 2,
                                   .stride_height = 2,
                                   .stride_width = 1,
                                   .pad_top = 0,
                                   .pad_left = 1,
                                   .pad_bottom = 2,
                                   .pad_right = 0}));
  const auto& third = std::get<Convolution>(network.nodes[{2}]);
  EXPECT_EQ(third.weight_scales.size(), 1U);
  EXPECT_EQ(third.bias, std::vector<std::int32_t>(7, 0));
}

TEST(OnnxImport, FoldsReluAndClipIntoTheCodesOfTheProducer) {
  const QuantizedNetwork grouped = import_onnx(data("conv_grouped.onnx"));
  const auto& clipped = std::get<Convolution>(grouped.nodes[{0}]);
  EXPECT_EQ(clipped.groups, 6);
  EXPECT_EQ(clipped.clamp_low, 3);
  EXPECT_LT(clipped.clamp_high, 255);
  const auto& relu = std::get<Convolution>(grouped.nodes[{2}]);
  EXPECT_EQ(relu.clamp_low, 40);
  EXPECT_EQ(relu.clamp_high, 255);
  const QuantizedNetwork after = import_onnx(data("relu_after.onnx"));
  ASSERT_EQ(after.nodes.size(), 2U);
  EXPECT_EQ(std::get<Convolution>(after.nodes[{0}]).clamp_low, 90);
}

TEST(OnnxImport, FullyConnectedLayersAreWindowsOverTheWholeInput) {
  const QuantizedNetwork network = import_onnx(data("dense.onnx"));
  ASSERT_EQ(network.nodes.size(), 4U);  // Flatten is no node
  const auto& first = std::get<Convolution>(network.nodes[{0}]);
  EXPECT_TRUE(first.fully_connected);
  EXPECT_EQ(first.window.kernel_height, 4);
  EXPECT_EQ(first.window.kernel_width, 5);
  EXPECT_EQ(first.weight_layout, WeightLayout::kOutputFirst);
  EXPECT_EQ(first.weight_shape, (std::vector<std::int64_t>{33, 60}));
  const auto& second = std::get<Convolution>(network.nodes[{1}]);
  EXPECT_EQ(second.weight_layout, WeightLayout::kInputFirst);
  EXPECT_EQ(second.weight_shape, (std::vector<std::int64_t>{33, 20}));
  EXPECT_EQ(second.k_size(), 33);
  EXPECT_EQ(network.tensor(network.output).shape, (Shape{10, 1, 1}));
}

class NarrowWeights : public ::testing::TestWithParam<std::string> {};

TEST_P(NarrowWeights, AreReadWithTheirWidth) {
  const QuantizedNetwork network = import_onnx(data(GetParam() + ".onnx"));
  ASSERT_EQ(network.nodes.size(), 3U);
  for (const Node& node : network.nodes) {
    const auto& layer = std::get<Convolution>(node);
    EXPECT_EQ(layer.weight_bits, 4);
    EXPECT_EQ(*std::min_element(layer.weights.begin(), layer.weights.end()), -8);
    EXPECT_EQ(*std::max_element(layer.weights.begin(), layer.weights.end()), 7);
    EXPECT_THAT(layer.weight_name, HasSubstr(".weight"));
  }
  EXPECT_EQ(std::get<Convolution>(network.nodes[{0}]).clamp_high, 15);
}

INSTANTIATE_TEST_SUITE_P(Forms, NarrowWeights,
                         ::testing::Values("narrow_int4", "narrow_clip", "narrow_quantized"),
                         [](const auto& instance) { return instance.param; });

/// The places of the weights of 2 outputs, 3 channels, 2 x 2, in the order of nested loops.
TEST(WeightLayout, IsTheOrderOfTheFile) {
  Convolution node;
  node.out_channels = 2;
  node.window = {.kernel_height = 2, .kernel_width = 2};
  node.weights.resize(24);
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t t = 0; t < 4; ++t) {
        const auto place = [&](WeightLayout layout) {
          node.weight_layout = layout;
          return file_place(node, n, c * 4 + t);
        };
        EXPECT_EQ(place(WeightLayout::kOutputFirst), (n * 3 + c) * 4 + t);
        EXPECT_EQ(place(WeightLayout::kInputFirst), (c * 4 + t) * 2 + n);
        EXPECT_EQ(place(WeightLayout::kChannelLast), (n * 4 + t) * 3 + c);
        EXPECT_EQ(place(WeightLayout::kInputFirstChannelLast), (t * 3 + c) * 2 + n);
      }
    }
  }
}

TEST(OnnxImport, ReadsResidualNetworks) {
  const QuantizedNetwork network = import_onnx(data("residual.onnx"));
  const auto& add = std::get<Addition>(network.nodes[{2}]);
  EXPECT_EQ(node_name(network.nodes[{2}]), add.name);
  EXPECT_EQ(node_inputs(network.nodes[{2}]), (std::vector<TensorId>{add.left, add.right}));
  EXPECT_EQ(node_output(network.nodes[{1}]), add.left);
  EXPECT_EQ(node_output(network.nodes[{0}]), add.right);
  EXPECT_EQ(clean_weights(network)[{2}].size(), 0U);
}

QuantizedNetwork import_seed(const std::string& name) {
  return import_onnx(std::filesystem::path(BROWNOUT_SOURCE_DIR) / "tests/fuzz/corpus/onnx_network" /
                     (name + ".onnx"));
}

TEST(OnnxImport, BringsBiasesToUnitsOfTheSum) {
  const std::vector<std::int32_t> codes =
      std::get<Convolution>(import_seed("bias_double_product").nodes[{0}]).bias;
  ASSERT_EQ(codes.size(), 4U);
  const QuantizedNetwork scaled = import_seed("bias_scale_mismatch");
  const QuantizedNetwork shifted = import_seed("bias_zero_point_nonzero");
  for (std::size_t c = 0; c < codes.size(); ++c) {
    EXPECT_EQ(std::get<Convolution>(scaled.nodes[{0}]).bias[c], 3 * codes[c]);
    EXPECT_EQ(std::get<Convolution>(shifted.nodes[{0}]).bias[c], codes[c] - 500);
  }
  EXPECT_TRUE(scaled.notes.empty());  // whole units: nothing is rounded
  const QuantizedNetwork added = import_seed("bias_as_add");
  EXPECT_EQ(added.nodes.size(), 1U);
  EXPECT_NE(std::get<Convolution>(added.nodes[{0}]).bias, std::vector<std::int32_t>(4, 0));
}

TEST(OnnxImport, OneChannelIsMovedWithoutACopy) {
  for (const char* name : {"reshape_one_channel", "transpose_one_channel"}) {
    const QuantizedNetwork network = import_seed(name);
    EXPECT_EQ(network.tensor(network.input).shape, (Shape{1, 6, 6})) << name;
    EXPECT_EQ(network.nodes.size(), 1U) << name;
  }
}

TEST(OnnxImport, NeedsNoOpsetOfOperatorsThatItDoesNotHave) {
  const QuantizedNetwork network = import_seed("qlinear_add");
  EXPECT_EQ(std::get<Lookup>(network.nodes[{0}]).channel_tables.size(), 4U);
}

struct Refused {
  std::string file;
  std::vector<std::string> message;
};

TEST(OnnxImport, RefusesWithTheNodeAndTheReason) {
  const std::vector<Refused> cases = {
      {"unknown_operator", {"'scores' (Det)", "not supported", "Conv, Dequ", "Flatten"}},
      {"float_weights", {"'float_conv' (Conv)", "'float.weight' is not quantized"}},
      {"float_between", {"'second' (Conv)", "float-only", "'first.output'"}},
      {"softmax_of_pixels", {"'inner' (Softmax)", "along the classes"}},
      {"outside_clip", {"'to_4_bits' (Clip)", "'wide' holds 8", "-8..7"}},
      {"flattened_output", {"output", "a flattened map of 4 x 4 pixels"}},
      {"conv_1d", {"'conv1d' (Conv)", "'w' have 3 dimensions"}},
      {"batch_fixed", {"input 'input'", "batch size is fixed at 8"}},
      {"height_symbolic", {"input 'input'", "dimension 2"}},
      {"bias_size", {"'biased' (Conv)", "wrong size"}},
      {"window_too_large", {"(Conv)", "window of 6"}},
      {"output_not_quantized", {"'last.output'", "not a quantized tensor"}},
      {"ceil_mode", {"'ceil' (AveragePool)", "ceil_mode"}},
      {"add_constant", {"'plus_one' (Add)", "'one' is neither a scalar nor one"}},
      {"channels", {"(Conv)", "2 input channels"}},
  };
  for (const Refused& test_case : cases) {
    const std::string message = refusal(import_onnx, data("errors/" + test_case.file + ".onnx"));
    for (const std::string& part : test_case.message) EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(OnnxImport, RefusesFilesThatAreNoNetwork) {
  EXPECT_THAT(refusal(import_onnx, data("no_such_file.onnx")), HasSubstr("no such file"));
  EXPECT_THAT(refusal(import_onnx, data("")), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal(import_onnx, write_file("empty.onnx", {})), HasSubstr("empty"));
  const std::string text = "workload:\n  name: mnist\n";
  EXPECT_THAT(refusal(import_onnx, write_file("text.onnx", {text.begin(), text.end()})),
              HasSubstr("not an ONNX file"));
}

TEST(OnnxImport, RefusesEveryTruncation) {
  for (const char* name : {"conv_plain", "residual", "narrow_quantized", "dense", "average_pool"}) {
    expect_every_truncation_refused(import_onnx, data(std::string(name) + ".onnx"));
  }
  expect_every_truncation_refused(import_onnx, std::filesystem::path(BROWNOUT_SOURCE_DIR) /
                                                   "workloads/cifar10_resnet8/network.onnx");
}

TEST(OnnxImport, SurvivesDamagedBytes) {
  for (const char* name : {"residual.onnx", "narrow_quantized.onnx"}) {
    EXPECT_GT(count_refused_damage(import_onnx, data(name), 700), 150);
  }
}

TEST(OnnxImport, SurvivesWhatFuzzingFound) { expect_corpus_survived(import_onnx, "onnx_network"); }

TEST(OnnxImport, PrintsNothing) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  refusal(import_onnx, write_file("noise.onnx", std::vector<std::uint8_t>(500, 0xA5)));
  import_onnx(data("dense.onnx"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace brownout::models::testing
