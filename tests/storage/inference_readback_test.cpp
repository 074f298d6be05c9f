// Weights of single inferences, against reading back all faults of each inference anew.
#include "sim/storage/inference_readback.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "memory/numbers/keyed_random.hpp"
#include "sim/storage/weight_locator.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::storage {
namespace {

constexpr std::uint64_t kSeed = 17;

/// One cell in 40 fails always, one in 20 at times, in all three ways.
memory::CellFaults mixed_faults(const memory::SramGeometry& geometry) {
  memory::CellFaults faults{memory::CellMasks(geometry)};
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t hash = memory::keyed_hash(4, bank, row, column);
        const auto kind = static_cast<memory::FaultKind>(hash / 40 % 3);
        const memory::CellAddress cell{bank, row, column};
        if (hash % 40 == 0) faults.certain.set(cell, kind);
        if (hash % 40 == 1) faults.intermittent.push_back({cell, kind, 0.5});
        if (hash % 40 == 2) faults.intermittent.push_back({cell, kind, 0.02});
      }
    }
  }
  return faults;
}

class InferenceReadBack : public ::testing::TestWithParam<hardware::Placement> {
 protected:
  InferenceReadBack()
      : network_(testing::random_residual_network(12)), written_(models::clean_weights(network_)) {
    for (std::vector<std::int8_t>& weights : written_) {
      // Sign-magnitude cannot hold -128, and small weights often read as one of its two zeros.
      for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(weight / 24);
    }
  }
  memory::SramGeometry geometry() const { return spec_.weight_sram.organisation().geometry(); }
  testing::StoredNetwork stored(memory::Encoding encoding) const {
    return {network_, spec_, {.encoding = encoding}, written_};
  }

  models::QuantizedNetwork network_;
  models::WeightSet written_;
  hardware::AcceleratorSpec spec_ = small_spec(GetParam());
};

TEST_P(InferenceReadBack, EqualsReadingBackEachInferenceAnewInAnyOrder) {
  const memory::CellFaults faults = mixed_faults(geometry());
  for (const memory::Encoding encoding :
       {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
        memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
    const testing::StoredNetwork net = stored(encoding);
    const WordPath path = net.path();
    InferenceReadback readback(net.stored(), path, ByReadVoltage(faults), kSeed);
    EXPECT_TRUE(readback.varies());
    models::WeightSet before = readback.current().weights;
    EXPECT_EQ(before, net.read(faults.certain).weights);
    for (const std::uint64_t inference : {0U, 1U, 2U, 2U, 9999U, 1U, 0U}) {
      const WeightReadback& got = readback.move_to(inference);
      const WeightReadback expected =
          net.read(memory::masks_of_inference(faults, kSeed, inference));
      ASSERT_EQ(got.weights, expected.weights) << inference;
      ASSERT_EQ(got.layers, expected.layers) << inference;
      for (const models::NodeIndex node : before.indices()) {
        const auto& changed = readback.changed_nodes();
        ASSERT_EQ(std::binary_search(changed.begin(), changed.end(), node),
                  before[node] != got.weights[node])
            << "node " << node.value << ", inference " << inference;
      }
      before = got.weights;
    }
  }
}

TEST_P(InferenceReadBack, KeepsOutWhatTheFilterKeepsOut) {
  const memory::CellFaults faults = mixed_faults(geometry());
  FaultFilter filter;
  filter.bits = 0xb2;
  filter.polarity = FaultPolarity::kZeroToOne;
  const testing::StoredNetwork net = stored(memory::Encoding::kOffsetBinary);
  const WordPath path = net.path(filter);
  InferenceReadback readback(net.stored(), path, ByReadVoltage(faults), kSeed);
  for (const std::uint64_t inference : {0U, 3U, 1U}) {
    const WeightReadback expected =
        net.read(memory::masks_of_inference(faults, kSeed, inference), filter);
    EXPECT_EQ(readback.move_to(inference).weights, expected.weights);
    EXPECT_EQ(readback.current().layers, expected.layers);
  }
}

// The weights that share a cell when tiles share words read it alike within an inference.
TEST_P(InferenceReadBack, EveryReadOfACellInAnInferenceAgrees) {
  const testing::StoredNetwork net = stored(memory::Encoding::kTwosComplement);
  const WordPath path = net.path();
  const TileFinder finder(net.program, net.layout);
  const auto organisation = net.organisation();
  std::size_t most = 0;
  for (std::uint32_t row = 0; row < geometry().rows; row += 3) {
    memory::CellFaults faults{memory::CellMasks(geometry())};
    const memory::CellAddress cell{1, row, row * 5 % geometry().columns};
    faults.intermittent = {{cell, memory::FaultKind::kFlip, 0.5}};
    const memory::BitAddress address = organisation.address_of(cell);
    std::size_t weights = 0;
    std::uint64_t reads = 0;
    const auto fetches = fetches_per_tile(net.program);
    finder.for_each_at(address.word, [&](schedule::TileIndex tile, std::uint64_t index) {
      if (address.bit >= weights_of(net.program, tile, index).word.bits()) return;
      ++weights;
      reads += fetches[tile];
    });
    most = std::max(most, weights);
    InferenceReadback readback(net.stored(), path, ByReadVoltage(faults), kSeed);
    EXPECT_EQ(readback.varies(), weights > 0);
    int failures = 0;
    for (std::uint64_t inference = 0; inference < 40; ++inference) {
      std::uint64_t wrong = 0;
      std::uint64_t changed = 0;
      for (const WeightDamage& layer : readback.move_to(inference).layers) {
        wrong += layer.bits_wrong();
        changed += layer.weights_changed;
      }
      const bool fails = memory::CellDraws(kSeed, faults.intermittent[0]).fails(inference);
      EXPECT_EQ(wrong, fails ? reads : 0);
      EXPECT_EQ(changed, fails ? weights : 0);
      failures += fails ? 1 : 0;
    }
    EXPECT_GT(failures, 5);
    EXPECT_LT(failures, 35);
  }
  EXPECT_GT(most, GetParam() == hardware::Placement::kResident ? 0u : 2u);
}

TEST_P(InferenceReadBack, DoesNotVaryWhereNoWeightBitWould) {
  const testing::StoredNetwork net = stored(memory::Encoding::kGray);
  const WordPath path = net.path();
  memory::CellFaults faults{memory::CellMasks(geometry())};
  const auto varies = [&] {
    return InferenceReadback(net.stored(), path, ByReadVoltage(faults), kSeed).varies();
  };
  EXPECT_FALSE(varies());
  if (GetParam() != hardware::Placement::kResident) return;
  // Stuck at the value that is written.
  const bool stored = net.image.word({0}, 0).data.bit(0);
  const auto cell = net.organisation().locate({0, 0});
  faults.intermittent = {
      {cell, stored ? memory::FaultKind::kStuckAt1 : memory::FaultKind::kStuckAt0, 0.5}};
  EXPECT_FALSE(varies());
  faults.intermittent[0].kind = memory::FaultKind::kFlip;
  EXPECT_TRUE(varies());
  // A bit behind the last weight of a row.
  const std::uint32_t behind = net.program.tiles[{0}].words_per_row - 1;
  ASSERT_LT(weights_of(net.program, {0}, behind).word.bits(), 32U);
  faults.intermittent[0].cell = net.organisation().locate({behind, 31});
  EXPECT_FALSE(varies());
}

INSTANTIATE_TEST_SUITE_P(Placements, InferenceReadBack,
                         ::testing::Values(hardware::Placement::kResident,
                                           hardware::Placement::kStreaming,
                                           hardware::Placement::kRestartPerLayer),
                         [](const auto& param) { return hardware::to_string(param.param); });

}  // namespace
}  // namespace brownout::storage
