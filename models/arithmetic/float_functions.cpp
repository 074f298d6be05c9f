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

}  // namespace

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
