// LiteRT's functions of one code (its reference kernels), as tables by held code. Here are the
// formulas; which operator takes which is the importer's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/quantized_network.hpp"

namespace brownout::models {

using CodeTable = std::array<std::uint8_t, 256>;

// Each throws InputError where the arithmetic cannot hold the quotient of the scales. Only
// scales and zero points of the tensors are read.

/// QUANTIZE: another scale and zero point; the quotient of scales in double precision.
CodeTable requantized(const ActivationTensor& input, const ActivationTensor& output);

/// RELU and its like: the same with the quotient in float32, then codes within low..high.
CodeTable limited(const ActivationTensor& input, const ActivationTensor& output, int low, int high);

/// LEAKY_RELU: negative values are scaled by f(f(sx * alpha) / sy). alpha >= 0.
CodeTable leaky_relu(const ActivationTensor& input, const ActivationTensor& output, float alpha);

/// PRELU, of a code and the code of its slope: x * slope scaled by f(f(sx * sa) / sy) where x is
/// negative, else x by f(sx / sy).
std::function<std::uint8_t(std::uint8_t, std::uint8_t)> parametric_relu(
    const ActivationTensor& input, const ActivationTensor& slopes, const ActivationTensor& output);

/// HARD_SWISH: x * min(max(x + 3, 0), 6) / 6 in 16-bit fixed point.
CodeTable hard_swish(const ActivationTensor& input, const ActivationTensor& output);

/// LOGISTIC, TANH and GELU: round(f(f(x) * f(1 / sy))), ties away from zero, in float32.
/// LiteRT calls its platform's libm; here the functions are the correctly rounded ones.
CodeTable logistic(const ActivationTensor& input, const ActivationTensor& output);
CodeTable hyperbolic_tangent(const ActivationTensor& input, const ActivationTensor& output);
/// x / 2 * erfc(-x / sqrt(2)), or with `approximate` x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715
/// x^3))).
CodeTable gelu(const ActivationTensor& input, const ActivationTensor& output, bool approximate);

}  // namespace brownout::models
