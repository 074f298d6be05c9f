// Element-wise functions in float32 as ONNX Runtime's CPU kernels compute them, one rounding an
// operation unless a fused one is written. They fill lookup tables; nothing runs them on images.
#pragma once

namespace brownout::models {

/// MLAS's logistic function: a quotient of polynomials of the input clamped to +-18, each step of
/// Horner's rule fused.
float sigmoid(float x);
/// MLAS's hyperbolic tangent: a quotient of polynomials of the input clamped to +-9.
float tanh(float x);
/// MLAS's error function: polynomials below and above 0.921875, the upper one in an exponent.
float erf(float x);
/// x * (1 + erf(x / sqrt(2))) / 2.
float gelu(float x);
/// x, or alpha * x where x is negative.
float leaky_relu(float x, float alpha);
/// alpha * x + beta, limited to 0..1.
float hard_sigmoid(float x, float alpha, float beta);
/// x * hard_sigmoid(x, 1/6, 1/2).
float hard_swish(float x);

}  // namespace brownout::models
