// How many chips it takes to say, with a confidence, that a share of all dies is good: exact
// binomial bounds (C. Clopper and E. Pearson, Biometrika 26, 1934). The lowest voltage that so many
// chips keep is a one-sided tolerance limit (S. Wilks, Annals of Mathematical Statistics 12, 1941).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/experiment/results/interval.hpp"

namespace brownout::experiment {

/// "At least `yield` of the dies, with `confidence`": both between 0 and 1.
struct YieldClaim {
  double yield = 0.95;
  double confidence = 0.95;
};

/// P(Binomial(trials, chance) <= most).
double binomial_at_most(std::int64_t most, std::int64_t trials, double chance);

/// The most of `chips` that may fail where the claim is to hold; nothing where they are too few to
/// tell even if none fails.
std::optional<std::int64_t> allowed_failures(const YieldClaim& claim, std::int64_t chips);
/// The fewest chips of which `failures` may fail.
std::int64_t least_chips(const YieldClaim& claim, std::int64_t failures = 0);

/// Throws InputError where the claim is none, or so many chips do not decide it; says how many do.
void require_decidable(const YieldClaim& claim, std::int64_t chips);

/// The yield is at least so much, with `confidence`.
double yield_at_least(std::int64_t passing, std::int64_t chips, double confidence);
/// The two-sided interval of the yield.
Interval yield_interval(std::int64_t passing, std::int64_t chips, double confidence);

/// "95 % of the dies with 95 % confidence".
std::string to_string(const YieldClaim& claim);

}  // namespace brownout::experiment
