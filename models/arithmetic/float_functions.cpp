// The float functions of lookup tables.
#include "models/arithmetic/float_functions.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace brownout::models {
namespace {

/// The highest coefficient first; std::fma rounds once, on every CPU.
float horner(float x, std::span<const float> coefficients) {
  float value = coefficients[0];
  for (const float coefficient : coefficients.subspan(1)) value = std::fma(value, x, coefficient);
  return value;
}

/// exp(x) for x <= 0: 2^n times a polynomial of what is left of x.
float exp_of_negative(float x) {
  constexpr float kPolynomial[] = {
      1.38319808e-3F, 8.37550033e-3F, 4.16689515e-2F, 1.66664466e-1F, 4.99999851e-1F, 1.0F, 1.0F};
  constexpr float kRounder = 1.25829120e+7F;  // adding it rounds to a whole number
  const float n = std::fma(1.44269504088896341F, x, kRounder) - kRounder;
  const float rest = std::fma(n, -1.42860677e-6F, std::fma(n, -6.93145752e-1F, x));
  return std::ldexp(horner(rest, kPolynomial), static_cast<int>(n));
}

}  // namespace

float tanh(float x) {
  constexpr float kOdd[] = {-2.76076847742355e-16F, 2.00018790482477e-13F, -8.60467152213735e-11F,
                            5.12229709037114e-08F,  1.48572235717979e-05F, 6.37261928875436e-04F,
                            4.89352455891786e-03F};
  constexpr float kEven[] = {1.19825839466702e-06F, 1.18534705686654e-04F, 2.26843463243900e-03F,
                             4.89352518554385e-03F};
  const float limited = std::clamp(x, -9.0F, 9.0F);
  const float square = limited * limited;
  return horner(square, kOdd) * limited / horner(square, kEven);
}

float erf(float x) {
  constexpr float kSmall[] = {-5.99104969e-4F, 4.99339588e-3F,  -2.67667342e-2F,
                              1.12818025e-1F,  -3.76124859e-1F, 1.28379151e-1F};
  constexpr float kLarge[] = {1.72948930e-5F, -3.83208680e-4F, 3.88393435e-3F, -2.42545605e-2F,
                              1.06777847e-1F, 6.34846687e-1F,  1.28717512e-1F};
  const float size = std::min(std::abs(x), 3.925F);
  if (size <= 0.921875F) return std::copysign(std::fma(horner(size * size, kSmall), size, size), x);
  const float exponent = std::fma(horner(size, kLarge), size, size);
  return std::copysign(1.0F - exp_of_negative(-exponent), x);
}

float gelu(float x) { return 0.5F * x * (erf(x * 0.70710678F) + 1.0F); }

float sigmoid(float x) {
  constexpr float kOdd[] = {4.37031012579801e-11F, 1.15627324459942e-07F, 6.08574864600143e-05F,
                            8.51377133304701e-03F, 2.48287947061529e-01F};
  constexpr float kEven[] = {6.10247389755681e-13F, 5.76102136993427e-09F, 6.29106785017040e-06F,
                             1.70198817374094e-03F, 1.16817656904453e-01F, 9.93151921023180e-01F};
  const float limited = std::clamp(x, -18.0F, 18.0F);
  const float square = limited * limited;
  const float quotient = limited * horner(square, kOdd) / horner(square, kEven);
  return std::clamp(quotient + 0.5F, 0.0F, 1.0F);
}

float leaky_relu(float x, float alpha) { return x >= 0 ? x : alpha * x; }

float hard_sigmoid(float x, float alpha, float beta) {
  return std::clamp(alpha * x + beta, 0.0F, 1.0F);
}

float hard_swish(float x) { return x * hard_sigmoid(x, 1.0F / 6.0F, 0.5F); }

}  // namespace brownout::models
