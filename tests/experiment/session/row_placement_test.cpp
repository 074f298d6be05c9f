// Rows of tiles where failing cells hurt least: each row stands somewhere, no two share a place, no
// exchange of two would be better, and all executors follow.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "memory/base/input_error.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.85");

std::uint64_t error_of(const Session& session) {
  const auto read = read_weights(session.plan(), {kVoltage, 0, 0}, 0).readback;
  return storage::sum_of(read.layers).error_sum;
}

class PlacedRows : public ::testing::TestWithParam<const char*> {};

TEST_P(PlacedRows, HurtLessAndMoreSoWithSpareOnes) {
  // A flip errs by its bit, whatever weight it meets; of stuck cells half are harmless.
  const std::vector<std::string> set = {std::string("accelerator.placement=") + GetParam(),
                                        "memory.chip.kind=stuck"};
  const Session plain = mitigated_session("", set);
  Session placed = mitigated_session("fault_aware_placement", set);
  Session spare = mitigated_session("fault_aware_placement: {spare_rows: 8}", set);
  EXPECT_LT(error_of(placed), 0.7 * static_cast<double>(error_of(plain)));
  EXPECT_LT(error_of(spare), 0.8 * static_cast<double>(error_of(placed)));
  EXPECT_EQ(placed.run({kVoltage, 0, 2}).cosim_images, 2);
  EXPECT_EQ(spare.run({kVoltage, 1, 2}).cosim_images, 2);
}

INSTANTIATE_TEST_SUITE_P(Of, PlacedRows,
                         ::testing::Values("resident", "streaming", "restart_per_layer"));

TEST(RowPlacement, IsOfAllExchangesOfTwoRowsTheBest) {
  const Session session = mitigated_session("fault_aware_placement: {spare_rows: 2}", {});
  const Plan& plan = session.plan();
  const Chip chip(plan, 0);
  const storage::WordPath path = plan.word_path({});
  const StoredOnChip stored = stored_on(plan, chip, {kVoltage, 0, 0}, path);
  ASSERT_TRUE(stored.layout);
  const auto damage = [&](const schedule::Tile& tile, schedule::TileIndex t, std::uint32_t row,
                          std::uint32_t slot) {
    std::uint64_t sum = 0;
    for (std::uint32_t w = 0; w < tile.words_per_row; ++w) {
      const auto word = storage::tile_word(plan.program, tile, w);
      const auto written = plan.image.word(t, std::uint64_t{row} * tile.words_per_row + w);
      const auto mask = stored.known.of(tile.node).word(
          stored.layout->first_word[t] + std::uint64_t{slot} * tile.words_per_row + w);
      const auto& table = path.table(word.weight_bits);
      const memory::WideBits read = mask.apply(written).data;
      for (int lane = 0; lane < word.weights; ++lane) {
        sum += static_cast<unsigned>(std::abs(table.value(word.code(read, lane)) -
                                              table.value(word.code(written.data, lane))));
      }
    }
    return sum;
  };
  for (const schedule::TileIndex t : plan.program.tiles.indices()) {
    const schedule::Tile& tile = plan.program.tiles[t];
    const std::vector<std::uint32_t>& slots = stored.layout->slots[t];
    ASSERT_EQ(slots.size(), static_cast<std::size_t>(tile.rows));
    ASSERT_EQ(std::set(slots.begin(), slots.end()).size(), slots.size());
    ASSERT_LT(*std::max_element(slots.begin(), slots.end()), slots.size() + 2);
    for (std::uint32_t a = 0; a < slots.size(); ++a) {
      for (std::uint32_t b = 0; b < a; ++b) {
        EXPECT_LE(damage(tile, t, a, slots[a]) + damage(tile, t, b, slots[b]),
                  damage(tile, t, a, slots[b]) + damage(tile, t, b, slots[a]));
      }
    }
  }
}

TEST(RowPlacement, SpareRowsMustFit) {
  EXPECT_THROW(mitigated_session("fault_aware_placement: {spare_rows: 1000}", {}), InputError);
}

}  // namespace
}  // namespace brownout::experiment
