// Signs of columns and inverted slices through the whole flow: what their flags cost, and that a
// machine which takes them for others is found out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/arithmetic.hpp"
#include "sim/experiment/session/cosimulation.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.83");
const std::string kColumns = "faq, sign_flip: {per: column}, bit_flip: {per: slice}";
const std::string kStuck = "memory.chip.kind=stuck";

class ColumnFlagsIn : public ::testing::TestWithParam<std::string> {};

TEST_P(ColumnFlagsIn, AgreeInTheMachineAndLeaveLessDamage) {
  const std::vector<std::string> set = {kStuck, "accelerator.placement=" + GetParam()};
  Session faq = mitigated_session("faq", set);
  Session columns = mitigated_session(kColumns, set);
  const PointResult before = faq.run({kVoltage, 0, 1});
  const PointResult point = columns.run({kVoltage, 0, 3});
  EXPECT_EQ(point.cosim_images, 3);
  EXPECT_LT(point.mitigated.residual_ber, before.mitigated.residual_ber);
  EXPECT_GT(point.mitigation_joules, 0);
  EXPECT_EQ(before.mitigation_joules, 0);
}

INSTANTIATE_TEST_SUITE_P(Placements, ColumnFlagsIn,
                         ::testing::Values("resident", "streaming", "restart_per_layer"),
                         [](const auto& param) { return param.param; });

TEST(ColumnFlags, TakeAReadAWordAndACycleForAllBanks) {
  Session session = mitigated_session(kColumns, {kStuck});
  const Plan& plan = session.plan();
  ASSERT_FALSE(plan.program.spec.weight_prefetch);
  hardware::Cycle cycles = 0;
  std::uint64_t words = 0;
  for (const schedule::Fold& fold : plan.program.folds) {
    const schedule::Tile& tile = plan.program.tile_of(fold);
    // A sign and eight slices.
    EXPECT_EQ(static_cast<int>(tile.flag_words), divide_up(9 * tile.columns, 32));
    words += tile.flag_words;
    cycles += divide_up(tile.flag_words, 8U);
  }
  EXPECT_EQ(plan.clean.times.total, plan.bare.times.total + cycles);
  const auto reads = [](const ClosedForm& form) {
    std::uint64_t sum = 0;
    for (const auto& layer : form.counts.layers) sum += layer[hardware::Event::kWeightSramRead];
    return sum;
  };
  EXPECT_EQ(reads(plan.clean), reads(plan.bare) + words);
  const Session plain = mitigated_session("faq", {kStuck});
  EXPECT_EQ(plan.bare.times, plain.plan().clean.times);
  EXPECT_EQ(reads(plan.bare), reads(plain.plan().clean));
}

/// What the comparer says of a machine that decodes flags as `decoded`.
std::string outcome(const memory::ColumnChanges& decoded) {
  Session session = mitigated_session(kColumns, {kStuck});
  const Plan& plan = session.plan();
  const FaultState state(plan, Chip(plan, 0), {kVoltage, 0, 1});
  models::IntegerEngine engine(plan.network, {.k_part = plan.program.spec.array.rows});
  state.load(engine);
  const auto input = session.images().codes_of(0, 1);
  const models::EngineResult expected = engine.run(input, true);
  schedule::TileProgram program = plan.program;
  program.spec.weight_sram.column_changes = decoded;
  const storage::StoredWeights stored = state.stored_weights();
  const auto masks = state.weight_masks();
  try {
    cosimulate(process_simulator(),
               {.network = plan.network,
                .stored = {program, stored.layout, stored.image, stored.wanted, stored.known},
                .path = state.path(),
                .masks = masks,
                .input = input},
               {.network = plan.network,
                .program = plan.program,
                .readback = state.weights(),
                .times = plan.clean.times,
                .counts = plan.clean.counts,
                .layer_outputs = expected.layer_outputs,
                .gated_macs = expected.gated_macs});
  } catch (const Disagreement& error) {
    return error.what();
  }
  return "agreed";
}

TEST(ColumnFlags, ThatTheMachineTakesForOthersAreNamed) {
  EXPECT_EQ(outcome({.sign_flip = true, .bit_flip = true}), "agreed");
  EXPECT_THAT(outcome({.sign_flip = false, .bit_flip = true}),
              ::testing::AllOf(::testing::HasSubstr(", tile "), ::testing::HasSubstr(", column "),
                               ::testing::HasSubstr(": weight expected")));
}

}  // namespace
}  // namespace brownout::experiment
