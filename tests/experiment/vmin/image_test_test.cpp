// Verdicts from a part of the images, on populations whose own verdict is known.
#include "sim/experiment/vmin/image_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

namespace brownout::experiment {
namespace {

/// Right without faults, right with them.
using Answers = std::vector<std::pair<bool, bool>>;

Answers population(std::int64_t images, std::int64_t lost, std::int64_t gained,
                   std::int64_t wrong) {
  Answers answers;
  const auto add = [&](std::int64_t count, bool without, bool with) {
    answers.insert(answers.end(), static_cast<std::size_t>(count), {without, with});
  };
  add(lost, true, false);
  add(gained, false, true);
  add(wrong - gained, false, false);
  add(images - lost - wrong, true, true);
  return answers;
}

struct Judged {
  ImageVerdict verdict;
  std::int64_t images = 0;
};

Judged judge(const Answers& answers, std::int64_t most_lost, double error) {
  const auto right = std::count_if(answers.begin(), answers.end(), [](auto a) { return a.first; });
  ImageTest test({static_cast<std::int64_t>(answers.size()), right, most_lost, error});
  for (const auto& [without, with] : answers) {
    test.add(without, with);
    if (const auto verdict = test.verdict()) return {*verdict, test.images()};
  }
  throw std::logic_error("the last image decides");
}

/// How often, of so many orders of the images, the verdict is `pass`; mean images in `images`.
double share_of(bool pass, Answers answers, std::int64_t most_lost, double error, int orders,
                double* images = nullptr) {
  std::mt19937_64 random(7);
  double hits = 0, sum = 0;
  for (int order = 0; order < orders; ++order) {
    std::shuffle(answers.begin(), answers.end(), random);
    const Judged judged = judge(answers, most_lost, error);
    hits += judged.verdict.pass == pass ? 1 : 0;
    sum += static_cast<double>(judged.images);
  }
  if (images != nullptr) *images = sum / orders;
  return hits / orders;
}

/// The error and four standard deviations of its estimate.
double at_most(double error, int orders) { return error + 4 * std::sqrt(error / orders); }

// One image more than allowed, or none less: the populations that are judged wrong most easily.
TEST(ImageTest, WrongVerdictsAreRarerThanTheError) {
  constexpr int kOrders = 2000;
  for (const double error : {0.2, 0.02}) {
    for (const std::int64_t gained : {0, 15, 60}) {
      const Answers fails = population(2000, 21 + gained, gained, 200);
      const Answers passes = population(2000, 20 + gained, gained, 200);
      EXPECT_LE(share_of(true, fails, 20, error, kOrders), at_most(error, kOrders));
      EXPECT_LE(share_of(false, passes, 20, error, kOrders), at_most(error, kOrders));
    }
  }
}

TEST(ImageTest, TheErrorIsNotWastedEither) {
  EXPECT_GT(share_of(true, population(2000, 36, 15, 200), 20, 0.2, 2000), 0.02);
}

// Of a data set of 10,000 with a target of 1 point: what a chip near the safe voltage loses.
TEST(ImageTest, ASmallDropIsSettledByAPartOfTheImages) {
  constexpr double kError = 3e-5;
  double images = 0;
  EXPECT_EQ(share_of(true, population(10'000, 110, 90, 900), 100, kError, 200, &images), 1);
  EXPECT_LT(images, 5000);
  EXPECT_EQ(share_of(true, population(10'000, 30, 20, 900), 100, kError, 200, &images), 1);
  EXPECT_LT(images, 2400);
  EXPECT_EQ(share_of(false, population(10'000, 1200, 200, 900), 100, kError, 200, &images), 1);
  EXPECT_LT(images, 400);
}

TEST(ImageTest, WithoutAnErrorTheVerdictIsThatOfTheWholeSet) {
  std::mt19937_64 random(3);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const auto draw = [&](int most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    const std::int64_t lost = draw(40), gained = draw(20), most_lost = draw(30) - 5;
    Answers answers = population(200, lost, gained, 20 + draw(50));
    std::shuffle(answers.begin(), answers.end(), random);
    const Judged judged = judge(answers, most_lost, 0);
    EXPECT_EQ(judged.verdict.pass, lost - gained <= most_lost);
    EXPECT_NE(judged.verdict.by, SettledBy::kBound);
  }
}

TEST(ImageTest, ArithmeticSettlesWhatTheRestCannotChange) {
  const Answers all_lost = population(100, 100, 0, 0);
  const Judged fails = judge(all_lost, 5, 0);  // no image is left that could be gained
  EXPECT_FALSE(fails.verdict.pass);
  EXPECT_EQ(fails.verdict.by, SettledBy::kArithmetic);
  EXPECT_EQ(fails.images, 6);
  const Judged passes = judge(population(100, 0, 0, 0), 5, 0);
  EXPECT_TRUE(passes.verdict.pass);
  EXPECT_EQ(passes.images, 95);
}

}  // namespace
}  // namespace brownout::experiment
