// Words that cannot be corrected are fetched again from DRAM: the right weights, for cycles and
// bytes that machine and closed form agree on.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/experiment/session/session.hpp"
#include "sim/storage/weight_locator.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.83");

const std::string kNoise =
    "memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552, sigma_read: 0.01}";

struct Setting {
  const char* name;
  const char* mitigation;
  std::vector<std::string> set;
};

class RefetchIn : public ::testing::TestWithParam<Setting> {};

TEST_P(RefetchIn, AgreesInTheMachineAndLeavesOnlyWhatTheDecoderDoesNotSee) {
  const std::string name = GetParam().mitigation;
  Session keep = mitigated_session(name + ": {on_uncorrectable: keep}", GetParam().set);
  Session refetch = mitigated_session(name + ": {on_uncorrectable: refetch}", GetParam().set);
  const PointResult kept = keep.run({kVoltage, 0, 1});
  const PointResult point = refetch.run({kVoltage, 0, 3});
  EXPECT_EQ(point.cosim_images, 3);
  EXPECT_EQ(point.effective_ber, kept.effective_ber);
  EXPECT_EQ(point.mitigated.uncorrectable, kept.mitigated.uncorrectable);
  EXPECT_EQ(kept.mitigated.refetched, 0U);
  EXPECT_GT(point.mitigated.refetched, 20U);
  EXPECT_LT(point.mitigated.residual_ber, 0.5 * kept.mitigated.residual_ber);
  EXPECT_GT(point.cycles, kept.cycles);
  EXPECT_GT(point.mitigation_joules, kept.mitigation_joules);
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefetchIn,
    ::testing::Values(
        Setting{"secded", "secded", {}}, Setting{"parity", "parity", {}},
        Setting{"streaming", "secded", {"accelerator.placement=streaming"}},
        Setting{"prefetch",
                "bch_dec",
                {"accelerator.placement=restart_per_layer", "accelerator.weight_prefetch=true"}},
        Setting{"two_banks", "hamming", {"accelerator.weight_sram.banks=2"}},
        Setting{"noise", "secded", {kNoise}},
        Setting{"noise_while_streaming",
                "bch_dec",
                {kNoise, "accelerator.placement=streaming", "accelerator.weight_prefetch=true"}}),
    [](const auto& param) { return param.param.name; });

TEST(Refetch, OfEachWordTakesATransferWhileTheArrayWaits) {
  Session session = mitigated_session("secded: {on_uncorrectable: refetch}", {});
  const Plan& plan = session.plan();
  ASSERT_FALSE(plan.program.spec.weight_prefetch);
  const storage::WeightReadback read = read_weights(plan, {kVoltage, 0, 0}, 0).readback;
  const auto fetches = storage::fetches_per_tile(plan.program);
  std::uint64_t words = 0;
  for (const schedule::TileIndex t : plan.program.tiles.indices()) {
    words += read.refetched[t] * fetches[t];
  }
  const PointResult point = session.run({kVoltage, 0, 1});
  EXPECT_EQ(point.mitigated.refetched, words);
  // Of four bytes: the latency and one burst of 64 bytes at 8 a cycle.
  const hardware::DramSpec& dram = plan.program.spec.dram;
  const int cycles = dram.latency_cycles + dram.burst_bytes / dram.bytes_per_cycle;
  EXPECT_EQ(point.cycles, plan.clean.times.total + static_cast<std::int64_t>(words) * cycles);
  hardware::EventCounts counts;
  for (const LayerResult& layer : point.layers) counts += layer.counts;
  std::uint64_t clean = plan.clean.counts.transfers[hardware::Event::kDramRead];
  for (const auto& layer : plan.clean.counts.layers) clean += layer[hardware::Event::kDramRead];
  EXPECT_EQ(counts[hardware::Event::kDramRead],
            4 * (clean + words * static_cast<std::uint64_t>(dram.burst_bytes)));
}

// Each inference asks for the words that it cannot correct: an independent sum over inferences.
TEST(Refetch, OfCellsThatFailInSomeInferencesOnlyTakesEachInferenceItsOwnTime) {
  Session session = mitigated_session("secded: {on_uncorrectable: refetch}", {kNoise});
  const Plan& plan = session.plan();
  ASSERT_FALSE(plan.program.spec.weight_prefetch);
  const auto fetches = storage::fetches_per_tile(plan.program);
  const std::uint64_t inferences = 4;
  std::set<std::uint64_t> different;
  std::uint64_t words = 0;
  for (std::uint64_t inference = 0; inference < inferences; ++inference) {
    const storage::WeightReadback read = read_weights(plan, {kVoltage, 0, 0}, inference).readback;
    std::uint64_t of_inference = 0;
    for (const schedule::TileIndex t : plan.program.tiles.indices()) {
      of_inference += read.refetched[t] * fetches[t];
    }
    different.insert(of_inference);
    words += of_inference;
  }
  EXPECT_GT(different.size(), 1U);
  const PointResult point = session.run({kVoltage, 0, static_cast<int>(inferences)});
  EXPECT_EQ(point.cosim_images, static_cast<int>(inferences));
  EXPECT_EQ(point.mitigated.refetched, (words + inferences / 2) / inferences);
  const hardware::DramSpec& dram = plan.program.spec.dram;
  const int cycles = dram.latency_cycles + dram.burst_bytes / dram.bytes_per_cycle;
  const double mean = static_cast<double>(plan.clean.times.total) +
                      static_cast<double>(words) * cycles / static_cast<double>(inferences);
  EXPECT_DOUBLE_EQ(point.latency_s, mean / plan.program.spec.clock_hz);
  EXPECT_NEAR(static_cast<double>(point.cycles), mean, static_cast<double>(point.layers.size()));
  hardware::EventCounts counts;
  for (const LayerResult& layer : point.layers) counts += layer.counts;
  std::uint64_t clean = plan.clean.counts.transfers[hardware::Event::kDramRead];
  for (const auto& layer : plan.clean.counts.layers) clean += layer[hardware::Event::kDramRead];
  EXPECT_EQ(counts[hardware::Event::kDramRead],
            inferences * clean + words * static_cast<std::uint64_t>(dram.burst_bytes));
}

}  // namespace
}  // namespace brownout::experiment
