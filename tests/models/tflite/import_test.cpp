// The TFLite importer: structure of what it reads, LiteRT's own output, and damaged files.
// tests/python/test_against_litert.py compares many networks layer by layer.
#include "models/tflite/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "models/network_import.hpp"
#include "tests/models/network_files.hpp"

namespace brownout::models::testing {
namespace {

using ::testing::HasSubstr;

TEST(TfliteImport, EngineEqualsLiteRt) {
  const QuantizedNetwork network = import_tflite(data("chain.tflite"));
  const auto expected = read_bytes(data("chain.output.bin"));
  for (const ConvolutionPath path : {ConvolutionPath::kExact, ConvolutionPath::kAutomatic}) {
    IntegerEngine engine(network, {.path = path});
    EXPECT_EQ(engine.run(read_bytes(data("chain.input.bin"))).logits, expected)
        << engine.convolution_path();
  }
}

TEST(TfliteImport, ReadsOperatorsAndTheirWeights) {
  const QuantizedNetwork network = import_network(data("chain.tflite"));
  EXPECT_EQ(network.name, "chain");
  EXPECT_EQ(network.arithmetic, Arithmetic::kLiteRt);
  EXPECT_EQ(network.tensor(network.input).shape, (Shape{2, 9, 4}));
  EXPECT_TRUE(network.tensor(network.input).source_signed);
  std::vector<std::string> kinds;
  for (const Node& node : network.nodes) kinds.push_back(node_kind(node));
  EXPECT_THAT(kinds, ::testing::ElementsAre("conv", "conv", "conv", "add", "max_pool",
                                            "average_pool", "fully_connected", "softmax"));
  const auto& first = std::get<Convolution>(network.nodes[{0}]);
  EXPECT_EQ(first.weight_layout, WeightLayout::kChannelLast);
  EXPECT_EQ(first.weight_shape.front(), 6);
  const auto& depthwise = std::get<Convolution>(network.nodes[{1}]);
  EXPECT_EQ(depthwise.groups, 6);
  EXPECT_EQ(depthwise.out_channels, 12);
  EXPECT_EQ(depthwise.weight_layout, WeightLayout::kInputFirst);
  EXPECT_EQ(depthwise.weight_shape.back(), 12);
  const auto& dense = std::get<Convolution>(network.nodes[{6}]);
  EXPECT_TRUE(dense.fully_connected);  // flattened before: the window covers the tensor
  EXPECT_EQ(dense.window.kernel_height, 2);
  EXPECT_EQ(dense.weight_shape, (std::vector<std::int64_t>{8, 24}));
}

QuantizedNetwork import_any(const std::filesystem::path& path) { return import_network(path); }

TEST(TfliteImport, IsChosenBySuffixOrIdentifier) {
  const auto bytes = read_bytes(data("chain.tflite"));
  EXPECT_EQ(import_network(write_file("no_suffix", bytes)).nodes.size(), 8U);
  const std::filesystem::path text = write_file("text.tflite", {'h', 'e', 'l', 'l', 'o'});
  EXPECT_THAT(refusal(import_any, text), HasSubstr("text.tflite: not a TFLite file"));
  EXPECT_THAT(refusal(import_any, data("missing.tflite")), HasSubstr("no such file"));
}

TEST(TfliteImport, RefusesEveryTruncation) {
  expect_every_truncation_refused(import_tflite, data("chain.tflite"));
}

TEST(TfliteImport, SurvivesWhatFuzzingFound) {
  expect_corpus_survived(import_tflite, "tflite_network");
}

TEST(TfliteImport, SurvivesDamagedBytes) {
  EXPECT_GT(count_refused_damage(import_tflite, data("chain.tflite"), 1000), 150);
}

}  // namespace
}  // namespace brownout::models::testing
