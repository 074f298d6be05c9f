// Distribution function: a Gauss rule with positive weights. Inverse: Wichura's rational functions.
#include "memory/numbers/normal_distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>

#include "memory/base/text_number.hpp"
#include "memory/numbers/reproducible_math.hpp"

namespace brownout::memory {
namespace {

struct Node {
  double at, weight;
};

// Nodes and weights of the 20-point Gauss rule for the integral over s = 0..infinity of
// f(s) e^(-s^2/2) / sqrt(2 pi), from the moments of that weight function with 120 digits.
constexpr Node kNodes[] = {
    {0x1.4adcef0c8d3b1p-6, 0x1.5205b1c7e9ae0p-6},  {0x1.b04f88135bbbdp-4, 0x1.8114953d5e6c2p-5},
    {0x1.05ea5f8b783e1p-2, 0x1.1e72c0effe1aep-4},  {0x1.dd1209989bb67p-2, 0x1.5d03da1b43783p-4},
    {0x1.75a916f529c21p-1, 0x1.69761e8cace91p-4},  {0x1.0a8d8e0191079p+0, 0x1.3c9402de98b28p-4},
    {0x1.64eca2d89ab2dp+0, 0x1.cc02240a6711ap-5},  {0x1.c8a2a999096bdp+0, 0x1.0e88a6274bf52p-5},
    {0x1.1a5067024113cp+1, 0x1.f5ab474bffba8p-7},  {0x1.540e581028bc0p+1, 0x1.649c854c355e6p-8},
    {0x1.914858fca0532p+1, 0x1.79655922ed919p-10}, {0x1.d1de0a8893a15p+1, 0x1.1fc7f71a8093bp-12},
    {0x1.0ae97e43b5629p+2, 0x1.308f70cfead42p-15}, {0x1.2ea9a31146738p+2, 0x1.ab440d73bfa49p-19},
    {0x1.545ee3023adebp+2, 0x1.767b655096378p-23}, {0x1.7c5c975b4cc14p+2, 0x1.7a4394b9cebe8p-28},
    {0x1.a73013f438dddp+2, 0x1.871456873f9f9p-34}, {0x1.d5d3a86555b55p+2, 0x1.55bb4e7c7fe57p-41},
    {0x1.051ea6062bc12p+3, 0x1.60db146687c92p-50}, {0x1.24d2f4a828eafp+3, 0x1.61c4c3f641943p-62},
};

// Coefficients of rising powers.
using Polynomial = std::array<double, 8>;
struct Rational {
  Polynomial numerator, denominator;
};

double value(const Polynomial& coefficients, double x) {
  double result = 0;
  for (std::size_t i = coefficients.size(); i-- > 0;) result = result * x + coefficients[i];
  return result;
}

double value(const Rational& f, double x) {
  return value(f.numerator, x) / value(f.denominator, x);
}

// The coefficients of PPND16 in AS 241: |p - 1/2| up to 0.425, then r = sqrt(-ln p) up to 5, then
// r up to 27.
constexpr Rational kCentre = {
    {3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
     5.2264952788528545610e3}};
constexpr Rational kTail = {
    {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
     7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};
constexpr Rational kFarTail = {
    {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15}};

// The positive x beyond which lies `tail`, at most 0.075.
double tail_quantile(double tail) {
  // IEEE 754 rounds a square root correctly, so this one function of <cmath> is the same
  // everywhere.
  const double r = std::sqrt(-reproducible_log(tail));
  return r <= 5 ? value(kTail, r - 1.6) : value(kFarTail, r - 5);
}

}  // namespace

// P(below -t) = integral of e^(-(t+s)^2/2) / sqrt(2 pi) over s > 0 = e^(-t^2/2) times that of
// e^(-ts) e^(-s^2/2) / sqrt(2 pi), which the rule turns into a sum. Why it falls with t in the last
// place too: reproducible_exp never falls, no weight is negative, and rounding is monotone.
double reproducible_normal_cdf(double x) {
  const double t = x < 0 ? -x : x;
  double sum = 0;
  for (const Node& node : kNodes) sum += node.weight * reproducible_exp(-t * node.at);
  const double below = std::min(0.5, reproducible_exp(-0.5 * (t * t)) * sum);
  return x < 0 ? below : 1.0 - below;
}

double reproducible_inverse_normal(double p) {
  if (!(p >= std::numeric_limits<double>::min() && p < 1)) {
    throw std::logic_error("inverse normal of " + format_double(p));
  }
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) return q * value(kCentre, 0.180625 - q * q);
  return q < 0 ? -tail_quantile(p) : tail_quantile(1.0 - p);
}

double standard_normal(std::uint64_t uniform) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
  const auto lower = [](std::uint64_t below_half) {
    return reproducible_inverse_normal((static_cast<double>(below_half) + 0.5) * 0x1p-64);
  };
  return uniform < kHalf ? lower(uniform) : -lower(~uniform);
}

}  // namespace brownout::memory
