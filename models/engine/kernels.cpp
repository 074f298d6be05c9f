// The hot loops of nodes without weights: additions, products, pools, counts of zero activations.
#include "models/engine/kernels.hpp"

#include <algorithm>
#include <cstring>

#include "models/engine/widest_vectors.hpp"

namespace brownout::models {
namespace {

constexpr int kVectorBytes = 64;
typedef std::uint8_t Bytes __attribute__((vector_size(kVectorBytes)));
typedef std::uint16_t Halves __attribute__((vector_size(kVectorBytes)));

/// Calls visit(code pointer of channel 0) for each element of the window inside the input.
template <typename Visit>
int visit_window(const Window& window, const Shape& shape, const std::uint8_t* input, int out_h,
                 int out_w, Visit visit) {
  const int top = out_h * window.stride_height - window.pad_top;
  const int left = out_w * window.stride_width - window.pad_left;
  int inside = 0;
  for (int kh = 0; kh < window.kernel_height; ++kh) {
    const int h = top + kh * window.dilation_height;
    if (h < 0 || h >= shape.height) continue;
    for (int kw = 0; kw < window.kernel_width; ++kw) {
      const int w = left + kw * window.dilation_width;
      if (w < 0 || w >= shape.width) continue;
      visit(input + shape.index(0, h, w));
      ++inside;
    }
  }
  return inside;
}

BROWNOUT_WIDEST_VECTORS
void raise_to(std::uint8_t* __restrict maximum, const std::uint8_t* __restrict codes,
              std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c) maximum[c] = std::max(maximum[c], codes[c]);
}

BROWNOUT_WIDEST_VECTORS
void add_terms(const Pooler& pooler, float* __restrict sums, const std::uint8_t* __restrict codes,
               std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c) sums[c] += pooler.average_term(codes[c]);
}

BROWNOUT_WIDEST_VECTORS
void add_terms(const Pooler& /*pooler*/, std::int32_t* __restrict sums,
               const std::uint8_t* __restrict codes, std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c) sums[c] += codes[c];
}

BROWNOUT_WIDEST_VECTORS
void add_rows(const FloatAdder& adder, const std::uint8_t* __restrict left,
              const std::uint8_t* __restrict right, std::uint8_t* __restrict output,
              std::int64_t count) {
  const FloatAdder local = adder;  // the compiler may assume that no store changes it
  for (std::int64_t i = 0; i < count; ++i) output[i] = local(left[i], right[i]);
}

BROWNOUT_WIDEST_VECTORS
void add_rows(const FixedPointAdder& adder, const std::uint8_t* __restrict left,
              const std::uint8_t* __restrict right, std::uint8_t* __restrict output,
              std::int64_t count) {
  const FixedPointAdder local = adder;
  for (std::int64_t i = 0; i < count; ++i) output[i] = local(left[i], right[i]);
}

BROWNOUT_WIDEST_VECTORS
void multiply_rows(const FloatMultiplier& multiplier, const std::uint8_t* __restrict left,
                   const std::uint8_t* __restrict right, std::uint8_t* __restrict output,
                   std::int64_t count) {
  const FloatMultiplier local = multiplier;
  for (std::int64_t i = 0; i < count; ++i) output[i] = local(left[i], right[i]);
}

BROWNOUT_WIDEST_VECTORS
void multiply_rows(const FixedPointMultiplier& multiplier, const std::uint8_t* __restrict left,
                   const std::uint8_t* __restrict right, std::uint8_t* __restrict output,
                   std::int64_t count) {
  const FixedPointMultiplier local = multiplier;
  for (std::int64_t i = 0; i < count; ++i) output[i] = local(left[i], right[i]);
}

/// One image, with sums of the type that the pooler adds.
template <typename Sum>
void average_image(const Pooler& pooler, const Pooling& pooling, const Shape& input_shape,
                   const Shape& output_shape, const std::uint8_t* input, std::uint8_t* output) {
  std::vector<Sum> sums(input_shape.channel_count());
  for (int h = 0; h < output_shape.height; ++h) {
    for (int w = 0; w < output_shape.width; ++w, output += sums.size()) {
      std::fill(sums.begin(), sums.end(), Sum{0});
      const int inside =
          visit_window(pooling.window, input_shape, input, h, w, [&](const std::uint8_t* codes) {
            add_terms(pooler, sums.data(), codes, input_shape.channels);
          });
      const int count = pooling.count_include_pad ? pooler.window_elements : inside;
      for (std::size_t c = 0; c < sums.size(); ++c) output[c] = pooler.finish(sums[c], count);
    }
  }
}

void maximum_image(const Window& window, const Shape& input_shape, const Shape& output_shape,
                   const std::uint8_t* input, std::uint8_t* output) {
  const int channels = input_shape.channels;
  for (int h = 0; h < output_shape.height; ++h) {
    for (int w = 0; w < output_shape.width; ++w, output += channels) {
      bool first = true;
      visit_window(window, input_shape, input, h, w, [&](const std::uint8_t* codes) {
        if (first) {
          std::copy_n(codes, channels, output);
        } else {
          raise_to(output, codes, channels);
        }
        first = false;
      });
      if (first) std::fill_n(output, channels, std::uint8_t{0});
    }
  }
}

BROWNOUT_WIDEST_VECTORS
void limit_codes(std::uint8_t* codes, std::int64_t count, int low, int high) {
  const auto lowest = static_cast<std::uint8_t>(low), highest = static_cast<std::uint8_t>(high);
  for (std::int64_t i = 0; i < count; ++i) codes[i] = std::clamp(codes[i], lowest, highest);
}

}  // namespace

void add_codes(const Adder& adder, const std::uint8_t* left, const std::uint8_t* right,
               std::uint8_t* output, std::int64_t count) {
  std::visit([&](const auto& formula) { add_rows(formula, left, right, output, count); },
             adder.formula);
}

void multiply_codes(const Multiplier& multiplier, const std::uint8_t* left,
                    const std::uint8_t* right, std::uint8_t* output, std::int64_t count) {
  std::visit([&](const auto& formula) { multiply_rows(formula, left, right, output, count); },
             multiplier.formula);
}

void pool_image(const Pooler& pooler, const Pooling& pooling, const Shape& input_shape,
                const Shape& output_shape, const std::uint8_t* input, std::uint8_t* output) {
  if (pooler.kind != PoolKind::kMax) {
    const auto average = pooler.sums_floats() ? average_image<float> : average_image<std::int32_t>;
    return average(pooler, pooling, input_shape, output_shape, input, output);
  }
  maximum_image(pooling.window, input_shape, output_shape, input, output);
  limit_codes(output, output_shape.size(), pooler.low, pooler.high);
}

BROWNOUT_WIDEST_VECTORS
std::uint64_t sum_where_equal(const std::uint8_t* codes, const std::uint8_t* weights,
                              std::int64_t count, std::uint8_t code) {
  // Vector types of the compiler, because the plain loop is four times slower. A 16-bit lane takes
  // two bytes a row, so 128 rows of up to 255 each fit before it must be widened.
  const Bytes wanted = Bytes{} + code;
  std::uint64_t total = 0;
  std::int64_t i = 0;
  while (i + kVectorBytes <= count) {
    Halves sums{};
    const std::int64_t rows = std::min<std::int64_t>((count - i) / kVectorBytes, 128);
    for (std::int64_t row = 0; row < rows; ++row, i += kVectorBytes) {
      Bytes row_codes, row_weights;
      std::memcpy(&row_codes, codes + i, sizeof(Bytes));
      std::memcpy(&row_weights, weights + i, sizeof(Bytes));
      const Halves pairs = (Halves)((row_codes == wanted) & row_weights);
      sums += (pairs & 255) + (pairs >> 8);
    }
    for (std::size_t lane = 0; lane < sizeof(Halves) / 2; ++lane) total += sums[lane];
  }
  for (; i < count; ++i) total += codes[i] == code ? weights[i] : 0U;
  return total;
}

}  // namespace brownout::models
