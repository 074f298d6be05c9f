// Metrics on small examples by hand, and against plain counting.
#include "sim/experiment/results/score.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::experiment {
namespace {

using Codes = std::vector<std::uint8_t>;
using Labels = std::vector<std::uint16_t>;

std::uint64_t draw(std::uint64_t seed, std::uint64_t index, std::uint64_t below) {
  return memory::keyed_hash(seed, index) % below;
}

// The k first of a stable sort by falling code: numpy.argsort(-codes, kind="stable")[:k].
bool among_first(const Codes& codes, std::size_t label, std::size_t k) {
  std::vector<std::size_t> order(codes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return codes[left] > codes[right]; });
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(k);
  return std::find(order.begin(), end, label) != end;
}

TEST(ClassificationScore, CountsLabelsAmongTheFirstOfAStableSort) {
  constexpr std::size_t kClasses = 12, kImages = 400;
  Codes codes;
  Labels labels;
  std::array<std::int64_t, 6> hits{};
  for (std::size_t image = 0; image < kImages; ++image) {
    Codes of_image;
    for (std::size_t c = 0; c < kClasses; ++c) {  // few values: many ties
      of_image.push_back(static_cast<std::uint8_t>(draw(1, image * kClasses + c, 4)));
    }
    labels.push_back(static_cast<std::uint16_t>(draw(2, image, kClasses)));
    for (const std::size_t k : {1U, 5U}) hits[k] += among_first(of_image, labels.back(), k);
    codes.insert(codes.end(), of_image.begin(), of_image.end());
  }
  const Score score = classification_score(codes, labels);
  EXPECT_EQ(score[Metric::kTop1]->value, static_cast<double>(hits[1]) / kImages);
  EXPECT_EQ(score[Metric::kTop5]->value, static_cast<double>(hits[5]) / kImages);
  EXPECT_EQ(score[Metric::kTop5]->interval.low, wilson_interval(hits[5], kImages).low);
  EXPECT_GT(hits[5], hits[1]);
  EXPECT_FALSE(score[Metric::kAuc] || score[Metric::kReconstructionMse]);
}

TEST(RightPredictions, AreThoseThatTop1Counts) {
  const Codes codes = {3, 1, 2, 1, 1, 0, 5, 9, 9};  // three classes; of equal ones the first
  EXPECT_EQ(right_predictions(codes, Labels{0, 1, 1}), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(right_predictions(codes, Labels{2, 0, 2}), (std::vector<bool>{false, true, false}));
  EXPECT_NEAR(classification_score(codes, Labels{0, 1, 1})[Metric::kTop1]->value, 2.0 / 3, 1e-15);
}

TEST(PairedCounts, TellWhatWasLostFromWhatWasGained) {
  const PairedCounts counts = paired_counts({true, true, true, false, false, true},
                                            {true, false, false, true, false, true});
  EXPECT_EQ(counts.lost, 2);
  EXPECT_EQ(counts.gained, 1);
  EXPECT_THROW(paired_counts({true}, {true, false}), std::logic_error);
}

TEST(ClassificationScore, FiveClassesHaveNoTop5) {
  EXPECT_FALSE(classification_score(Codes{1, 2, 3, 4, 5}, Labels{0})[Metric::kTop5]);
  const Score six = classification_score(Codes{0, 2, 3, 4, 5, 6}, Labels{0});
  EXPECT_EQ(six[Metric::kTop5]->value, 0);
}

TEST(ReconstructionScore, IsTheMeanOfTheImagesErrors) {
  models::ActivationTensor output{.name = "y", .shape = {2, 1, 1}};
  output.scale = 0.5F;
  output.zero_point = 10;
  const std::vector<float> inputs = {1.0F, 0.0F, 0.25F, -1.0F};
  // Reconstructed: 1.5, -0.5; 0, -1.
  const Score score = reconstruction_score(Codes{13, 9, 10, 8}, output, inputs, {});
  const double first = (0.25 + 0.25) / 2, second = 0.0625 / 2;
  EXPECT_EQ(score[Metric::kReconstructionMse]->value, (first + second) / 2);
  EXPECT_FALSE(score[Metric::kAuc] || score[Metric::kTop1]);
}

TEST(ReconstructionScore, TellsAnomalousImagesByTheirErrors) {
  const models::ActivationTensor output{.name = "y", .shape = {1, 1, 1}};
  const std::vector<float> inputs(4, 0.0F);
  const Codes codes = {1, 3, 2, 4};  // errors 1, 9, 4, 16
  const std::vector<bool> anomalous = {false, true, true, true};
  const Score perfect = reconstruction_score(codes, output, inputs, anomalous);
  EXPECT_EQ(perfect[Metric::kAuc]->value, 1);
  const Score mixed = reconstruction_score(codes, output, inputs, {false, true, false, true});
  EXPECT_EQ(mixed[Metric::kAuc]->value, 1);
  const Score half = reconstruction_score(codes, output, inputs, {false, false, true, true});
  EXPECT_EQ(half[Metric::kAuc]->value, 0.75);
  EXPECT_EQ(half[Metric::kAuc]->interval.low, roc_interval(0.75, 2, 2).low);
  // One kind of images only: there is nothing to tell.
  EXPECT_FALSE(reconstruction_score(codes, output, inputs, {true, true, true, true})[Metric::kAuc]);
}

TEST(RocArea, IsTheShareOfPairsInOrderWithTiesCountedHalf) {
  std::vector<double> negatives, positives;
  for (std::uint64_t i = 0; i < 60; ++i) negatives.push_back(static_cast<double>(draw(3, i, 20)));
  for (std::uint64_t i = 0; i < 45; ++i) {
    positives.push_back(static_cast<double>(5 + draw(4, i, 20)));
  }
  double pairs = 0;
  for (const double p : positives) {
    for (const double n : negatives) pairs += p > n ? 1 : p == n ? 0.5 : 0;
  }
  EXPECT_EQ(roc_area(negatives, positives), pairs / (60 * 45));
  EXPECT_EQ(roc_area({1, 1}, {1}), 0.5);
}

TEST(Metrics, OfErrorsLessIsBetter) {
  EXPECT_DOUBLE_EQ(drop(Metric::kTop1, 0.9, 0.7), 0.2);
  EXPECT_DOUBLE_EQ(drop(Metric::kReconstructionMse, 0.1, 0.4), 0.3);
}

TEST(Score, AnImageIsARobustErrorIfItIsWrongWithoutFaultsOrWithThem) {
  const std::vector<bool> without = {true, true, true, false, false, true, true, false};
  const std::vector<bool> with = {true, false, true, true, false, false, true, false};
  std::int64_t errors = 0, right = 0;
  for (std::size_t image = 0; image < with.size(); ++image) {
    errors += !without[image] || !with[image];
    right += without[image];
  }
  const Estimate rerr =
      robust_error(static_cast<double>(right) / 8, paired_counts(without, with), 8);
  EXPECT_EQ(rerr.value, static_cast<double>(errors) / 8);
  EXPECT_EQ(rerr.interval.low, wilson_interval(errors, 8).low);
}

}  // namespace
}  // namespace brownout::experiment
