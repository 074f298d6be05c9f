// How well a network did its task on all images: top-1 and top-5 of a classification, error and ROC
// AUC of a reconstruction; which images it got right. Owns these formulas and the metrics' names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/quantized_network.hpp"
#include "sim/experiment/results/interval.hpp"

namespace brownout::experiment {

/// In the order of the columns of points.csv.
enum class Metric : std::uint8_t { kTop1, kTop5, kReconstructionMse, kAuc };
inline constexpr std::array kMetrics = {Metric::kTop1, Metric::kTop5, Metric::kReconstructionMse,
                                        Metric::kAuc};

std::string to_string(Metric metric);  ///< as columns call it: top1, top5, reconstruction_mse, auc
std::string title(Metric metric);      ///< as tables do: top-1, top-5, recon. MSE, ROC AUC
/// A share 0..1 of which more is better; else an error of which less is.
bool is_share(Metric metric);
/// By how much `value` is worse than `clean`.
double drop(Metric metric, double clean, double value);

/// A value for each metric; those that the task, the labels or the number of classes leave out are
/// empty.
template <typename T>
class ByMetric {
 public:
  std::optional<T>& operator[](Metric metric) { return values_[static_cast<std::size_t>(metric)]; }
  const std::optional<T>& operator[](Metric metric) const {
    return values_[static_cast<std::size_t>(metric)];
  }

 private:
  std::array<std::optional<T>, kMetrics.size()> values_;
};

/// A value and its 95 % interval over the images.
struct Estimate {
  double value = 0;
  Interval interval;
};
using Score = ByMetric<Estimate>;

/// Top-1, and top-5 of six classes or more: shares of the images whose label is among the so many
/// greatest output codes. Of equal codes those of lower classes come first, as in a stable sort by
/// falling code. `codes`: images x classes.
Score classification_score(std::span<const std::uint8_t> codes,
                           std::span<const std::uint16_t> labels);

/// Of each image, whether top-1 counts it.
std::vector<bool> right_predictions(std::span<const std::uint8_t> codes,
                                    std::span<const std::uint16_t> labels);

/// Images that one of two evaluations of the same images gets right and the other does not.
struct PairedCounts {
  std::int64_t lost = 0;    ///< right without faults, wrong with them
  std::int64_t gained = 0;  ///< the other way
};
PairedCounts paired_counts(const std::vector<bool>& right_without_faults,
                           const std::vector<bool>& right);

/// RErr as Stutz et al. (MLSys 2021) evaluate it: the share of the images that are wrong without
/// faults or with them. `right`: the share that is right without them.
Estimate robust_error(double right, const PairedCounts& paired, std::int64_t images);

/// The mean over the images of each image's reconstruction error, and the ROC AUC of telling
/// anomalous from normal images by it, where there are both. An image's error is the mean of
/// (x - scale * (code - zero point))^2 over its elements; the reconstruction is rounded to float32
/// as DequantizeLinear does it, the rest is double. `codes`, `inputs`: images x elements;
/// `anomalous`: one an image, or nothing.
Score reconstruction_score(std::span<const std::uint8_t> codes,
                           const models::ActivationTensor& output, std::span<const float> inputs,
                           const std::vector<bool>& anomalous);

/// Chance that a positive's score is above a negative's, equal ones counted half: the area under
/// the ROC curve. Neither list may be empty.
double roc_area(std::vector<double> negatives, const std::vector<double>& positives);

}  // namespace brownout::experiment
