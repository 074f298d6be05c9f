#include "sim/experiment/results/tolerance.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

/// P(Binomial(trials, chance) = hits).
double binomial_is(std::int64_t hits, std::int64_t trials, double chance) {
  const auto n = static_cast<double>(trials), k = static_cast<double>(hits);
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                  k * std::log(chance) + (n - k) * std::log1p(-chance));
}

/// P(Binomial(trials, chance) <= most) where that is a lower tail: its terms fall from `most` on
/// down, so that the sum begins with the greatest.
double lower_tail(std::int64_t most, std::int64_t trials, double chance) {
  double term = binomial_is(most, trials, chance), sum = term;
  for (std::int64_t hits = most; hits > 0 && term > 0; --hits) {
    term *=
        static_cast<double>(hits) / static_cast<double>(trials - hits + 1) * (1 - chance) / chance;
    sum += term;
  }
  return sum;
}

/// The root of a function that falls from positive to negative in 0..1.
template <typename Function>
double root_of(const Function& falls) {
  double low = 0, high = 1;
  while (true) {
    const double middle = (low + high) / 2;
    if (middle <= low || middle >= high) return low;
    (falls(middle) > 0 ? low : high) = middle;
  }
}

/// The least share of failures that `failures` or fewer of `chips` refute: they are as rare as
/// `rare` there.
double refuted_share(std::int64_t failures, std::int64_t chips, double rare) {
  if (failures == chips) return 1;
  return root_of([&](double share) { return binomial_at_most(failures, chips, share) - rare; });
}

void require_claim(const YieldClaim& claim) {
  for (const double share : {claim.yield, claim.confidence}) {
    if (!(share > 0 && share < 1)) {
      throw InputError(fmt::format("{:g} % is not between 0 and 100 %", 100 * share));
    }
  }
}

}  // namespace

double binomial_at_most(std::int64_t most, std::int64_t trials, double chance) {
  if (trials < 0 || !(chance >= 0 && chance <= 1)) {
    throw std::logic_error("binomial_at_most: no distribution");
  }
  if (most < 0) return 0;
  if (most >= trials || chance == 0) return 1;
  if (chance == 1) return 0;
  const bool is_lower = static_cast<double>(most) < static_cast<double>(trials) * chance;
  if (is_lower) return lower_tail(most, trials, chance);
  return 1 - lower_tail(trials - most - 1, trials, 1 - chance);
}

std::optional<std::int64_t> allowed_failures(const YieldClaim& claim, std::int64_t chips) {
  const auto allowed = [&](std::int64_t failures) {
    return binomial_at_most(failures, chips, 1 - claim.yield) <= 1 - claim.confidence;
  };
  if (!allowed(0)) return {};
  std::int64_t low = 0, high = chips;  // the first is allowed, the second is not
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (allowed(middle) ? low : high) = middle;
  }
  return low;
}

std::int64_t least_chips(const YieldClaim& claim, std::int64_t failures) {
  const auto enough = [&](std::int64_t chips) {
    return allowed_failures(claim, chips).value_or(-1) >= failures;
  };
  std::int64_t high = 1;
  while (!enough(high)) high *= 2;
  std::int64_t low = high / 2;  // too few
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

void require_decidable(const YieldClaim& claim, std::int64_t chips) {
  require_claim(claim);
  if (allowed_failures(claim, chips)) return;
  throw InputError(
      fmt::format("not decidable with {} chip{}: {} needs at least {} without a failure", chips,
                  chips == 1 ? "" : "s", to_string(claim), least_chips(claim)));
}

double yield_at_least(std::int64_t passing, std::int64_t chips, double confidence) {
  return 1 - refuted_share(chips - passing, chips, 1 - confidence);
}

Interval yield_interval(std::int64_t passing, std::int64_t chips, double confidence) {
  const double each = (1 + confidence) / 2;  // of two one-sided bounds
  return {yield_at_least(passing, chips, each), refuted_share(passing, chips, 1 - each)};
}

std::string to_string(const YieldClaim& claim) {
  return fmt::format("{:g} % of the dies with {:g} % confidence", 100 * claim.yield,
                     100 * claim.confidence);
}

}  // namespace brownout::experiment
