// The normal distribution out of + - * / and sqrt alone: the same bits on every CPU, and a
// distribution function that never falls, which is what makes faults drawn with it nest.
#pragma once

#include <cstdint>

namespace brownout::memory {

/// Probability that a standard normal number is below x; relative error below 1e-10 for x >= -9.2.
/// Never falls: x <= y implies cdf(x) <= cdf(y), also in the last place. Not for NaN.
double reproducible_normal_cdf(double x);

/// The x whose normal_cdf is p (Wichura, "Algorithm AS 241", Applied Statistics 37, 1988); relative
/// error below 1e-14 from p = 2^-66 on. Throws std::logic_error unless 2^-1022 <= p < 1.
double reproducible_inverse_normal(double p);

/// A standard normal number from a uniform 64-bit integer: the inverse normal of
/// (uniform + 1/2) / 2^64, as exact in the upper tail as in the lower. Between -9.2 and 9.2.
double standard_normal(std::uint64_t uniform);

}  // namespace brownout::memory
