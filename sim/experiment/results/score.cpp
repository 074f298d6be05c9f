// Sums run over the images in their order, whatever batches they came in.
#include "sim/experiment/results/score.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace brownout::experiment {
namespace {

/// How many classes stand before the label's.
std::size_t rank_of(std::span<const std::uint8_t> codes, std::size_t label) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] > codes[label] || (codes[i] == codes[label] && i < label)) ++rank;
  }
  return rank;
}

Estimate share(std::int64_t hits, std::size_t images) {
  const auto trials = static_cast<std::int64_t>(images);
  return {static_cast<double>(hits) / static_cast<double>(trials), wilson_interval(hits, trials)};
}

double mean_squared_error(std::span<const std::uint8_t> codes,
                          const models::ActivationTensor& output, std::span<const float> input) {
  double sum = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float reconstructed = output.scale * static_cast<float>(codes[i] - output.zero_point);
    const double error = static_cast<double>(input[i]) - static_cast<double>(reconstructed);
    sum += error * error;
  }
  return sum / static_cast<double>(codes.size());
}

}  // namespace

std::string to_string(Metric metric) {
  switch (metric) {
    case Metric::kTop1:
      return "top1";
    case Metric::kTop5:
      return "top5";
    case Metric::kReconstructionMse:
      return "reconstruction_mse";
    case Metric::kAuc:
      return "auc";
  }
  throw std::logic_error("unknown metric");
}

std::string title(Metric metric) {
  switch (metric) {
    case Metric::kTop1:
      return "top-1";
    case Metric::kTop5:
      return "top-5";
    case Metric::kReconstructionMse:
      return "recon. MSE";
    case Metric::kAuc:
      return "ROC AUC";
  }
  throw std::logic_error("unknown metric");
}

bool is_share(Metric metric) { return metric != Metric::kReconstructionMse; }

double drop(Metric metric, double clean, double value) {
  return is_share(metric) ? clean - value : value - clean;
}

Score classification_score(std::span<const std::uint8_t> codes,
                           std::span<const std::uint16_t> labels) {
  constexpr std::size_t kFive = 5;
  const std::size_t classes = codes.size() / labels.size();
  std::int64_t first = 0, among_five = 0;
  for (std::size_t image = 0; image < labels.size(); ++image) {
    const std::size_t rank = rank_of(codes.subspan(image * classes, classes), labels[image]);
    first += rank == 0 ? 1 : 0;
    among_five += rank < kFive ? 1 : 0;
  }
  Score score;
  score[Metric::kTop1] = share(first, labels.size());
  if (classes > kFive) score[Metric::kTop5] = share(among_five, labels.size());
  return score;
}

std::vector<bool> right_predictions(std::span<const std::uint8_t> codes,
                                    std::span<const std::uint16_t> labels) {
  const std::size_t classes = codes.size() / labels.size();
  std::vector<bool> right;
  right.reserve(labels.size());
  for (std::size_t image = 0; image < labels.size(); ++image) {
    right.push_back(rank_of(codes.subspan(image * classes, classes), labels[image]) == 0);
  }
  return right;
}

PairedCounts paired_counts(const std::vector<bool>& right_without_faults,
                           const std::vector<bool>& right) {
  if (right.size() != right_without_faults.size()) {
    throw std::logic_error("paired_counts: other images");
  }
  PairedCounts counts;
  for (std::size_t image = 0; image < right.size(); ++image) {
    if (right_without_faults[image] && !right[image]) ++counts.lost;
    if (!right_without_faults[image] && right[image]) ++counts.gained;
  }
  return counts;
}

Estimate robust_error(double right, const PairedCounts& paired, std::int64_t images) {
  const std::int64_t wrong = images - std::llround(right * static_cast<double>(images));
  const std::int64_t errors = wrong + paired.lost;
  return {static_cast<double>(errors) / static_cast<double>(images),
          wilson_interval(errors, images)};
}

Score reconstruction_score(std::span<const std::uint8_t> codes,
                           const models::ActivationTensor& output, std::span<const float> inputs,
                           const std::vector<bool>& anomalous) {
  const std::size_t size = output.shape.elements();
  std::vector<double> errors, of_normal, of_anomalous;
  double sum = 0;
  for (std::size_t first = 0; first < codes.size(); first += size) {
    errors.push_back(
        mean_squared_error(codes.subspan(first, size), output, inputs.subspan(first, size)));
    sum += errors.back();
  }
  for (std::size_t image = 0; image < anomalous.size(); ++image) {
    (anomalous[image] ? of_anomalous : of_normal).push_back(errors[image]);
  }
  Score score;
  score[Metric::kReconstructionMse] = {sum / static_cast<double>(errors.size()),
                                       mean_interval(errors)};
  if (of_normal.empty() || of_anomalous.empty()) return score;
  const auto normals = static_cast<std::int64_t>(of_normal.size());
  const auto anomalies = static_cast<std::int64_t>(of_anomalous.size());
  const double area = roc_area(std::move(of_normal), of_anomalous);
  score[Metric::kAuc] = {area, roc_interval(area, normals, anomalies)};
  return score;
}

double roc_area(std::vector<double> negatives, const std::vector<double>& positives) {
  if (negatives.empty() || positives.empty()) throw std::logic_error("roc_area: no scores");
  std::sort(negatives.begin(), negatives.end());
  std::uint64_t half_pairs = 0;  // two for a positive above a negative, one for equal scores
  for (const double score : positives) {
    const auto [first, last] = std::equal_range(negatives.begin(), negatives.end(), score);
    half_pairs += static_cast<std::uint64_t>(first - negatives.begin());
    half_pairs += static_cast<std::uint64_t>(last - negatives.begin());
  }
  const auto pairs = static_cast<double>(negatives.size()) * static_cast<double>(positives.size());
  return static_cast<double>(half_pairs) / (2 * pairs);
}

}  // namespace brownout::experiment
