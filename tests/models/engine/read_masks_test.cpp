// Activations that are read through masks: the engine against inputs and outputs that are masked
// here, bit by bit.
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "models/engine/integer_engine.hpp"
#include "reference.hpp"

namespace brownout::models::testing {
namespace {

/// Every element with masks of its own: none, one bit, or several.
ReadMasks<std::uint8_t> some_masks(std::int64_t size, unsigned seed) {
  ReadMasks<std::uint8_t> masks;
  masks.resize(static_cast<std::size_t>(size));
  unsigned state = seed;
  for (std::size_t i = 0; i < masks.flip.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    const unsigned bits = state >> 24 & state >> 16;
    (state >> 8 & 3) == 0   ? masks.stuck_at_0[i] = static_cast<std::uint8_t>(bits)
    : (state >> 8 & 3) == 1 ? masks.stuck_at_1[i] = static_cast<std::uint8_t>(bits)
                            : masks.flip[i] = static_cast<std::uint8_t>(bits);
  }
  return masks;
}

/// The codes of several images as cells with these faults deliver them.
std::vector<std::uint8_t> through(const ReadMasks<std::uint8_t>& masks,
                                  std::vector<std::uint8_t> codes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t element = i % masks.flip.size();
    for (unsigned bit = 0; bit < 8; ++bit) {
      const auto one = static_cast<std::uint8_t>(1U << bit);
      if ((masks.stuck_at_0[element] & one) != 0) codes[i] &= static_cast<std::uint8_t>(~one);
      if ((masks.stuck_at_1[element] & one) != 0) codes[i] |= one;
      if ((masks.flip[element] & one) != 0) codes[i] ^= one;
    }
  }
  return codes;
}

TEST(TensorMasks, OnTheInputAreAsGoodAsMaskedImages) {
  const QuantizedNetwork network = branching_network();
  const auto codes = random_codes(network, 40, 1);
  IntegerEngine engine(network);
  TensorMasks masks(network.tensors.size());
  masks[0] = some_masks(network.tensor(0).shape.size(), 2);
  const EngineResult expected = engine.run(through(masks[0], codes), true);
  engine.set_tensor_masks(masks);
  const EngineResult result = engine.run(codes, true);
  EXPECT_EQ(result.logits, expected.logits);
  EXPECT_EQ(result.layer_outputs, expected.layer_outputs);
  EXPECT_EQ(result.gated_macs, expected.gated_macs);
  engine.set_tensor_masks({});
  EXPECT_NE(engine.run(codes).logits, result.logits);
}

TEST(TensorMasks, ActOnEveryReaderOfATensorAndOnTheOutput) {
  const QuantizedNetwork network = branching_network();
  const auto codes = random_codes(network, 3, 4);
  IntegerEngine engine(network);
  const EngineResult clean = engine.run(codes, true);
  TensorMasks masks(network.tensors.size());
  for (std::size_t id : {1U, 3U}) {
    masks[id] = some_masks(network.tensors[id].shape.size(), static_cast<unsigned>(id));
  }
  engine.set_tensor_masks(masks);
  const EngineResult result = engine.run(codes, true);
  EXPECT_EQ(result.layer_outputs[{0}], through(masks[1], clean.layer_outputs[{0}]));
  EXPECT_EQ(result.layer_outputs[{1}], clean.layer_outputs[{1}]);
  EXPECT_EQ(result.logits, result.layer_outputs[{2}]);
  const ReadMasks<std::uint8_t> of_output = std::exchange(masks[3], {});
  engine.set_tensor_masks(masks);
  const EngineResult as_written = engine.run(codes, true);
  EXPECT_NE(as_written.layer_outputs[{2}], clean.layer_outputs[{2}]);  // it adds what it reads
  EXPECT_EQ(result.logits, through(of_output, as_written.logits));
}

TEST(TensorMasks, OfAnotherSizeAreRefused) {
  const QuantizedNetwork network = branching_network();
  IntegerEngine engine(network);
  EXPECT_THROW(engine.set_tensor_masks(TensorMasks(2)), std::logic_error);
  TensorMasks masks(network.tensors.size());
  masks[1].resize(5);
  EXPECT_THROW(engine.set_tensor_masks(masks), std::logic_error);
}

}  // namespace
}  // namespace brownout::models::testing
