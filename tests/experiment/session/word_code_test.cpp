// A word code of a test's own through the whole flow: engine, SystemC machine, closed form, and the
// weights that users get. What real codes will stand on.
#include <gtest/gtest.h>

#include <filesystem>

#include "memory/sram_macro.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/storage/weight_readback.hpp"
#include "tests/support/parity_code.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.85");

Session session_of(std::vector<std::string> set, const memory::StorageScheme& scheme) {
  config::Overrides overrides;
  overrides.set = std::move(set);
  overrides.set.emplace_back("run.images=6");
  const auto workload = std::filesystem::path(BROWNOUT_SOURCE_DIR) / "workloads" / "mnist_cnn.yaml";
  config::WorkloadConfig config = config::load_workload(workload, overrides);
  config.memory.scheme = scheme;
  return Session(config);
}

class WordCodeInTheFlow : public ::testing::TestWithParam<std::string> {
 protected:
  std::vector<std::string> placement() const { return {"accelerator.placement=" + GetParam()}; }
};

TEST_P(WordCodeInTheFlow, AllExecutorsAgree) {
  Session session =
      session_of(placement(), testing::with_parity(memory::Encoding::kTwosComplement));
  EXPECT_EQ(session.plan().program.spec.weight_sram.organisation().geometry().columns, 33U * 4);
  const PointResult point = session.run({kVoltage, 1, 3});  // or it throws
  EXPECT_EQ(point.cosim_images, 3);
  EXPECT_GT(point.weights_changed, 0.1);  // a whole word each time
  EXPECT_LT(point.effective_ber, 0.01);   // of what the cells deliver
}

TEST_P(WordCodeInTheFlow, AllExecutorsAgreeOnIntermittentCells) {
  std::vector<std::string> set = placement();
  set.insert(set.end(), {"memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552, "
                         "sigma_read: 0.01}"});
  Session session = session_of(set, testing::with_parity(memory::Encoding::kGray));
  const PointResult point = session.run({kVoltage, 0, 3});
  EXPECT_GT(point.intermittent_cells, 100U);
  EXPECT_EQ(point.cosim_images, 3);
}

// Against every word written and read forward, with the parity taken here.
TEST_P(WordCodeInTheFlow, WeightsAreThoseOfItsWords) {
  const Session session =
      session_of(placement(), testing::with_parity(memory::Encoding::kTwosComplement));
  const Plan& plan = session.plan();
  const memory::SramOrganisation organisation = plan.program.spec.weight_sram.organisation();
  const memory::CellMasks cells = make_chip(plan, 1)->faults_at(kVoltage).certain;
  memory::SramMacro sram(organisation);
  const memory::WordMasks masks = memory::word_masks(organisation, cells);
  sram.set_masks(masks);
  models::WeightSet expected = plan.weights;
  for (const schedule::TileIndex t : plan.program.tiles.indices()) {
    const schedule::Tile& tile = plan.program.tiles[t];
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const auto index = static_cast<std::uint64_t>(row) * tile.words_per_row +
                           static_cast<std::uint64_t>(column / 4);
        const std::uint64_t address = plan.layout.first_word[t] + index;
        const std::size_t weight = plan.program.weight_at(tile, {.row = row, .column = column});
        std::int8_t& value = expected[tile.node][weight];
        memory::WordBits word;
        for (int lane = 0; lane < 4; ++lane) {
          const int at = column / 4 * 4 + lane;
          if (at >= tile.columns) continue;
          word.data.put(static_cast<std::uint32_t>(8 * lane),
                        static_cast<std::uint8_t>(plan.weights[tile.node][plan.program.weight_at(
                            tile, {.row = row, .column = at})]));
        }
        word.check = word.data.count() % 2;
        sram.write(address, word);
        const memory::WordBits read = sram.read(address);
        const bool whole = (read.data.count() + read.check.count()) % 2 == 0;
        value = static_cast<std::int8_t>(
            whole ? read.data.field(static_cast<std::uint32_t>(column % 4 * 8), 8) : 0);
      }
    }
  }
  const storage::WeightReadback back =
      storage::read_back(plan.stored_weights(), plan.word_path({}), cells);
  EXPECT_EQ(back.weights, expected);
  EXPECT_NE(back.weights, plan.weights);
}

TEST_P(WordCodeInTheFlow, CheckBitsCostEnergyAndChangeNothingElseWithoutFaults) {
  Session plain = session_of(placement(), {});
  Session coded = session_of(placement(), testing::with_parity(memory::Encoding::kTwosComplement));
  const memory::Voltage error_free = plain.plan().error_free_voltage();
  const PointResult expected = plain.run({error_free, 0, 0});
  const PointResult point = coded.run({error_free, 0, 0});
  EXPECT_EQ(point.score[Metric::kTop1].value().value, expected.score[Metric::kTop1].value().value);
  EXPECT_EQ(point.cycles, expected.cycles);
  EXPECT_EQ(point.energy[energy::Rail::kLogic], expected.energy[energy::Rail::kLogic]);
  EXPECT_NEAR(point.energy.weight_sram(), expected.energy.weight_sram() * 33 / 32, 1e-15);
}

INSTANTIATE_TEST_SUITE_P(Placements, WordCodeInTheFlow, ::testing::Values("resident", "streaming"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace brownout::experiment
