// The TFLite importer: structure of what it reads, LiteRT's own output, and damaged files.
// tests/python/test_against_litert.py compares many networks layer by layer.
#include "models/tflite/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "models/network_import.hpp"

namespace brownout::models {
namespace {

using ::testing::HasSubstr;

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(BROWNOUT_SOURCE_DIR) / "tests/models/data" / name;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path write_file(const std::string& name, const std::vector<std::uint8_t>& bytes) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / name;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

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
  const auto& first = std::get<Convolution>(network.nodes[0]);
  EXPECT_EQ(first.weight_layout, WeightLayout::kChannelLast);
  EXPECT_EQ(first.weight_shape.front(), 6);
  const auto& depthwise = std::get<Convolution>(network.nodes[1]);
  EXPECT_EQ(depthwise.groups, 6);
  EXPECT_EQ(depthwise.out_channels, 12);
  EXPECT_EQ(depthwise.weight_layout, WeightLayout::kInputFirst);
  EXPECT_EQ(depthwise.weight_shape.back(), 12);
  const auto& dense = std::get<Convolution>(network.nodes[6]);
  EXPECT_TRUE(dense.fully_connected);  // flattened before: the window covers the tensor
  EXPECT_EQ(dense.window.kernel_height, 2);
  EXPECT_EQ(dense.weight_shape, (std::vector<std::int64_t>{8, 24}));
}

TEST(TfliteImport, IsChosenBySuffixOrIdentifier) {
  const auto bytes = read_bytes(data("chain.tflite"));
  EXPECT_EQ(import_network(write_file("no_suffix", bytes)).nodes.size(), 8U);
  const std::filesystem::path text = write_file("text.tflite", {'h', 'e', 'l', 'l', 'o'});
  EXPECT_THROW(import_network(text), std::runtime_error);
  try {
    import_network(text);
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("text.tflite: not a TFLite file, or a damaged one"));
  }
  EXPECT_THROW(import_network(data("missing.tflite")), std::runtime_error);
}

/// Imports a damaged file, which must throw std::runtime_error or give a consistent network.
bool is_refused(const std::filesystem::path& path) {
  try {
    check_consistent(import_tflite(path));
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(TfliteImport, RefusesTruncatedFiles) {
  const auto bytes = read_bytes(data("chain.tflite"));
  for (std::size_t size = 0; size < bytes.size(); size += 37) {
    const std::vector<std::uint8_t> part(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(is_refused(write_file("truncated.tflite", part))) << size;
  }
}

TEST(TfliteImport, SurvivesDamagedBytes) {
  const auto bytes = read_bytes(data("chain.tflite"));
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<std::uint8_t> damaged = bytes;
    for (int change = 0; change <= i % 3; ++change) {
      const std::uint8_t value = random() % 2 == 0 ? 0xFF : static_cast<std::uint8_t>(random());
      damaged[random() % damaged.size()] = value;
    }
    refused += is_refused(write_file("damaged.tflite", damaged)) ? 1 : 0;
  }
  EXPECT_GT(refused, 150);
}

}  // namespace
}  // namespace brownout::models
