// Mitigations through the whole flow: engine, SystemC machine and closed form agree under each and
// under combinations, and what they do to the weights is what an independent walk says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.85");

const std::string kProtected = "protected_msbs: {bits: 2, profile: " BROWNOUT_SOURCE_DIR
                               "/configs/memories/sram_14nm_8t_assumed.yaml}";
const std::string kStuck = "memory.chip.kind=stuck";

/// One of `choices`, by a hash of case and purpose.
std::string pick(int number, std::uint64_t purpose, std::vector<std::string> choices) {
  return choices[memory::keyed_hash(static_cast<std::uint64_t>(number), purpose) % choices.size()];
}

class RandomMitigations : public ::testing::TestWithParam<int> {};

TEST_P(RandomMitigations, LeaveAllExecutorsInAgreement) {
  const int n = GetParam();
  const std::string code =
      pick(n, 1,
           {"", "parity", "parity: {on_uncorrectable: keep}", "secded",
            "secded: {on_uncorrectable: zero, data_bits: 16}", "secded: {data_bits: 8}", "hamming",
            "bch_dec", "secded: {on_uncorrectable: refetch}"});
  const std::string policy = pick(n, 2, {"", "faq", "faq: {program_at: 0.82}", "faq"});
  std::vector<std::string> set = {
      "accelerator.placement=" + pick(n, 3, {"resident", "streaming", "restart_per_layer"}),
      "accelerator.weight_sram.word_bits=" + pick(n, 5, {"32", "64", "256"})};
  set.push_back(policy.empty() ? pick(n, 6,
                                      {"memory.chip={generator: iid, kind: flip}",
                                       "memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: "
                                       "0.0552, sigma_read: 0.01}"})
                               : pick(n, 6,
                                      {"memory.chip={kind: stuck}",
                                       "memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: "
                                       "0.0552, sigma_read: 0.01, kind: stuck}",
                                       "memory.chip={kind: stuck, stuck_at_0_share: 0.2, defects: "
                                       "{rate: 0.01}}"}));
  const std::string encoding =
      pick(n, 4, {"twos_complement", "offset_binary", "gray", "sign_magnitude"});
  const std::string mask =
      pick(n, 8, {"", "", encoding == "gray" ? "word_mask" : "bit_mask", "word_mask"});
  const std::string repair = pick(n, 12,
                                  {"", "spare_columns", "spare_rows: {per_bank: 8}",
                                   "spare_columns: {per_bank: 16}, spare_rows: {per_bank: 2}",
                                   kProtected, "spare_rows, " + kProtected});
  set.push_back("memory.encoding=" + encoding);
  // Only rotations make sense where cells flip.
  std::string change =
      policy.empty() ? pick(n, 9, {"", "rotate", "rotate: {flags: failing}"})
                     : pick(n, 9,
                            {"", "sign_flip", "bit_flip, sign_flip: {flags: failing}",
                             "sign_flip: {per: column}", "bit_flip: {per: slice}",
                             "sign_flip: {per: column}, bit_flip: {per: slice}",
                             "sign_flip: {per: column}, bit_flip: {flags: failing}",
                             "rotate: {flags: failing}, bit_flip: {per: slice}",
                             "rotate: {flags: failing}, bit_flip",
                             "sign_flip: {flags: error_free}, bit_flip: {flags: error_free}"});
  // Of 256 bits there are 256 rotations, each tried with faq before a decoder: minutes.
  if (change.find("rotate") != std::string::npos) {
    set.emplace_back("accelerator.weight_sram.word_bits=32");
  }
  if (code.find("refetch") != std::string::npos) change.clear();  // flags stand elsewhere in DRAM
  std::string all;
  const std::string guard =
      pick(n, 10, {"", "", "clamp_activations: {images: 5}", "clamp_weights"});
  const std::string rows =
      pick(n, 11, {"", "fault_aware_placement", "fault_aware_placement: {spare_rows: 3}"});
  // Lines are repaired once: that needs to be told at which voltage.
  const std::string boost =
      repair.find("spare") == std::string::npos
          ? pick(n, 13,
                 {"", "boost: {layers: {" + pick(n, 14, {"conv1: 0.9", "conv1: 1.0"}) + "}}"})
          : "";
  for (const std::string& mitigation : {code, policy, change, mask, guard, rows, repair, boost}) {
    if (!mitigation.empty()) all += (all.empty() ? "" : ", ") + mitigation;
  }
  SCOPED_TRACE(all + " " + set[0] + " " + set[1] + " " + set[2] + " " + set[3]);
  const std::string workload = pick(n, 7, {"mnist_cnn", "cifar10_resnet8_w4"});
  const int images = workload == "mnist_cnn" ? 2 : 1;  // seconds each in a sanitizer's build
  Session session = mitigated_session(all, set, workload);
  const PointResult point = session.run({kVoltage, static_cast<std::uint64_t>(n), images});
  EXPECT_EQ(point.cosim_images, images);
  EXPECT_GT(point.memories.front().ber, 0.001);
}

INSTANTIATE_TEST_SUITE_P(Drawn, RandomMitigations, ::testing::Range(0, 32));

/// Every weight as its word reads, with the rules written here once more.
class FaqInTheFlow : public ::testing::TestWithParam<std::string> {};

TEST_P(FaqInTheFlow, GivesEveryWeightTheNearestValueOfItsCells) {
  const Session session = mitigated_session("faq", {kStuck, "accelerator.placement=" + GetParam()});
  const Plan& plan = session.plan();
  const Point point{kVoltage, 3, 0};
  const ReadWeights read = read_weights(plan, point, 0);
  const memory::SramOrganisation organisation = plan.program.spec.weight_sram.organisation();
  const memory::CellMasks cells =
      Chip(plan, 3).faults_at(hardware::OnChipMemory::kWeightSram, kVoltage).certain;
  std::uint64_t changed = 0;
  for (const schedule::TileIndex t : plan.program.tiles.indices()) {
    const schedule::Tile& tile = plan.program.tiles[t];
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const auto word = static_cast<std::uint64_t>(row) * tile.words_per_row +
                          static_cast<std::uint64_t>(column / 4) + plan.layout.first_word[t];
        unsigned at_0 = 0, at_1 = 0;
        for (std::uint32_t bit = 0; bit < 8; ++bit) {
          const auto kind = cells.at(
              organisation.locate({word, static_cast<std::uint32_t>(column % 4) * 8 + bit}));
          if (!kind) continue;
          (*kind == memory::FaultKind::kStuckAt1 ? at_1 : at_0) |= 1U << bit;
        }
        const std::size_t weight = plan.program.weight_at(tile, {.row = row, .column = column});
        const int wanted = plan.weights[tile.node][weight];
        const int got = read.readback.weights[tile.node][weight];
        int nearest = 1000;
        for (int value = -128; value < 128; ++value) {
          const auto code = static_cast<std::uint8_t>(value);
          if ((code & at_0) != 0 || (code & at_1) != at_1) continue;
          nearest = std::min(nearest, std::abs(value - wanted));
        }
        ASSERT_EQ(std::abs(got - wanted), nearest) << at_0 << " " << at_1 << " " << wanted;
        changed += got != wanted ? 1 : 0;
      }
    }
  }
  EXPECT_GT(changed, 50U);
  EXPECT_EQ(read.readback.effective_ber(), 0);  // the cells deliver what was written
  EXPECT_GT(storage::sum_of(read.readback.layers).bits_residual, 0U);
}

TEST_P(FaqInTheFlow, WordsChosenForAnotherVoltageCountWhereNoCellFails) {
  Session session =
      mitigated_session("faq: {program_at: 0.80}", {kStuck, "accelerator.placement=" + GetParam()});
  const memory::Voltage error_free = session.plan().error_free_voltage();
  const PointResult point = session.run({error_free, 0, 1});
  EXPECT_EQ(point.memories.front().ber, 0);
  EXPECT_EQ(point.effective_ber, 0);
  const ReadWeights read = read_weights(session.plan(), {error_free, 0, 0}, 0);
  std::uint64_t changed = 0, weights = 0;
  for (const models::NodeIndex node : read.readback.weights.indices()) {
    for (std::size_t i = 0; i < read.readback.weights[node].size(); ++i) {
      changed += read.readback.weights[node][i] != session.plan().weights[node][i] ? 1 : 0;
      ++weights;
    }
  }
  EXPECT_GT(changed, 0U);
  EXPECT_DOUBLE_EQ(point.weights_changed,
                   static_cast<double>(changed) / static_cast<double>(weights));
}

INSTANTIATE_TEST_SUITE_P(Placements, FaqInTheFlow, ::testing::Values("resident", "streaming"),
                         [](const auto& param) { return param.param; });

TEST(Faq, LooksOnlyAtFaultsThatAct) {
  const Session session = mitigated_session("faq", {kStuck, "memory.faults.layers=conv2"});
  const ReadWeights read = read_weights(session.plan(), {kVoltage, 0, 0}, 0);
  std::vector<std::string> touched;
  for (const models::NodeIndex node : read.readback.weights.indices()) {
    if (read.readback.weights[node] != session.plan().weights[node]) {
      touched.push_back(models::node_name(session.plan().network.nodes[node]));
    }
  }
  EXPECT_EQ(touched, std::vector<std::string>{"conv2"});
}

TEST(Faq, RefusesCellsThatFlip) {
  EXPECT_THROW(mitigated_session("faq", {}), InputError);  // generated ones
  // Of a map only the map can tell.
  const std::string map = ::testing::TempDir() + "flips.csv";
  std::ofstream(map)
      << "# banks: 8\n# rows: 1024\n# columns: 128\n# unit: Vmin\n"
         "# lowest_measured: 0.75\n# source: written by a test\nbank,row,column,vfail,kind\n"
         "0,0,1,0.84,stuck_at_0\n0,0,2,0.9,flip\n";
  Session session = mitigated_session("faq", {"memory.chip={map: " + map + "}"});
  EXPECT_EQ(session.run({memory::Voltage::parse("0.91"), 0, 1}).weights_changed, 0);
  try {
    session.run({kVoltage, 0, 1});
    ADD_FAILURE() << "a flip was taken for stuck";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith("memory.mitigations.faq: chip 0 has cells that "
                                                    "flip, such as bank 0, row 0, column 2"));
  }
}

double changed_by(const std::string& mitigations) {
  Session session = mitigated_session(
      mitigations, {"memory.chip={kind: stuck, defects: {rate: 0.02}}"}, "cifar10_resnet8");
  double error = 0;  // of a weight, summed over the layers
  for (const LayerResult& layer : session.run({kVoltage, 0, 1}).layers) {
    error += layer.weight_error_mean;
  }
  return error;
}

// More ways to write a word cannot read worse; more than one fault in 20 words would show.
TEST(WordFlags, OfMoreChangesLeaveLessDamage) {
  const double none = changed_by(""), faq = changed_by("faq");
  const double sign = changed_by("faq, sign_flip"), both = changed_by("faq, sign_flip, bit_flip");
  EXPECT_LT(faq, 0.5 * none);
  EXPECT_LT(sign, 0.7 * faq);
  EXPECT_LT(both, sign);
  EXPECT_LT(changed_by("rotate"), 0.1 * none);
  const double columns = changed_by("faq, sign_flip: {per: column}");
  EXPECT_LT(columns, faq);
  EXPECT_LT(sign, columns);  // a choice for each word
  EXPECT_LT(changed_by("faq, sign_flip: {per: column}, bit_flip: {per: slice}"), columns);
}

TEST(Faq, LeavesToACodeWhatItCorrects) {
  const double faq = changed_by("faq"), code = changed_by("secded");
  const double both = changed_by("faq, secded");
  EXPECT_LT(both, 0.5 * std::min(faq, code));
}

// Weights of 4 bits that go from -7 to 7 are never -8.
TEST(ClampedWeights, ReadAsValuesOfTheirLayer) {
  const std::vector<std::string> set = {"memory.chip={}"};
  const Session session = mitigated_session("clamp_weights", set, "cifar10_resnet8_w4");
  const Session plain = mitigated_session("", set, "cifar10_resnet8_w4");
  const ReadWeights clamped = read_weights(session.plan(), {kVoltage, 0, 0}, 0);
  const ReadWeights wild = read_weights(plain.plan(), {kVoltage, 0, 0}, 0);
  int beyond = 0;
  for (const models::NodeIndex node : wild.readback.weights.indices()) {
    const std::vector<std::int8_t>& own = session.plan().weights[node];
    if (own.empty()) continue;
    const auto [low, high] = std::minmax_element(own.begin(), own.end());
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::int8_t read = wild.readback.weights[node][i];
      beyond += read < *low || read > *high ? 1 : 0;
      EXPECT_EQ(clamped.readback.weights[node][i], std::clamp(read, *low, *high));
    }
  }
  EXPECT_GT(beyond, 0);
}

class MitigationsWithoutFaults : public ::testing::TestWithParam<std::string> {};

TEST_P(MitigationsWithoutFaults, AreTheIdentity) {
  Session session = mitigated_session(GetParam(), {kStuck});
  Session plain = mitigated_session("", {kStuck});
  const memory::Voltage error_free = plain.plan().error_free_voltage();
  const PointResult expected = plain.run({error_free, 0, 0});
  const PointResult point = session.run({error_free, 0, 1});
  EXPECT_EQ(point.outputs.logits, expected.outputs.logits);
  EXPECT_EQ(point.weights_changed, 0);
  const Plan& plan = session.plan();  // which tells what flags of columns take
  EXPECT_EQ(point.cycles - (plan.clean.times.total - plan.bare.times.total), expected.cycles);
}

INSTANTIATE_TEST_SUITE_P(Each, MitigationsWithoutFaults,
                         ::testing::Values("parity", "secded", "hamming", "bch_dec", "faq",
                                           "bit_mask", "word_mask", "secded, faq", "sign_flip",
                                           "bit_flip", "rotate", "rotate, sign_flip, faq, bch_dec",
                                           "sign_flip: {per: column}, bit_flip: {per: slice}",
                                           "spare_columns", "spare_columns, spare_rows, secded",
                                           kProtected, "boost: {layers: {conv1: 1.05}}"));

// The chance of two or more failing cells in a word, by the binomial formula.
TEST(Secded, IsUncorrectableAsOftenAsTwoCellsOfAWordFail) {
  for (const std::uint32_t data_bits : {8U, 16U, 32U, 64U}) {
    const Session session = mitigated_session(
        "secded: {data_bits: " + std::to_string(data_bits) + "}",
        {"accelerator.weight_sram.word_bits=64", "memory.chip={}"}, "cifar10_resnet8");
    const Plan& plan = session.plan();
    const double p = 0.00461;  // of the profile at this voltage
    std::uint64_t uncorrectable = 0, corrected = 0, codewords = 0;
    for (std::uint64_t chip = 0; chip < 4; ++chip) {
      const ReadWeights read = read_weights(plan, {kVoltage, chip, 0}, 0);
      for (const storage::WeightDamage& layer : read.readback.layers) {
        uncorrectable += layer.codewords.uncorrectable + layer.codewords.miscorrected;
        corrected += layer.codewords.corrected;
        codewords += layer.words * 64 / data_bits;
      }
    }
    const memory::WordCodec codec = plan.config.memory.scheme.codec(64);
    const double n = data_bits + codec.check_bits() / codec.codewords();
    const double none = std::pow(1 - p, n), one = n * p * std::pow(1 - p, n - 1);
    const auto count = static_cast<double>(codewords);
    const double expected = (1 - none - one) * count;
    EXPECT_NEAR(static_cast<double>(uncorrectable), expected,
                4 * std::sqrt(expected) + 0.02 * expected)
        << data_bits;
    EXPECT_NEAR(static_cast<double>(corrected), one * count,
                5 * std::sqrt(one * count) + 0.02 * one * count)
        << data_bits;
  }
}

}  // namespace
}  // namespace brownout::experiment
