// LiteRT's arithmetic against exact fractions. tests/python/test_against_litert.py compares whole
// networks with LiteRT itself.
#include "models/arithmetic/fixed_point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>

#include "memory/base/input_error.hpp"
#include "models/arithmetic/arithmetic.hpp"
#include "models/arithmetic/softmax.hpp"

namespace brownout::models {
namespace {

/// floor(numerator / 2^shift + 1/2) in 128 bits.
__extension__ typedef __int128 Wide;
std::int64_t nearest(Wide numerator, int shift) {
  return static_cast<std::int64_t>((numerator + (Wide{1} << shift) / 2) >> shift);
}

TEST(FixedPoint, IsTheNearestNumberWithAMantissaOf31Bits) {
  EXPECT_EQ(to_fixed_point(1.0), (FixedPoint{1 << 30, 1}));
  EXPECT_EQ(to_fixed_point(0.75), (FixedPoint{3 << 29, 0}));
  EXPECT_EQ(to_fixed_point(0.1), (FixedPoint{1717986918, -3}));  // 0.1 * 2^34, rounded
  EXPECT_EQ(to_fixed_point(std::nextafter(1.0, 0.0)), (FixedPoint{1 << 30, 1}));
  EXPECT_EQ(to_fixed_point(std::ldexp(1.0, -40)), (FixedPoint{0, 0}));
  for (const double factor : {0.0, -1.0, 4e9, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW(to_fixed_point(factor), InputError) << factor;
  }
}

TEST(FixedPoint, ShiftsRoundTiesAwayFromZero) {
  const std::vector<std::array<int, 3>> cases = {{5, 1, 3},   {-5, 1, -3}, {6, 2, 2},  {-6, 2, -2},
                                                 {-7, 2, -2}, {-1, 1, -1}, {-1, 2, 0}, {9, 0, 9}};
  for (const auto& [x, shift, expected] : cases) {
    EXPECT_EQ(rounding_shift_right(x, shift), expected) << x << " >> " << shift;
  }
  EXPECT_EQ(doubling_high_multiply(INT32_MIN, INT32_MIN), INT32_MAX);
}

TEST(FixedPoint, ScalingRoundsTwice) {
  std::mt19937 random(3);
  int double_roundings = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto x = static_cast<std::int32_t>(random()) >> (random() % 20);
    const FixedPoint factor{static_cast<std::int32_t>(random() >> 2) + (1 << 30),
                            -static_cast<int>(random() % 20)};
    const int shift = 31 - factor.exponent;
    const Wide product = Wide{x} * factor.mantissa;
    const std::int64_t high = nearest(product, 31);
    const Wide magnitude = high < 0 ? -high : high;
    const std::int64_t rounded = nearest(magnitude, -factor.exponent);
    ASSERT_EQ(scale_rounding_twice(x, factor), high < 0 ? -rounded : rounded);
    double_roundings += scale_rounding_twice(x, factor) != nearest(product, shift) ? 1 : 0;
  }
  EXPECT_GT(double_roundings, 20);
  EXPECT_EQ(scale_rounding_twice(3, to_fixed_point(96.0)), 288);
}

TEST(FixedPoint, QuotientsRoundTiesAwayFromZero) {
  EXPECT_EQ(rounded_quotient(5, 2), 3);
  EXPECT_EQ(rounded_quotient(-5, 2), -3);
  EXPECT_EQ(rounded_quotient(-4, 3), -1);
  EXPECT_EQ(rounded_quotient(0, 7), 0);
}

QuantizedNetwork network_of(std::vector<ActivationTensor> tensors) {
  QuantizedNetwork network;
  network.arithmetic = Arithmetic::kLiteRt;
  for (ActivationTensor& tensor : tensors) {
    tensor.source_signed = true;
    network.tensors.push_back(tensor);
  }
  return network;
}

TEST(FixedPoint, FullyConnectedLayersMultiplyInDoublePrecision) {
  const QuantizedNetwork network =
      network_of({{.name = "x", .shape = {}, .scale = 0.5F},
                  {.name = "y", .shape = {}, .scale = 1.0F, .zero_point = 100}});
  Convolution node;
  node.output = node.out_channels = 1;
  node.weight_scales = {0.5F};
  const Requantizer convolution = make_requantizer(network, node);
  node.fully_connected = true;
  const Requantizer dense = make_requantizer(network, node);
  // A quarter: rounded at a half and then again, or once. Ties away from zero.
  for (const auto& [sum, twice, once] :
       {std::array{6, 102, 102}, {-6, 98, 98}, {5, 102, 101}, {-5, 99, 99}, {-7, 98, 98}}) {
    EXPECT_EQ(convolution(sum, 0), twice) << sum;
    EXPECT_EQ(dense(sum, 0), once) << sum;
  }
  for (const Requantizer& requantizer : {convolution, dense}) {
    EXPECT_EQ(requantizer(INT32_MAX, 0), 255);
    EXPECT_EQ(requantizer(INT32_MIN, 0), 0);
  }
}

TEST(FixedPoint, SumsAreTheRealOnesToHalfAStep) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> scale(0.01F, 0.1F);
  for (int round = 0; round < 30; ++round) {
    std::vector<ActivationTensor> tensors;
    for (const char* name : {"a", "b", "c"}) {
      tensors.push_back({.name = name,
                         .shape = {1, 1, 1},
                         .scale = scale(random),
                         .zero_point = static_cast<int>(random() % 256)});
    }
    const QuantizedNetwork network = network_of(tensors);
    const Adder add = make_adder(network, {.name = "add", .left = 0, .right = 1, .output = 2});
    const auto& [a, b, c] = std::tie(tensors[0], tensors[1], tensors[2]);
    for (int left = 0; left < 256; ++left) {
      for (int right = 0; right < 256; right += 5) {
        const double real =
            (double{a.scale} * (left - a.zero_point) + double{b.scale} * (right - b.zero_point)) /
                double{c.scale} +
            c.zero_point;
        const int code = add(static_cast<std::uint8_t>(left), static_cast<std::uint8_t>(right));
        ASSERT_NEAR(code, std::clamp(real, 0.0, 255.0), 0.500001);
      }
    }
  }
}

TEST(FixedPoint, AveragesRoundTheSignedCodes) {
  const QuantizedNetwork network = network_of(
      {{.name = "x", .shape = {}, .zero_point = 7}, {.name = "y", .shape = {}, .zero_point = 7}});
  const Pooler pool = make_pooler(
      network,
      {.name = "pool", .kind = PoolKind::kAverage, .output = 1, .clamp_low = 3, .clamp_high = 200});
  const auto average = [&](std::vector<std::uint8_t> codes) {
    return pool(codes, static_cast<int>(codes.size()));
  };
  EXPECT_EQ(average({128, 129}), 129);  // 0.5 -> 1
  EXPECT_EQ(average({127, 128}), 127);  // -0.5 -> -1
  EXPECT_EQ(average({0, 1, 2}), 3);     // clamped
  EXPECT_EQ(average({255, 255}), 200);
}

TEST(FixedPoint, MeansAreTheRealOnesToTwoRoundings) {
  std::mt19937 random(6);
  for (const int count : {1, 2, 3, 7, 48, 49, 64, 225}) {
    const QuantizedNetwork network =
        network_of({{.name = "x", .shape = {}, .scale = 0.07F, .zero_point = 77},
                    {.name = "y", .shape = {}, .scale = 0.031F, .zero_point = 130}});
    Pooling node{.name = "mean", .kind = PoolKind::kGlobalAverage, .output = 1};
    node.window = {.kernel_height = 1, .kernel_width = count};
    const Pooler pool = make_pooler(network, node);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::uint8_t> codes;
      int sum = 0;
      for (int i = 0; i < count; ++i) {
        codes.push_back(static_cast<std::uint8_t>(60 + random() % 40));
        sum += codes.back() - 77;
      }
      const double real = double{0.07F} * sum / count / double{0.031F} + 130;
      ASSERT_NEAR(pool(codes, count), std::clamp(real, 0.0, 255.0), 0.76);
    }
  }
}

TEST(FixedPointSoftmax, IsTheRealSoftmaxToOneStep) {
  std::mt19937 random(8);
  for (const float scale : {0.002F, 0.05F, 0.17F, 1.0F, 20.0F}) {
    QuantizedNetwork network =
        network_of({{.name = "x", .shape = {12, 1, 1}, .scale = scale, .zero_point = 90},
                    {.name = "y", .shape = {12, 1, 1}, .scale = 1.0F / 256}});
    const FixedPointSoftmax softmax =
        make_softmax(network, {.name = "softmax", .output = 1, .beta = 0.9F});
    for (int round = 0; round < 100; ++round) {
      std::vector<std::uint8_t> input(12), output(12);
      for (std::uint8_t& code : input) code = static_cast<std::uint8_t>(random() % 256);
      const double maximum = *std::max_element(input.begin(), input.end());
      double sum = 0;
      for (const std::uint8_t code : input) sum += std::exp(0.9 * scale * (code - maximum));
      softmax(input, output.data());
      for (std::size_t i = 0; i < input.size(); ++i) {
        const double share = std::exp(0.9 * scale * (input[i] - maximum)) / sum;
        ASSERT_NEAR(output[i], std::min(256 * share, 255.0), 0.51) << scale;
      }
    }
  }
}

TEST(FixedPointSoftmax, RefusesOtherOutputsThanLiteRts) {
  QuantizedNetwork network = network_of(
      {{.name = "x", .shape = {2, 1, 1}}, {.name = "y", .shape = {2, 1, 1}, .scale = 1.0F / 255}});
  EXPECT_THROW(make_softmax(network, {.name = "softmax", .output = 1}), InputError);
  network.tensors[1].scale = 1.0F / 256;
  EXPECT_NO_THROW(make_softmax(network, {.name = "softmax", .output = 1}));
  network.tensors[1].zero_point = 1;
  EXPECT_THROW(make_softmax(network, {.name = "softmax", .output = 1}), InputError);
}

}  // namespace
}  // namespace brownout::models
