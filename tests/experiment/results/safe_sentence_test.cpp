// What a grid of judged chips says about all dies, in words.
#include "sim/experiment/results/safe_sentence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

using ::testing::StartsWith;

const PassMark kMark = mark_of({}, Metric::kTop1, 0.98);

/// 60 chips a voltage, of which so many fail.
std::vector<PointSummary> grid(const std::vector<std::pair<const char*, int>>& failing) {
  std::vector<PointSummary> points;
  for (const auto& [voltage, count] : failing) {
    for (int chip = 0; chip < 60; ++chip) {
      PointSummary point;
      point.voltage = memory::Voltage::parse(voltage);
      point.chip = static_cast<std::uint64_t>(chip);
      point.images = 100;
      point.score[Metric::kTop1] = chip < count ? 0.5 : 0.98;
      point.reference = 0.98;
      point.energy_rel = 0.99;
      point.weight_sram_energy_rel = 0.8;
      points.push_back(point);
    }
  }
  return points;
}

std::string sentence(const std::vector<std::pair<const char*, int>>& failing,
                     const YieldClaim& claim = {}) {
  return safe_sentence(claim, kMark, "Vmin", grid(failing));
}

TEST(SafeSentence, NamesTheLowestVoltageThatEnoughChipsKeep) {
  EXPECT_EQ(sentence({{"1", 0}, {"0.9", 0}, {"0.8", 1}}),
            "safe down to 0.9 Vmin for 95 % of the dies with 95 % confidence: 60 of 60 chips lose "
            "at most 1 point of top-1; saves 20.0 % of the weight SRAM's energy, 1.0 % of the "
            "total, against the error-free voltage");
  EXPECT_THAT(sentence({{"1", 0}, {"0.9", 0}}), StartsWith("safe down to 0.9 Vmin"));
}

// 60 chips with one failure say 92 %, with 95 % confidence.
TEST(SafeSentence, FailuresAreAllowedWhereTheChipsSuffice) {
  EXPECT_THAT(sentence({{"1", 0}, {"0.9", 1}}, {.yield = 0.92}),
              StartsWith("safe down to 0.9 Vmin for 92 % of the dies with 95 % confidence: 59 of "
                         "60 chips"));
}

// A voltage below one that is refused stays unsafe, even if it passes.
TEST(SafeSentence, EndsAtTheFirstVoltageThatIsRefused) {
  EXPECT_THAT(sentence({{"1", 0}, {"0.9", 3}, {"0.8", 0}}), StartsWith("safe down to 1 Vmin"));
}

TEST(SafeSentence, SaysWhereNoVoltageIsSafe) {
  EXPECT_EQ(sentence({{"0.9", 3}, {"0.8", 60}}),
            "no voltage of the grid is safe for 95 % of the dies with 95 % confidence: at 0.9 "
            "Vmin, the highest, only 57 of 60 chips lose at most 1 point of top-1");
}

TEST(SafeSentence, OfTooFewChipsThereIsNone) {
  EXPECT_THROW(sentence({{"0.9", 0}}, {.yield = 0.99}), InputError);
}

}  // namespace
}  // namespace brownout::experiment
