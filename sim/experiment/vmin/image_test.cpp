#include "sim/experiment/vmin/image_test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace brownout::experiment {

/// If the sum is `sum`, the next value has the mean of those that are left, and a stake on value -
/// mean wins nothing on average; if the hypothesis holds beyond its boundary, it loses. No stake
/// risks all.
void BetAgainst::add(int value, std::int64_t drawn_sum, std::int64_t left) {
  constexpr double kMostRisked = 0.9;
  const double mean = static_cast<double>(sum_ - drawn_sum) / static_cast<double>(left);
  if (std::abs(mean) >= 1) return;  // the hypothesis is impossible, or cannot be refuted any more
  const double worst = 1 - side_ * mean;  // of side * (value - mean)
  for (std::size_t i = 0; i < kStakes.size(); ++i) {
    const double stake = std::min(kStakes[i], kMostRisked / worst);
    wealth_[i] *= 1 - stake * side_ * (value - mean);
  }
}

double BetAgainst::wealth() const {
  return std::accumulate(wealth_.begin(), wealth_.end(), 0.0) / static_cast<double>(wealth_.size());
}

ImageTest::ImageTest(const ImageTarget& target)
    : target_(target), fails_(1, target.most_lost + 1), passes_(-1, target.most_lost) {}

void ImageTest::add(bool right_without_faults, bool right) {
  const int value = (right_without_faults ? 1 : 0) - (right ? 1 : 0);
  const std::int64_t drawn_sum = lost_ - gained_, left = target_.images - images_;
  fails_.add(value, drawn_sum, left);
  passes_.add(value, drawn_sum, left);
  ++images_;
  if (right_without_faults) ++right_;
  if (value > 0) ++lost_;
  if (value < 0) ++gained_;
  if (believed_) return;
  if (fails_.wealth() * target_.error >= 1) believed_ = true;
  if (passes_.wealth() * target_.error >= 1) believed_ = false;
}

std::optional<ImageVerdict> ImageTest::verdict() const {
  const std::int64_t net = lost_ - gained_;
  if (images_ == target_.images)
    return ImageVerdict{net <= target_.most_lost, SettledBy::kAllImages};
  const std::int64_t may_be_lost = target_.right - right_;
  const std::int64_t may_be_gained = (target_.images - images_) - may_be_lost;
  if (net + may_be_lost <= target_.most_lost) return ImageVerdict{true, SettledBy::kArithmetic};
  if (net - may_be_gained > target_.most_lost) return ImageVerdict{false, SettledBy::kArithmetic};
  if (believed_) return ImageVerdict{*believed_, SettledBy::kBound};
  return {};
}

}  // namespace brownout::experiment
