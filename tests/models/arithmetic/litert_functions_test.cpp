// Tables against the functions in double precision. tests/python/test_against_litert.py compares
// them with LiteRT itself, code for code.
#include "models/arithmetic/litert_functions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

ActivationTensor quantized(float scale, int zero_point) {
  ActivationTensor tensor;
  tensor.scale = scale;
  tensor.zero_point = zero_point;
  tensor.source_signed = true;
  return tensor;
}

/// The largest distance between a table and the function's exact value, in steps of the output.
double distance(const CodeTable& table, const ActivationTensor& input,
                const ActivationTensor& output, const std::function<double(double)>& function) {
  double largest = 0;
  for (int code = 0; code < 256; ++code) {
    const double value = function(double{input.scale} * (code - input.zero_point));
    const double exact = std::clamp(value / double{output.scale} + output.zero_point, 0.0, 255.0);
    largest = std::max(largest, std::abs(table[static_cast<std::size_t>(code)] - exact));
  }
  return largest;
}

const std::vector<float> kScales = {0.001F, 0.0123F, 0.05F, 0.31F};

TEST(LitertFunctions, AreTheNearestCodes) {
  for (const float scale : kScales) {
    for (const int zero_point : {0, 100, 255}) {
      const ActivationTensor input = quantized(scale, zero_point);
      const ActivationTensor half = quantized(1.0F / 256, 0);
      const ActivationTensor both = quantized(1.0F / 128, 128);
      const ActivationTensor wide = quantized(scale * 0.7F, 60);
      const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
      EXPECT_LT(distance(logistic(input, half), input, half, sigmoid), 0.501);
      EXPECT_LT(distance(hyperbolic_tangent(input, both), input, both,
                         [](double x) { return std::tanh(x); }),
                0.501);
      EXPECT_LT(distance(requantized(input, wide), input, wide, [](double x) { return x; }), 0.501);
      EXPECT_LT(distance(leaky_relu(input, wide, 0.3F), input, wide,
                         [](double x) { return x < 0 ? double{0.3F} * x : x; }),
                0.751);  // rounded twice
      EXPECT_LT(distance(limited(input, wide, 70, 90), input, wide,
                         [&](double x) {
                           return std::clamp(x, 10 * double{wide.scale}, 30 * double{wide.scale});
                         }),
                0.501);
    }
  }
}

TEST(LitertFunctions, HardSwishIsWithinACode) {
  for (const float scale : kScales) {
    const ActivationTensor input = quantized(scale, 120);
    const ActivationTensor output = quantized(scale * 0.9F, 30);
    EXPECT_LT(distance(hard_swish(input, output), input, output,
                       [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }),
              1.1)
        << scale;
  }
}

TEST(LitertFunctions, RefuseScalesThatTheArithmeticCannotHold) {
  const ActivationTensor input = quantized(0.1F, 0);
  EXPECT_THROW(logistic(input, quantized(1.0F / 128, 0)), InputError);
  EXPECT_THROW(hyperbolic_tangent(input, quantized(1e-40F, 0)), InputError);
  EXPECT_THROW(requantized(input, quantized(1e-12F, 0)), InputError);
  EXPECT_THROW(leaky_relu(input, input, -0.1F), InputError);
  EXPECT_THROW(leaky_relu(input, input, NAN), InputError);
  EXPECT_THROW(hard_swish(input, quantized(0.0007F, 0)), InputError);
  EXPECT_EQ(leaky_relu(input, input, 0.0F)[0], 0);
}

}  // namespace
}  // namespace brownout::models
