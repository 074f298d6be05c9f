// The networks that the repository ships: both convolution paths agree on real images, with clean
// and with damaged weights, and the clean network recognises most of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "models/datasets/dataset_files.hpp"
#include "models/engine/integer_engine.hpp"
#include "models/onnx/import.hpp"

namespace brownout::models {
namespace {

constexpr int kImages = 50;

std::filesystem::path workload(const std::string& name) {
  return std::filesystem::path(BROWNOUT_SOURCE_DIR) / "workloads" / name;
}

int right_answers(const std::vector<std::uint8_t>& logits,
                  const std::vector<std::uint16_t>& labels) {
  int right = 0;
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(10 * i);
    right += std::max_element(first, first + 10) - first == labels[i] ? 1 : 0;
  }
  return right;
}

void check(const std::filesystem::path& file, const Dataset& dataset,
           const Preprocess& preprocess) {
  const QuantizedNetwork network = import_onnx(file);
  const auto codes =
      quantize_images(dataset, preprocess, network.tensor(network.input), 0, kImages);
  IntegerEngine exact(network, {.path = ConvolutionPath::kExact});
  IntegerEngine automatic(network);
  const auto logits = exact.run(codes).logits;
  EXPECT_EQ(automatic.run(codes).logits, logits) << automatic.convolution_path();
  EXPECT_GE(right_answers(logits, dataset.labels), kImages / 2);
  WeightSet weights = clean_weights(network);
  std::mt19937 random(1);
  for (auto& layer : weights) {
    for (std::int8_t& weight : layer) {
      if (random() % 20 == 0) weight = static_cast<std::int8_t>(weight ^ (1 << random() % 8));
    }
  }
  exact.set_weights(weights);
  automatic.set_weights(weights);
  const EngineResult damaged = exact.run(codes, true);
  EXPECT_EQ(automatic.run(codes, true).layer_outputs, damaged.layer_outputs);
  EXPECT_NE(damaged.logits, logits);
}

TEST(Workloads, MnistCnn) {
  const std::filesystem::path folder = workload("mnist_cnn");
  if (!std::filesystem::exists(folder / "network.onnx")) GTEST_SKIP() << "no network.onnx";
  check(folder / "network.onnx",
        read_mnist_idx(folder / "test-images.idx3.gz", folder / "test-labels.idx1.gz"),
        {.mean = {0.1307F}, .std = {0.3081F}});
}

TEST(Workloads, Cifar10ResNet8) {
  const std::filesystem::path folder = workload("cifar10_resnet8");
  if (!std::filesystem::exists(folder / "network.onnx")) GTEST_SKIP() << "no network.onnx";
  check(folder / "network.onnx", read_cifar10_binary({folder / "test_batch.bin"}),
        {.mean = {0.4914F, 0.4822F, 0.4465F}, .std = {0.2470F, 0.2435F, 0.2616F}});
}

}  // namespace
}  // namespace brownout::models
