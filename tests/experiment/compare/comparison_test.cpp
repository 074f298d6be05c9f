// Comparisons of sweeps with points made up here.
#include "sim/experiment/compare/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

using testing::HasSubstr;

/// A chip at a voltage; of 100 images some are lost.
PointSummary point(const char* voltage, std::uint64_t chip, std::int64_t lost, double joules) {
  PointSummary made;
  made.voltage = memory::Voltage::parse(voltage);
  made.chip = chip;
  made.images = 100;
  made.score[Metric::kTop1] = 1 - static_cast<double>(lost) / 100;
  made.interval[Metric::kTop1] = {0, 1};
  made.reference = 1;
  made.paired = PairedCounts{lost, 0};
  made.energy_j = joules;
  made.rail_energy_j[energy::Rail::kWeightSram] = joules / 4;
  return made;
}

FinishedSweep sweep(const std::string& name, std::vector<PointSummary> points) {
  return {name, {{"profile/unit", "Vmin"}}, std::move(points)};
}

/// Two chips lose so much at 1, 0.9 and 0.8.
FinishedSweep losing(const std::string& name, std::int64_t at_1, std::int64_t at_09,
                     std::int64_t at_08, double joules = 4) {
  return sweep(name, {point("1", 0, at_1, joules), point("1", 1, 0, joules),
                      point("0.9", 0, at_09, joules / 2), point("0.9", 1, 0, joules / 2),
                      point("0.8", 0, at_08, joules / 4), point("0.8", 1, 0, joules / 4)});
}

std::string error_of(const std::vector<FinishedSweep>& sweeps, const ComparisonRequest& request) {
  try {
    compare(sweeps, request);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Comparison, IsAtTheLowestVoltageDownToWhichAllChipsPass) {
  const auto sweeps =
      compare({losing("a", 0, 1, 2), losing("b", 1, 2, 1), losing("c", 2, 0, 0)}, {});
  EXPECT_EQ(sweeps[0].compared()->voltage.text(), "0.9");
  EXPECT_EQ(sweeps[1].compared()->voltage.text(), "1");  // what passes below a failure is not safe
  EXPECT_EQ(sweeps[2].compared(), nullptr);
  EXPECT_EQ(sweeps[0].compared()->energy_j, 2);
  EXPECT_EQ(sweeps[0].compared()->rail_energy_j[energy::Rail::kWeightSram], 0.5);
}

TEST(Comparison, TakesAnotherTargetAnotherVoltageAndAClaim) {
  EXPECT_EQ(compare({losing("a", 0, 1, 2)}, {.target = {.max_drop = 2}})[0].safe, 2U);
  EXPECT_EQ(compare({losing("a", 0, 1, 2)}, {.target = {.min_top1 = 0.995}})[0].safe, 0U);
  const auto at = compare({losing("a", 0, 1, 2)}, {.voltage = memory::Voltage::parse("0.8")});
  EXPECT_EQ(at[0].compared()->voltage.text(), "0.8");
  EXPECT_EQ(at[0].safe, 1U);
  std::vector<PointSummary> chips;
  for (std::uint64_t chip = 0; chip < 5; ++chip)
    chips.push_back(point("1", chip, chip == 0 ? 9 : 0, 1));
  // One of five may fail where half of the dies are to pass: 6 of 32 draws have so few failures.
  EXPECT_EQ(compare({sweep("a", chips)}, {.claim = YieldClaim{0.5, 0.8}})[0].safe, 0U);
  EXPECT_EQ(compare({sweep("a", chips)}, {.claim = YieldClaim{0.5, 0.82}})[0].safe, std::nullopt);
}

TEST(Comparison, RefusalsNameTheSweep) {
  EXPECT_THAT(error_of({losing("a", 0, 0, 0)}, {.voltage = memory::Voltage::parse("0.7")}),
              HasSubstr("a: has no voltage 0.7, but 1, 0.9, 0.8"));
  EXPECT_THAT(error_of({losing("a", 0, 0, 0)}, {.claim = YieldClaim{}}),
              HasSubstr("a: not decidable with 2 chips"));
  FinishedSweep other = losing("b", 0, 0, 0);
  for (PointSummary& some : other.points) some.score[Metric::kTop1].reset();
  for (PointSummary& some : other.points) some.score[Metric::kReconstructionMse] = 0.1;
  EXPECT_THAT(error_of({losing("a", 0, 0, 0), other}, {}),
              HasSubstr("b: is judged by recon. MSE, a by top-1"));
  EXPECT_THAT(error_of({other}, {}), HasSubstr("--voltage"));
  EXPECT_EQ(error_of({other}, {.voltage = memory::Voltage::parse("1")}), "");
}

TEST(Comparison, ChangesAreRelativeToTheFirst) {
  EXPECT_EQ(relative_change(4.0, 5.0), 0.25);
  EXPECT_EQ(relative_change(4.0, 3.0), -0.25);
  EXPECT_EQ(relative_change(4.0, std::nullopt), std::nullopt);
  EXPECT_EQ(relative_change(std::nullopt, 4.0), std::nullopt);
  EXPECT_EQ(relative_change(0.0, 4.0), std::nullopt);
}

TEST(Comparison, BestChoicesAreOfAllSweepsByRisingEnergy) {
  // a: 4, 2, 1 J at top-1 of 1, 0.99, 0.9; b: 2, 1, 0.5 J at 1, 1, 0.5.
  const auto sweeps = compare({losing("a", 0, 2, 20), losing("b", 0, 0, 100, 2)}, {});
  const auto best = best_choices(sweeps);
  ASSERT_EQ(best.size(), 2U);
  EXPECT_EQ(best[0].energy_j, 0.5);
  EXPECT_EQ(best[0].sweep, 1U);
  EXPECT_EQ(sweeps[1].voltages[best[0].voltage].voltage.text(), "0.8");
  EXPECT_EQ(best[1].energy_j, 1);
  EXPECT_EQ(best[1].score, 1);
}

}  // namespace
}  // namespace brownout::experiment
