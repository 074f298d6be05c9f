// Normalizations against their definition in double precision, written out element by element.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "reference.hpp"

namespace brownout::models::testing {
namespace {

/// A network of one normalization, each channel with a scale and bias of its own.
QuantizedNetwork normalizing(const Shape& shape, int groups) {
  QuantizedNetwork network;
  network.name = "normalizing";
  network.tensors.push_back(
      {.name = "x", .shape = shape, .scale = 0.013F, .zero_point = 17, .source_signed = false});
  network.tensors.push_back(
      {.name = "y", .shape = shape, .scale = 0.031F, .zero_point = 101, .source_signed = false});
  Normalization node{.name = "norm", .input = 0, .output = 1, .groups = groups};
  for (int c = 0; c < shape.channels; ++c) {
    node.scales.push_back(0.5F + 0.1F * static_cast<float>(c % 12));
    node.biases.push_back(0.2F * static_cast<float>(c % 7) - 0.6F);
  }
  network.nodes.emplace_back(std::move(node));
  network.output = 1;
  check_consistent(network);
  return network;
}

/// (x - mean) / sqrt(variance + epsilon) * scale + bias of one element in steps of the output.
double defined(const QuantizedNetwork& network, const std::vector<std::uint8_t>& codes, int channel,
               std::size_t element) {
  const auto& node = std::get<Normalization>(network.nodes[{0}]);
  const ActivationTensor& x = network.tensor(0);
  const int width = x.shape.channels / node.groups;
  const auto real = [&](std::size_t i) { return double{x.scale} * (codes[i] - x.zero_point); };
  std::vector<double> group;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const int c = static_cast<int>(i % x.shape.channel_count());
    if (c / width == channel / width) group.push_back(real(i));
  }
  const auto count = static_cast<double>(group.size());
  double mean = 0, variance = 0;
  for (const double value : group) mean += value / count;
  for (const double value : group) variance += (value - mean) * (value - mean) / count;
  const auto c = static_cast<std::size_t>(channel);
  const double normal = (real(element) - mean) / std::sqrt(variance + double{node.epsilon});
  return (normal * node.scales[c] + node.biases[c]) / double{network.tensor(1).scale};
}

TEST(Normalization, IsItsDefinitionButAtTiesOfTwoCodes) {
  for (const Shape& shape : {Shape{12, 5, 7}, Shape{12, 1, 1}, Shape{36, 3, 2}}) {
    for (const int groups : {1, 3, 4, 12}) {
      const QuantizedNetwork network = normalizing(shape, groups);
      const std::vector<std::uint8_t> codes = random_codes(network, 1, 4);
      const std::vector<std::uint8_t> result = IntegerEngine(network).run(codes).logits;
      for (std::size_t i = 0; i < codes.size(); ++i) {
        const double exact =
            defined(network, codes, static_cast<int>(i % shape.channel_count()), i) + 101;
        const double limited = std::min(std::max(exact, 0.0), 255.0);
        ASSERT_NEAR(result[i], limited, 0.5 + 1e-4) << groups << " groups, element " << i;
      }
    }
  }
}

TEST(Normalization, OfAConstantGroupIsItsBias) {
  // So many pixels of the highest code that sums of its squares need more than 32 bits.
  const QuantizedNetwork network = normalizing({.channels = 2, .height = 300, .width = 300}, 1);
  for (const int code : {0, 17, 255}) {
    const std::vector<std::uint8_t> codes(network.tensor(0).shape.elements(),
                                          static_cast<std::uint8_t>(code));
    const EngineResult result = IntegerEngine(network).run(codes);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      ASSERT_EQ(result.logits[i], i % 2 == 0 ? 101 - 19 : 101 - 13);  // -0.6 and -0.4 by 0.031
    }
  }
}

TEST(Normalization, KeepsWithinItsClamp) {
  QuantizedNetwork network = normalizing({12, 5, 7}, 4);
  const std::vector<std::uint8_t> codes = random_codes(network, 1, 4);
  const std::vector<std::uint8_t> free = IntegerEngine(network).run(codes).logits;
  auto& node = std::get<Normalization>(network.nodes[{0}]);
  node.clamp_low = 101;
  node.clamp_high = 130;
  const std::vector<std::uint8_t> limited = IntegerEngine(network).run(codes).logits;
  int cut = 0;
  for (std::size_t i = 0; i < free.size(); ++i) {
    ASSERT_EQ(limited[i], std::min(std::max(int{free[i]}, 101), 130));
    cut += limited[i] != free[i] ? 1 : 0;
  }
  EXPECT_GT(cut, 0);
}

TEST(Normalization, KnowsNoOtherImageOfItsBatch) {
  const QuantizedNetwork network = normalizing({12, 5, 7}, 3);
  const std::vector<std::uint8_t> codes = random_codes(network, 3, 8);
  const std::vector<std::uint8_t> together = IntegerEngine(network).run(codes).logits;
  const std::size_t size = network.tensor(0).shape.elements();
  for (std::size_t image = 0; image < 3; ++image) {
    const auto first = codes.begin() + static_cast<std::ptrdiff_t>(image * size);
    const std::vector<std::uint8_t> alone(first, first + static_cast<std::ptrdiff_t>(size));
    const std::vector<std::uint8_t> result = IntegerEngine(network).run(alone).logits;
    EXPECT_TRUE(std::equal(result.begin(), result.end(),
                           together.begin() + static_cast<std::ptrdiff_t>(image * size)));
  }
}

}  // namespace
}  // namespace brownout::models::testing
