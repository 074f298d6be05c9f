// The integer arithmetic of the source runtimes, used by the integer engine and by the
// accelerator's vector unit. Here: ONNX Runtime's formulas (Float...), one each, in float32, one
// rounding per operation (build with -ffp-contract=off), fused multiply-add only where it is
// written, rint is half to even; and the choice between them and LiteRT's (fixed_point.hpp), which
// is the network's.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "models/arithmetic/fixed_point.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// Wraps a sum to a two's complement accumulator of `bits` bits (1..32).
inline std::int32_t wrap_accumulator(std::int64_t sum, int bits) {
  const int unused = 64 - bits;
  return static_cast<std::int32_t>(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) << unused) >> unused);
}

/// What an accumulator does with a sum that it cannot hold.
enum class Overflow : std::uint8_t { kWrap, kSaturate };

inline std::int32_t limit_accumulator(std::int64_t sum, int bits, Overflow overflow) {
  if (overflow == Overflow::kWrap) return wrap_accumulator(sum, bits);
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  return static_cast<std::int32_t>(sum < -limit ? -limit : sum >= limit ? limit - 1 : sum);
}

inline float clip(float value, float low, float high) {
  const float raised = value < low ? low : value;
  return raised > high ? high : raised;
}

/// rint (half to even) of |value| < 2^22: the addition rounds to a float whose unit is 1. No
/// library call and no CPU extension, so that loops over it vectorise anywhere.
inline std::int32_t round_half_even(float value) {
  constexpr float kUnitIsOne = 12582912.0F;  // 1.5 * 2^23
  return std::bit_cast<std::int32_t>(value + kUnitIsOne) - std::bit_cast<std::int32_t>(kUnitIsOne);
}

/// rint(clip(f(float(accumulator) * multiplier))) + zero_point; limits are relative to zero_point.
inline std::uint8_t requantize(std::int32_t accumulator, float multiplier, float low, float high,
                               int zero_point) {
  const float value = static_cast<float>(accumulator) * multiplier;
  return static_cast<std::uint8_t>(round_half_even(clip(value, low, high)) + zero_point);
}

/// int32 accumulator (bias included) -> output code, per output channel (QLinearConv, QGemm):
/// m = f(f(sx * sw[c]) / sy); t = f(float(acc) * m) clipped to [low - zy, high - zy]; rint(t) + zy.
struct FloatRequantizer {
  std::vector<float> multipliers;  ///< per output channel
  int zero_point = 0;
  int low = 0, high = 255;

  float relative_low() const { return static_cast<float>(low - zero_point); }
  float relative_high() const { return static_cast<float>(high - zero_point); }
  std::uint8_t operator()(std::int32_t accumulator, int channel) const {
    return requantize(accumulator, multipliers[static_cast<std::size_t>(channel)], relative_low(),
                      relative_high(), zero_point);
  }
};

/// The real number that a sum stands for, or its sign, in codes relative to the zero point.
inline float real_sum(std::int32_t accumulator, float multiplier, float offset, float slope,
                      bool bipolar) {
  const float value = static_cast<float>(accumulator) * multiplier + offset;
  const float bent = value < 0 ? value * slope : value;
  return !bipolar ? bent : bent < 0 ? -1.0F : 1.0F;
}

/// A layer's RealSums, then Quant or BipolarQuant of QONNX: rint(clip(v)) + zy,
/// v = f(f(float(acc) * m) + o), where v < 0 times the slope; of BipolarQuant v >= 0 ? 1 : -1.
struct RealRequantizer {
  RealSums sums;
  int zero_point = 0;
  int low = 0, high = 255;

  float relative_low() const { return static_cast<float>(low - zero_point); }
  float relative_high() const { return static_cast<float>(high - zero_point); }
  std::uint8_t operator()(std::int32_t accumulator, int channel) const {
    const auto c = static_cast<std::size_t>(channel);
    const float value =
        real_sum(accumulator, sums.multipliers[c], sums.offsets[c], sums.slope, sums.bipolar);
    const float limited = clip(value, relative_low(), relative_high());
    return static_cast<std::uint8_t>(round_half_even(limited) + zero_point);
  }
};

struct Requantizer {
  std::variant<FloatRequantizer, RealRequantizer, FixedPointRequantizer, DoubleRequantizer> formula;

  std::uint8_t operator()(std::int32_t accumulator, int channel) const {
    return std::visit([&](const auto& f) { return f(accumulator, channel); }, formula);
  }
};

Requantizer make_requantizer(const QuantizedNetwork& network, const Convolution& convolution);

/// QLinearAdd on x86 with FMA: ra = f(sa/sc), rb = f(sb/sc), fixed = f(zc - fma(ra, za, f(rb*zb)));
/// rint(fma(a, ra, fma(b, rb, fixed))), saturated. Without the fused operations, one rounding each,
/// about 4 of 10^6 sums are off by one. The terms are those of the source file, so the 128 that
/// signed tensors are held with is taken off (`shift`) before it can change a rounding.
struct FloatAdder {
  float left_ratio = 1, right_ratio = 1, fixed = 0;
  int left_shift = 0, right_shift = 0, output_shift = 0;  ///< 0, or 128 of a signed source tensor
  int low = 0, high = 255;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    const float partial = std::fma(static_cast<float>(right - right_shift), right_ratio, fixed);
    const float value = std::fma(static_cast<float>(left - left_shift), left_ratio, partial);
    const float limited = clip(value, static_cast<float>(low - output_shift),
                               static_cast<float>(high - output_shift));
    return static_cast<std::uint8_t>(round_half_even(limited) + output_shift);
  }
};

struct Adder {
  std::variant<FloatAdder, FixedPointAdder> formula;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    return std::visit([&](const auto& f) { return f(left, right); }, formula);
  }
};

Adder make_adder(const QuantizedNetwork& network, const Addition& addition);

/// QLinearMul on x86: ratio = f(f(sa * sb) / sc); rint(f(f(float((a - za) * (b - zb)) * ratio) +
/// zc)), saturated. As in FloatAdder, zc is the source file's.
struct FloatMultiplier {
  float ratio = 1;
  int left_zero_point = 0, right_zero_point = 0, output_zero_point = 0;
  int output_shift = 0;  ///< 0, or 128 of a signed source tensor
  int low = 0, high = 255;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    const std::int32_t product = (left - left_zero_point) * (right - right_zero_point);
    const float value =
        static_cast<float>(product) * ratio + static_cast<float>(output_zero_point - output_shift);
    const float limited = clip(value, static_cast<float>(low - output_shift),
                               static_cast<float>(high - output_shift));
    return static_cast<std::uint8_t>(round_half_even(limited) + output_shift);
  }
};

struct Multiplier {
  std::variant<FloatMultiplier, FixedPointMultiplier> formula;

  std::uint8_t operator()(std::uint8_t left, std::uint8_t right) const {
    return std::visit([&](const auto& f) { return f(left, right); }, formula);
  }
};

Multiplier make_multiplier(const QuantizedNetwork& network, const Multiplication& multiplication);

/// Pools one channel: `codes` are the window's elements that lie inside the input. Maximum: no
/// arithmetic.
/// ONNX Runtime: average (QLinearAveragePool): terms f(sx * (q - zx)) summed in float32 in the
/// order given, then rint(f(f(f(sum / count) / sy) + zy)), saturated. Global average
/// (QLinearGlobalAveragePool): rint(f(float(sum(q) - n*zx) * f(sx / f(sy*n)))) + zy, saturated.
/// LiteRT: average (AVERAGE_POOL_2D): rounded_quotient of the signed codes, which keep their scale.
/// Global average (MEAN): (sum(q) - n*zx) scaled by mean_factor, + zy.
struct Pooler {
  PoolKind kind = PoolKind::kMax;
  Arithmetic arithmetic = Arithmetic::kOnnxRuntime;
  float input_scale = 1, output_scale = 1;
  int input_zero_point = 0, output_zero_point = 0;
  int output_shift = 0;         ///< 0, or the 128 of a signed source tensor, as in FloatAdder
  int window_elements = 1;      ///< divisor of an average
  FixedPoint mean_factor = {};  ///< of MEAN, 1 / window_elements included
  int low = 0, high = 255;

  /// `codes` in row-major order of the window, `count` = divisor of an average pool.
  std::uint8_t operator()(std::span<const std::uint8_t> codes, int count) const;

  /// Else an average's terms are the codes themselves.
  bool sums_floats() const {
    return kind == PoolKind::kAverage && arithmetic == Arithmetic::kOnnxRuntime;
  }
  float average_term(std::uint8_t code) const {
    return input_scale * static_cast<float>(code - input_zero_point);
  }
  std::uint8_t finish(float sum, int count) const {
    const float mean = sum / static_cast<float>(count);
    const float value = mean / output_scale + static_cast<float>(output_zero_point - output_shift);
    const float limited = clip(value, static_cast<float>(low - output_shift),
                               static_cast<float>(high - output_shift));
    return static_cast<std::uint8_t>(round_half_even(limited) + output_shift);
  }
  /// `sum` of `count` codes.
  std::uint8_t finish(std::int32_t sum, int count) const;
  std::uint8_t limit(std::uint8_t code) const {
    return static_cast<std::uint8_t>(std::clamp(int{code}, low, high));
  }
};

Pooler make_pooler(const QuantizedNetwork& network, const Pooling& pooling);

}  // namespace brownout::models
