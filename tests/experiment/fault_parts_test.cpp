// Parts of the faults: they lie side by side and fill the whole.
#include "sim/experiment/fault_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "memory/base/input_error.hpp"
#include "memory/encoding.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::experiment {
namespace {

using memory::Encoding;
using storage::FaultFilter;
using storage::FaultPolarity;
using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

/// Layer, weight, bit.
using Bit = std::tuple<models::NodeIndex, std::size_t, int>;

/// The bits that a filter lets change.
std::set<Bit> bits_of(const models::QuantizedNetwork& network, Encoding encoding,
                      const FaultFilter& filter) {
  std::set<Bit> bits;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const auto* layer = std::get_if<models::Convolution>(&network.nodes[i]);
    if (layer == nullptr || (!filter.layers.empty() && !filter.layers[i])) continue;
    for (std::size_t w = 0; w < layer->weights.size(); ++w) {
      const std::uint32_t code = memory::encode(encoding, layer->weights[w], layer->weight_bits);
      for (int bit = 0; bit < layer->weight_bits; ++bit) {
        const bool stored = (code >> bit & 1) != 0;
        const bool direction = filter.polarity == FaultPolarity::kBoth ||
                               stored == (filter.polarity == FaultPolarity::kOneToZero);
        if (direction && (filter.bits >> bit & 1) != 0) bits.insert({i, w, bit});
      }
    }
  }
  return bits;
}

std::vector<std::string> names(const std::vector<FaultPart>& parts) {
  std::vector<std::string> result;
  for (const FaultPart& part : parts) result.push_back(part.name());
  return result;
}

class FaultParts : public ::testing::Test {
 protected:
  FaultParts() {
    // conv1 has 3 bits, the others 8.
    auto& narrow = std::get<models::Convolution>(network_.nodes[{1}]);
    narrow.weight_bits = 3;
    for (std::int8_t& weight : narrow.weights) weight = static_cast<std::int8_t>(weight / 32);
  }
  std::vector<FaultPart> split(const std::string& dimensions, const FaultFilter& whole = {}) const {
    const testing::StoredNetwork net(network_, {});
    return split_faults(network_, net.stored(), net.scheme, whole, parse_dimensions(dimensions));
  }

  models::QuantizedNetwork network_ = testing::random_residual_network(5);
};

TEST_F(FaultParts, AreDisjointAndMakeUpTheWhole) {
  FaultFilter some;
  some.layers.assign(network_.nodes.size(), false);
  some.layers[{1}] = some.layers[{4}] = true;
  some.bits = 0b10000110;
  const FaultFilter falling{.layers = {}, .polarity = FaultPolarity::kOneToZero};
  for (const FaultFilter& whole : {FaultFilter{}, some, falling}) {
    for (const char* dimensions :
         {"layer", "bit", "polarity", "layer,bit", "layer,polarity", "bit,polarity"}) {
      std::set<Bit> together;
      std::size_t sum = 0;
      const std::vector<FaultPart> parts = split(dimensions, whole);
      for (std::size_t i = 2; i < parts.size(); ++i) {
        const std::set<Bit> bits = bits_of(network_, Encoding::kTwosComplement, parts[i].filter);
        EXPECT_EQ(parts[i].weight_bits, bits.size()) << parts[i].name();
        EXPECT_FALSE(bits.empty()) << parts[i].name();
        sum += bits.size();
        together.insert(bits.begin(), bits.end());
      }
      const std::set<Bit> all = bits_of(network_, Encoding::kTwosComplement, whole);
      EXPECT_EQ(together, all) << dimensions;
      EXPECT_EQ(sum, all.size()) << dimensions;
      EXPECT_EQ(parts[0].weight_bits, 0U);
      EXPECT_EQ(parts[1].weight_bits, all.size());
    }
  }
}

TEST_F(FaultParts, BeginWithNoFaultsAndAllOfThem) {
  const std::vector<FaultPart> parts = split("layer");
  EXPECT_THAT(names(parts), ElementsAre("none", "all", "layer conv0", "layer conv1", "layer conv2",
                                        "layer conv4", "layer conv7"));
  EXPECT_EQ(parts[0].filter.bits, 0U);
  EXPECT_EQ(parts[1].filter, FaultFilter{});
  EXPECT_EQ(parts[0].layer, "none");
  EXPECT_EQ(parts[2].layer, "conv0");
  EXPECT_EQ(parts[2].bit, "all");
}

TEST_F(FaultParts, ComeByLayerThenBitThenPolarity) {
  FaultFilter whole;
  whole.layers.assign(network_.nodes.size(), false);
  whole.layers[{0}] = whole.layers[{1}] = true;
  whole.bits = 0b1100;
  EXPECT_THAT(names(split("bit,layer", whole)),
              ElementsAre("none", "all", "layer conv0, bit 2", "layer conv0, bit 3",
                          "layer conv1, bit 2"));  // 3 bits only
  EXPECT_THAT(names(split("polarity", whole)), ElementsAre("none", "all", "0to1", "1to0"));
}

TEST_F(FaultParts, CountWeightsThatHaveSuchABit) {
  const auto weights = [&](models::NodeIndex node) {
    return std::get<models::Convolution>(network_.nodes[node]).weights.size();
  };
  const std::vector<FaultPart> parts = split("bit");
  ASSERT_EQ(parts.size(), 10U);
  EXPECT_EQ(parts[1].weights - parts[9].weights, weights({1}));  // bit 7: all but the narrow layer
  EXPECT_EQ(parts[2].weights, parts[1].weights);
}

TEST(FaultDimension, OneOrTwoOfThemAreParsed) {
  EXPECT_THAT(parse_dimensions("polarity,layer"),
              ElementsAre(FaultDimension::kLayer, FaultDimension::kPolarity));
  EXPECT_THAT(
      [] { parse_dimensions("layers"); },
      ThrowsMessage<InputError>(
          "\"layers\" is not one of layer, bit, polarity; bank, row or bitline stand alone"));
  EXPECT_THAT([] { parse_dimensions("bit,bit"); },
              ThrowsMessage<InputError>("\"bit,bit\" names a dimension twice"));
  EXPECT_THAT([] { parse_dimensions("layer,bit,polarity"); },
              ThrowsMessage<InputError>("\"layer,bit,polarity\" are more than two dimensions"));
  EXPECT_THROW(parse_dimensions("layer,"), InputError);
}

}  // namespace
}  // namespace brownout::experiment
