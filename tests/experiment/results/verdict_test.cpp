// One chip against an accuracy target.
#include "sim/experiment/results/verdict.hpp"

#include <gtest/gtest.h>

namespace brownout::experiment {
namespace {

PointSummary point(std::int64_t lost, std::int64_t gained, std::int64_t images = 1000) {
  PointSummary result;
  result.images = images;
  result.ber = 0.01;
  result.reference = 0.9;
  result.score[Metric::kTop1] =
      0.9 - static_cast<double>(lost - gained) / static_cast<double>(images);
  result.paired = {lost, gained};
  return result;
}

PassMark drop_of(double points) { return mark_of({.max_drop = points}, Metric::kTop1, 0.9); }

TEST(PassMark, IsTheMinimumOrSoManyPointsBelowTheReference) {
  EXPECT_EQ(mark_of({}, Metric::kTop1, 0.9).max_drop, kDefaultMaxDrop);
  EXPECT_DOUBLE_EQ(mark_of({}, Metric::kTop1, 0.9).minimum, 0.89);
  EXPECT_DOUBLE_EQ(drop_of(5).minimum, 0.85);
  EXPECT_EQ(mark_of({.max_drop = 100}, Metric::kAuc, 0.9).minimum, 0);
  const PassMark absolute = mark_of({.minimum = 0.5}, Metric::kAuc, 0.9);
  EXPECT_EQ(absolute.minimum, 0.5);
  EXPECT_FALSE(absolute.max_drop);
  EXPECT_THROW(mark_of({}, Metric::kReconstructionMse, 0.1), std::logic_error);
}

TEST(PassMark, ATargetOfRoundedPercentagePointsIsMetExactly) {
  EXPECT_TRUE(passes(0.97, 0.98 - 1.0 / 100));
  EXPECT_TRUE(passes(0.58, 0.59 - 1.0 / 100));
  EXPECT_FALSE(passes(0.9699, 0.97));
}

TEST(Verdict, TheDropIsThatOfTheImagesLostAndGained) {
  const Verdict verdict = judge(point(30, 10), drop_of(1));
  EXPECT_EQ(verdict.drop, 0.02);
  EXPECT_FALSE(verdict.pass);
  EXPECT_EQ(verdict.drop_interval->low, paired_interval(30, 10, 1000).low);
  EXPECT_EQ(judge(point(10, 30), drop_of(1)).drop, -0.02);
}

// The same net drop: where many images change both ways, it is less certain.
TEST(Verdict, IsSettledWhereTheTargetLiesOutsideTheIntervalOfTheDrop) {
  EXPECT_TRUE(judge(point(30, 0), drop_of(1)).settled.value());
  EXPECT_FALSE(judge(point(130, 100), drop_of(1)).settled.value());
  EXPECT_TRUE(judge(point(0, 0), drop_of(1)).settled.value());
  EXPECT_FALSE(judge(point(0, 0, 100), drop_of(1)).settled.value());
}

TEST(Verdict, AChipWhoseFaultsReachNothingIsTheReferenceWhateverTheImages) {
  PointSummary clean = point(0, 0, 10);
  clean.unharmed = true;
  EXPECT_TRUE(judge(clean, drop_of(0)).settled.value());
  EXPECT_EQ(judge(clean, drop_of(0)).drop_interval->high, 0);
}

TEST(Verdict, AgainstAMinimumTheIntervalOfTheScoreSettles) {
  const PassMark mark = mark_of({.minimum = 0.85}, Metric::kTop1, 0.9);
  PointSummary chip = point(20, 0);
  EXPECT_FALSE(judge(chip, mark).settled);
  chip.interval[Metric::kTop1] = {0.86, 0.9};
  EXPECT_TRUE(judge(chip, mark).settled.value());
  chip.interval[Metric::kTop1] = {0.84, 0.9};
  EXPECT_FALSE(judge(chip, mark).settled.value());
  EXPECT_TRUE(judge(chip, mark).pass);
}

TEST(Verdict, OfAnAreaTheDropHasNoInterval) {
  PointSummary chip;
  chip.score[Metric::kAuc] = 0.75;
  chip.interval[Metric::kAuc] = {0.7, 0.8};
  const Verdict verdict = judge(chip, mark_of({.max_drop = 5}, Metric::kAuc, 0.8125));
  EXPECT_EQ(verdict.drop, 0.0625);
  EXPECT_FALSE(verdict.pass || verdict.drop_interval || verdict.settled);
}

}  // namespace
}  // namespace brownout::experiment
