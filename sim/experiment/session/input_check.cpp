#include "sim/experiment/session/input_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/results/interval.hpp"

namespace brownout::experiment {

std::string input_range_note(std::span<const float> values, const models::ActivationTensor& input) {
  constexpr double kMostOutside = 0.02, kLeastSpan = 0.4;
  if (values.empty()) return {};
  const double step = input.scale;
  const double low = step * (0 - input.zero_point), high = step * (255 - input.zero_point);
  const auto outside = std::count_if(values.begin(), values.end(), [&](float value) {
    return value < low - step || value > high + step;
  });
  const double share = static_cast<double>(outside) / static_cast<double>(values.size());
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const double span = std::min<double>(*greatest, high) - std::max<double>(*least, low);
  if (share <= kMostOutside && span >= kLeastSpan * (high - low)) return {};
  return fmt::format(
      "the images' values are {:.3g} to {:.3g}, the network's input holds {:.3g} to {:.3g}: is "
      "workload.preprocess that of the training?",
      *least, *greatest, low, high);
}

std::string guessing_note(double top1, std::int64_t images, std::int64_t classes) {
  const auto hits = std::llround(top1 * static_cast<double>(images));
  if (wilson_interval(hits, images).low > 1.0 / static_cast<double>(classes)) return {};
  return "without faults top-1 is no better than guessing: check workload.preprocess, the order of "
         "the channels and the labels";
}

}  // namespace brownout::experiment
