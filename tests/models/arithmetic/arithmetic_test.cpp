// The integer formulas one by one, on values worked out by hand or by an independent way.
#include "models/arithmetic/arithmetic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <tuple>

namespace brownout::models {
namespace {

TEST(WrapAccumulator, KeepsTheLowBitsAsTwosComplement) {
  EXPECT_EQ(wrap_accumulator(32767, 16), 32767);
  EXPECT_EQ(wrap_accumulator(32768, 16), -32768);
  EXPECT_EQ(wrap_accumulator(-32769, 16), 32767);
  EXPECT_EQ(wrap_accumulator(65536 + 5, 16), 5);
  EXPECT_EQ(wrap_accumulator(1, 1), -1);
  EXPECT_EQ(wrap_accumulator(std::int64_t{1} << 31, 32), INT32_MIN);
  EXPECT_EQ(wrap_accumulator(-5, 32), -5);
  EXPECT_EQ(wrap_accumulator(INT32_MAX, 32), INT32_MAX);
}

TEST(RoundHalfEven, EqualsNearbyint) {
  EXPECT_EQ(round_half_even(0.5F), 0);
  EXPECT_EQ(round_half_even(1.5F), 2);
  EXPECT_EQ(round_half_even(2.5F), 2);
  EXPECT_EQ(round_half_even(-0.5F), 0);
  EXPECT_EQ(round_half_even(-1.5F), -2);
  for (int i = -4000; i <= 4000; ++i) {
    const float value = static_cast<float>(i) / 8.0F;
    EXPECT_EQ(round_half_even(value), static_cast<int>(std::nearbyint(value))) << value;
    EXPECT_EQ(round_half_even(std::nextafter(value, 1e9F)),
              static_cast<int>(std::nearbyint(std::nextafter(value, 1e9F))));
  }
}

TEST(Requantizer, RoundsTiesToEvenBeforeItAddsTheZeroPoint) {
  // 2.5 -> 2, then + 1 = 3; with the zero point added first it would be rint(3.5) = 4.
  const FloatRequantizer requantizer{.multipliers = {0.5F, 0.25F}, .zero_point = 1};
  EXPECT_EQ(requantizer(5, 0), 3);
  EXPECT_EQ(requantizer(7, 0), 5);  // 3.5 -> 4
  EXPECT_EQ(requantizer(6, 1), 3);  // 1.5 -> 2
  EXPECT_EQ(requantizer(-2, 1), 1);
}

TEST(Requantizer, SaturatesAtTheClamp) {
  const FloatRequantizer requantizer{
      .multipliers = {1.0F}, .zero_point = 100, .low = 100, .high = 180};
  EXPECT_EQ(requantizer(-1, 0), 100);
  EXPECT_EQ(requantizer(79, 0), 179);
  EXPECT_EQ(requantizer(81, 0), 180);
  EXPECT_EQ(requantizer(INT32_MAX, 0), 180);
  EXPECT_EQ(requantizer(INT32_MIN, 0), 100);
}

TEST(Requantizer, GoesOnInRealNumbersBeforeItRounds) {
  const RealRequantizer requantizer{
      .sums = {.multipliers = {0.5F, -2.0F}, .offsets = {0.25F, 1.5F}, .slope = 0.25F},
      .zero_point = 100,
      .low = 90,
      .high = 110};
  EXPECT_EQ(requantizer(3, 0), 102);   // 1.75
  EXPECT_EQ(requantizer(-9, 0), 99);   // -4.25 x 0.25 = -1.0625
  EXPECT_EQ(requantizer(-1, 1), 104);  // 3.5: to even
  EXPECT_EQ(requantizer(0, 1), 102);   // 1.5: to even
  EXPECT_EQ(requantizer(5, 1), 98);    // -8.5 x 0.25 = -2.125
  EXPECT_EQ(requantizer(INT32_MIN, 1), 110);
  EXPECT_EQ(requantizer(INT32_MIN, 0), 90);
}

TEST(Requantizer, KeepsOnlyTheSignOfABinaryNetworksSums) {
  const RealRequantizer requantizer{.sums = {.multipliers = {0.5F, -2.0F, 0.0F},
                                             .offsets = {1.5F, 1e-30F, -1e-30F},
                                             .slope = 0.25F,
                                             .bipolar = true},
                                    .zero_point = 128,
                                    .low = 127,
                                    .high = 129};
  EXPECT_EQ(requantizer(-3, 0), 129);  // 0
  EXPECT_EQ(requantizer(-4, 0), 127);
  EXPECT_EQ(requantizer(INT32_MAX, 0), 129);
  EXPECT_EQ(requantizer(INT32_MIN, 0), 127);
  EXPECT_EQ(requantizer(0, 1), 129);
  EXPECT_EQ(requantizer(1, 1), 127);
  EXPECT_EQ(requantizer(-1, 1), 129);
  EXPECT_EQ(requantizer(5, 2), 127);
}

QuantizedNetwork three_tensors() {
  QuantizedNetwork network;
  for (const char* name : {"a", "b", "c"}) {
    network.tensors.push_back({.name = name, .shape = {1, 1, 1}});
  }
  return network;
}

TEST(Requantizer, MultipliesScalesInFloat32OneByOne) {
  QuantizedNetwork network = three_tensors();
  network.tensors[0].scale = 0.1F;
  network.tensors[1].scale = 0.7F;
  Convolution node;
  node.out_channels = 2;
  node.output = 1;
  node.weight_scales = {0.3F, 0.01F};
  const auto requantizer = std::get<FloatRequantizer>(make_requantizer(network, node).formula);
  const float first = 0.1F * 0.3F;
  const float second = 0.1F * 0.01F;
  EXPECT_EQ(requantizer.multipliers, (std::vector<float>{first / 0.7F, second / 0.7F}));
  node.weight_scales = {0.3F};
  EXPECT_EQ(std::get<FloatRequantizer>(make_requantizer(network, node).formula).multipliers,
            (std::vector<float>{first / 0.7F, first / 0.7F}));
}

/// A float32 fused multiply-add by way of long double, which holds product and sum exactly here.
float fused(float x, float y, float z) {
  return static_cast<float>(static_cast<long double>(x) * y + z);
}

TEST(Adder, EqualsTheFormulaForAllCodes) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> scale(0.01F, 0.1F);
  for (int round = 0; round < 64; ++round) {
    QuantizedNetwork network = three_tensors();
    for (ActivationTensor& tensor : network.tensors) {
      tensor.scale = scale(random);
      tensor.zero_point = static_cast<int>(random() % 256);
    }
    const auto& [a, b, c] = std::tie(network.tensors[0], network.tensors[1], network.tensors[2]);
    const Adder adder = make_adder(network, {.name = "add", .left = 0, .right = 1, .output = 2});
    const float ra = a.scale / c.scale;
    const float rb = b.scale / c.scale;
    const float rb_zb = rb * static_cast<float>(b.zero_point);
    const float fixed =
        static_cast<float>(c.zero_point) - fused(ra, static_cast<float>(a.zero_point), rb_zb);
    for (int left = 0; left < 256; ++left) {
      for (int right = 0; right < 256; ++right) {
        const float sum =
            fused(static_cast<float>(left), ra, fused(static_cast<float>(right), rb, fixed));
        const float code = std::fmin(std::fmax(std::nearbyint(sum), 0.0F), 255.0F);
        ASSERT_EQ(adder(static_cast<std::uint8_t>(left), static_cast<std::uint8_t>(right)),
                  static_cast<int>(code))
            << left << " + " << right;
      }
    }
  }
}

TEST(Adder, ClampsAndSaturates) {
  QuantizedNetwork network = three_tensors();
  network.tensors[2].zero_point = 10;
  const Adder relu = make_adder(
      network,
      {.name = "add", .left = 0, .right = 1, .output = 2, .clamp_low = 10, .clamp_high = 200});
  EXPECT_EQ(relu(100, 50), 160);
  EXPECT_EQ(relu(255, 255), 200);
  network.tensors[0].zero_point = 90;
  const Adder shifted =
      make_adder(network, {.name = "add", .left = 0, .right = 1, .output = 2, .clamp_low = 10});
  EXPECT_EQ(shifted(0, 0), 10);
  EXPECT_EQ(shifted(90, 3), 13);
}

TEST(Adder, SignedSourcesGiveTheSameSums) {
  QuantizedNetwork network = three_tensors();
  network.tensors[0].scale = 0.3F;
  network.tensors[1].scale = 0.5F;
  for (ActivationTensor& tensor : network.tensors) tensor.zero_point = 128;
  const Addition node{.name = "add", .left = 0, .right = 1, .output = 2};
  const Adder held = make_adder(network, node);
  for (ActivationTensor& tensor : network.tensors) tensor.source_signed = true;
  const Adder from_signed = make_adder(network, node);
  EXPECT_EQ(std::get<FloatAdder>(from_signed.formula).fixed,
            0.0F);  // zero points are 0 in the file
  EXPECT_EQ(from_signed(138, 148), 128 + 13);
  EXPECT_EQ(held(138, 148), from_signed(138, 148));
}

TEST(Pooler, Maximum) {
  const Pooler pooler{.kind = PoolKind::kMax};
  const std::vector<std::uint8_t> codes = {3, 200, 7};
  EXPECT_EQ(pooler(codes, 3), 200);
}

TEST(Pooler, AverageSumsDequantizedValues) {
  const Pooler pooler{.kind = PoolKind::kAverage,
                      .input_scale = 0.5F,
                      .output_scale = 0.25F,
                      .input_zero_point = 10,
                      .output_zero_point = 7};
  const std::vector<std::uint8_t> codes = {10, 12, 14, 16};  // 0, 1, 2, 3
  EXPECT_EQ(pooler(codes, 4), 13);                           // 1.5 / 0.25 + 7
  EXPECT_EQ(pooler(codes, 6), 11);                           // 1 / 0.25 + 7
}

TEST(Pooler, AverageAddsTheZeroPointBeforeRounding) {
  // Unlike a requantization: rint(2.5 + 1) = 4.
  const Pooler pooler{.kind = PoolKind::kAverage, .output_zero_point = 1};
  const std::vector<std::uint8_t> codes = {2, 3};
  EXPECT_EQ(pooler(codes, 2), 4);
}

TEST(Pooler, GlobalAverageRoundsBeforeItAddsTheZeroPoint) {
  const Pooler pooler{.kind = PoolKind::kGlobalAverage, .output_zero_point = 1};
  const std::vector<std::uint8_t> codes = {2, 3};
  EXPECT_EQ(pooler(codes, 2), 3);  // rint(2.5) + 1
  const Pooler shifted{
      .kind = PoolKind::kGlobalAverage, .input_zero_point = 100, .output_zero_point = 20};
  EXPECT_EQ(shifted(codes, 2), 0);  // saturates below
}

}  // namespace
}  // namespace brownout::models
