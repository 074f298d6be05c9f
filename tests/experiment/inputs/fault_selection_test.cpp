// Names of a workload against the layers of a network.
#include "sim/experiment/inputs/fault_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::experiment {
namespace {

using ::testing::ThrowsMessage;

config::FaultsConfig faults(std::vector<std::string> layers, std::vector<int> bits = {}) {
  return {.layers = std::move(layers),
          .bits = std::move(bits),
          .polarity = storage::FaultPolarity::kBoth,
          .layers_place = "w.yaml:9: memory.faults.layers",
          .bits_place = "--set memory.faults.bits"};
}

class FaultSelection : public ::testing::Test {
 protected:
  models::QuantizedNetwork network_ = testing::random_residual_network(3);  // conv0 .. conv7, add3
};

TEST_F(FaultSelection, WithoutKeysEverythingPasses) {
  EXPECT_EQ(select_faults({}, network_), storage::FaultFilter{});
  EXPECT_EQ(describe(config::FaultsConfig{}), "all");
}

TEST_F(FaultSelection, NamesBecomeLayersAndNumbersBits) {
  const config::FaultsConfig config = faults({"conv7", "conv1"}, {0, 7});
  const storage::FaultFilter filter = select_faults(config, network_);
  for (const models::NodeIndex layer : network_.nodes.indices()) {
    EXPECT_EQ(filter.passes_layer(layer), layer.value == 1 || layer.value == 7) << layer.value;
  }
  EXPECT_EQ(filter.bits, 0x81U);
  EXPECT_EQ(describe(config), "layers conv7, conv1; bits 0, 7");
}

TEST_F(FaultSelection, AnUnknownLayerIsAnErrorThatNamesTheNearestOrAll) {
  EXPECT_THAT([&] { select_faults(faults({"convv1"}), network_); },
              ThrowsMessage<InputError>(
                  "w.yaml:9: memory.faults.layers: the network has no layer with weights "
                  "\"convv1\", did you mean conv1?"));
  EXPECT_THAT([&] { select_faults(faults({"classifier"}), network_); },
              ThrowsMessage<InputError>(
                  "w.yaml:9: memory.faults.layers: the network has no layer with weights "
                  "\"classifier\"; they are conv0, conv1, conv2, conv4, conv7"));
  EXPECT_THROW(select_faults(faults({"add3"}), network_), InputError);  // has no weights
}

TEST_F(FaultSelection, ABitBeyondTheWeightsIsAnError) {
  for (models::Node& node : network_.nodes) {
    auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution != nullptr && convolution->name != "conv1") convolution->weight_bits = 4;
  }
  EXPECT_THAT(
      [&] {
        select_faults(faults({"conv0"}, {3, 4}), network_);
      },
      ThrowsMessage<InputError>(
          "--set memory.faults.bits: 4 is not in 0..3, the bits of these weights"));
  EXPECT_EQ(select_faults(faults({}, {7}), network_).bits, 0x80U);  // conv1 has it
}

}  // namespace
}  // namespace brownout::experiment
