// The second model is a mixture of two kinds of bitlines, fitted by expectation maximization.
#include "memory/fit/polarity_fit.hpp"

#include <algorithm>
#include <cmath>

namespace brownout::memory {
namespace {

constexpr double kMostAgainst = 0.1;

// n ln p, where 0 ln 0 is 0.
double log_power(double p, double n) { return n == 0 ? 0 : n * std::log(p); }

struct Mixture {
  double at_0 = 0.5;     // share of the bitlines
  double against = 0.1;  // share of the cells of a bitline
  double log_likelihood = 0;
};

// One round: the chance that each bitline is one of 0, then the shares that these chances make.
Mixture improved(const Mixture& old, const std::vector<StuckCells>& bitlines) {
  Mixture result{0, 0, 0};
  double cells = 0;
  for (const StuckCells& one : bitlines) {
    const auto zeros = static_cast<double>(one.at_0), ones = static_cast<double>(one.at_1);
    const double log_0 =
        std::log(old.at_0) + log_power(1 - old.against, zeros) + log_power(old.against, ones);
    const double log_1 =
        std::log(1 - old.at_0) + log_power(old.against, zeros) + log_power(1 - old.against, ones);
    const double greatest = std::max(log_0, log_1);
    const double sum = std::exp(log_0 - greatest) + std::exp(log_1 - greatest);
    const double chance_of_0 = std::exp(log_0 - greatest) / sum;
    result.log_likelihood += greatest + std::log(sum);
    result.at_0 += chance_of_0;
    result.against += chance_of_0 * ones + (1 - chance_of_0) * zeros;
    cells += zeros + ones;
  }
  result.at_0 /= static_cast<double>(bitlines.size());
  result.against /= cells;
  return result;
}

Mixture fit_mixture(const std::vector<StuckCells>& bitlines) {
  constexpr int kRounds = 500;
  constexpr double kLeast = 1e-12;  // keeps the logarithms of a share of 0 or 1 finite
  Mixture mixture;
  for (int round = 0; round < kRounds; ++round) {
    mixture.at_0 = std::clamp(mixture.at_0, kLeast, 1 - kLeast);
    mixture.against = std::clamp(mixture.against, kLeast, 1 - kLeast);
    const Mixture next = improved(mixture, bitlines);
    const bool settled = std::abs(next.at_0 - mixture.at_0) < 1e-9 &&
                         std::abs(next.against - mixture.against) < 1e-9;
    mixture = next;
    if (settled) break;
  }
  return mixture;
}

}  // namespace

std::optional<PolarityFit> fit_polarity(const FitData& data) {
  const auto zeros = static_cast<double>(data.stuck_at_0);
  const auto ones = static_cast<double>(data.stuck_at_1);
  const double cells = zeros + ones;
  if (cells == 0) return {};
  const double share = zeros / cells;
  const double of_cells = log_power(share, zeros) + log_power(1 - share, ones);
  const Mixture mixture = fit_mixture(data.stuck_bitlines);
  // 2 parameters against 1.
  const bool better = 2 * 2 - 2 * mixture.log_likelihood < 2 * 1 - 2 * of_cells;
  PolarityFit fit{.stuck_at_0_share = share, .against_bitline = mixture.against};
  double objects = cells;
  if (better && mixture.against < kMostAgainst) {
    fit.polarity = Polarity::kBitline;
    fit.stuck_at_0_share = mixture.at_0;
    objects = static_cast<double>(data.stuck_bitlines.size());
  }
  fit.standard_error = std::sqrt(fit.stuck_at_0_share * (1 - fit.stuck_at_0_share) / objects);
  return fit;
}

}  // namespace brownout::memory
