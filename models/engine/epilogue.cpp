// Requantization of rows of sums: loops per formula, and the constants that they run over.
#include "models/engine/epilogue.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"
#include "models/engine/widest_vectors.hpp"

namespace brownout::models {
namespace {

constexpr int kRowElements = 64;

BROWNOUT_WIDEST_VECTORS
void requantize_rows(const std::int32_t* __restrict sums, std::uint8_t* __restrict codes,
                     std::int64_t elements, std::int64_t row, const std::int32_t* __restrict addend,
                     const float* __restrict multiplier, float low, float high, int zero_point) {
  for (std::int64_t first = 0; first < elements; first += row) {
    const std::int64_t length = std::min(row, elements - first);
    for (std::int64_t i = 0; i < length; ++i) {
      const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[first + i]) +
                                                 static_cast<std::uint32_t>(addend[i]));
      codes[first + i] = requantize(sum, multiplier[i], low, high, zero_point);
    }
  }
}

/// The same for accumulators narrower than 32 bits.
BROWNOUT_WIDEST_VECTORS
void requantize_wrapped_rows(const std::int32_t* __restrict sums, std::uint8_t* __restrict codes,
                             std::int64_t elements, std::int64_t row,
                             const std::int32_t* __restrict addend,
                             const float* __restrict multiplier, float low, float high,
                             int zero_point, int bits) {
  for (std::int64_t first = 0; first < elements; first += row) {
    const std::int64_t length = std::min(row, elements - first);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t sum = std::int64_t{sums[first + i]} + addend[i];
      codes[first + i] =
          requantize(wrap_accumulator(sum, bits), multiplier[i], low, high, zero_point);
    }
  }
}

/// The same where real numbers follow a layer's sums.
BROWNOUT_WIDEST_VECTORS
void requantize_real_rows(const std::int32_t* __restrict sums, std::uint8_t* __restrict codes,
                          std::int64_t elements, std::int64_t row,
                          const std::int32_t* __restrict addend, const float* __restrict multiplier,
                          const float* __restrict offset, float slope, bool bipolar, float low,
                          float high, int zero_point, int bits) {
  for (std::int64_t first = 0; first < elements; first += row) {
    const std::int64_t length = std::min(row, elements - first);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int32_t sum = wrap_accumulator(std::int64_t{sums[first + i]} + addend[i], bits);
      const float value = real_sum(sum, multiplier[i], offset[i], slope, bipolar);
      codes[first + i] =
          static_cast<std::uint8_t>(round_half_even(clip(value, low, high)) + zero_point);
    }
  }
}

/// The same in LiteRT's arithmetic.
BROWNOUT_WIDEST_VECTORS
void requantize_fixed_rows(const std::int32_t* __restrict sums, std::uint8_t* __restrict codes,
                           std::int64_t elements, std::int64_t row,
                           const std::int32_t* __restrict addend,
                           const FixedPoint* __restrict factor, int low, int high, int zero_point,
                           int bits) {
  for (std::int64_t first = 0; first < elements; first += row) {
    const std::int64_t length = std::min(row, elements - first);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int32_t sum = wrap_accumulator(std::int64_t{sums[first + i]} + addend[i], bits);
      codes[first + i] = code_of(scale_rounding_twice(sum, factor[i]), zero_point, low, high);
    }
  }
}

}  // namespace

Epilogue::Epilogue(const QuantizedNetwork& network, const Convolution& convolution,
                   int accumulator_bits)
    : requantizer_(make_requantizer(network, convolution)),
      channels_(convolution.out_channels),
      repeats_(divide_up(kRowElements, channels_)),
      accumulator_bits_(accumulator_bits),
      bias_(convolution.bias) {
  const auto repeat = [&](auto& repeated, const auto& channels) {
    for (int i = 0; i < repeats_; ++i) {
      repeated.insert(repeated.end(), channels.begin(), channels.end());
    }
  };
  if (const auto* rounded = std::get_if<FloatRequantizer>(&requantizer_.formula)) {
    repeat(multipliers_, rounded->multipliers);
  } else if (const auto* real = std::get_if<RealRequantizer>(&requantizer_.formula)) {
    repeat(multipliers_, real->sums.multipliers);
    repeat(offsets_, real->sums.offsets);
  } else if (const auto* fixed = std::get_if<FixedPointRequantizer>(&requantizer_.formula)) {
    repeat(factors_, fixed->factors);
  }
}

void Epilogue::set_corrections(const ConvolutionKernel::Corrections& corrections) {
  runs_ = corrections.runs;
  const std::size_t channels = bias_.size();
  const std::size_t rows = std::max<std::size_t>(corrections.table.size() / channels, 1);
  addends_.clear();
  for (std::size_t row = 0; row < rows; ++row) {
    for (int i = 0; i < repeats_; ++i) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::int32_t correction =
            corrections.table.empty() ? 0 : corrections.table[row * channels + c];
        addends_.push_back(wrap_accumulator(std::int64_t{bias_[c]} + correction, 32));
      }
    }
  }
}

void Epilogue::run(const std::int32_t* sums, std::uint8_t* codes, int images) const {
  const std::ptrdiff_t row = std::ptrdiff_t{repeats_} * channels_;
  if (runs_.size() == 1) {
    run_pixels(sums, codes, std::int64_t{images} * runs_[0].pixels, addends_.data());
    return;
  }
  for (int image = 0; image < images; ++image) {
    for (const ConvolutionKernel::Run& run : runs_) {
      run_pixels(sums, codes, run.pixels, addends_.data() + run.row * row);
      sums += std::int64_t{run.pixels} * channels_;
      codes += std::int64_t{run.pixels} * channels_;
    }
  }
}

void Epilogue::run_pixels(const std::int32_t* sums, std::uint8_t* codes, std::int64_t pixels,
                          const std::int32_t* addends) const {
  std::visit([&](const auto& f) { run_rows(f, sums, codes, pixels * channels_, addends); },
             requantizer_.formula);
}

void Epilogue::run_rows(const FloatRequantizer& requantizer, const std::int32_t* sums,
                        std::uint8_t* codes, std::int64_t elements,
                        const std::int32_t* addends) const {
  const auto row = static_cast<std::int64_t>(multipliers_.size());
  const float low = requantizer.relative_low();
  const float high = requantizer.relative_high();
  if (accumulator_bits_ >= 32) {
    requantize_rows(sums, codes, elements, row, addends, multipliers_.data(), low, high,
                    requantizer.zero_point);
  } else {
    requantize_wrapped_rows(sums, codes, elements, row, addends, multipliers_.data(), low, high,
                            requantizer.zero_point, accumulator_bits_);
  }
}

void Epilogue::run_rows(const RealRequantizer& requantizer, const std::int32_t* sums,
                        std::uint8_t* codes, std::int64_t elements,
                        const std::int32_t* addends) const {
  requantize_real_rows(sums, codes, elements, static_cast<std::int64_t>(multipliers_.size()),
                       addends, multipliers_.data(), offsets_.data(), requantizer.sums.slope,
                       requantizer.sums.bipolar,
                       static_cast<float>(requantizer.low - requantizer.zero_point),
                       static_cast<float>(requantizer.high - requantizer.zero_point),
                       requantizer.zero_point, accumulator_bits_);
}

void Epilogue::run_rows(const FixedPointRequantizer& requantizer, const std::int32_t* sums,
                        std::uint8_t* codes, std::int64_t elements,
                        const std::int32_t* addends) const {
  requantize_fixed_rows(sums, codes, elements, static_cast<std::int64_t>(factors_.size()), addends,
                        factors_.data(), requantizer.low, requantizer.high, requantizer.zero_point,
                        accumulator_bits_);
}

void Epilogue::run_rows(const DoubleRequantizer& requantizer, const std::int32_t* sums,
                        std::uint8_t* codes, std::int64_t elements,
                        const std::int32_t* addends) const {
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto channel = static_cast<int>(i % channels_);
    const std::int64_t sum = std::int64_t{sums[i]} + addends[channel];
    codes[i] = requantizer(wrap_accumulator(sum, accumulator_bits_), channel);
  }
}

}  // namespace brownout::models
