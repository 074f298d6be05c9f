// Copies of runs of codes, as long as the NHWC order allows.
#include "models/engine/movement.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"

namespace brownout::models {

void concatenate(Axis axis, std::span<const std::uint8_t* const> inputs,
                 std::span<const Shape> shapes, std::uint8_t* output) {
  // Runs that stay together: whole images, rows, or pixels.
  const std::int64_t runs = axis == Axis::kHeight ? 1
                            : axis == Axis::kWidth
                                ? shapes[0].height
                                : std::int64_t{shapes[0].height} * shapes[0].width;
  for (std::int64_t run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::int64_t length = shapes[i].size() / runs;
      output = std::copy_n(inputs[i] + run * length, length, output);
    }
  }
}

void pad(const Padding& padding, const Shape& input_shape, const std::uint8_t* input,
         const Shape& output_shape, std::uint8_t* output) {
  std::fill_n(output, output_shape.size(), padding.code);
  // Indices of the input that stay: those whose place, `step` times their index behind `before`, is
  // in the output.
  const auto kept = [](int before, int in, int step, int out) {
    const auto above = [step](int place) { return place <= 0 ? 0 : divide_up(place, step); };
    return std::pair(above(-before), std::min(in, above(out - before)));
  };
  const int row_step = padding.rows_between + 1, column_step = padding.columns_between + 1;
  const auto [first_h, end_h] =
      kept(padding.before.height, input_shape.height, row_step, output_shape.height);
  const auto [first_w, end_w] =
      kept(padding.before.width, input_shape.width, column_step, output_shape.width);
  const auto [first_c, end_c] =
      kept(padding.before.channels, input_shape.channels, 1, output_shape.channels);
  if (first_c >= end_c) return;
  for (int h = first_h; h < end_h; ++h) {
    for (int w = first_w; w < end_w; ++w) {
      std::copy_n(input + input_shape.index(first_c, h, w), end_c - first_c,
                  output + output_shape.index(first_c + padding.before.channels,
                                              h * row_step + padding.before.height,
                                              w * column_step + padding.before.width));
    }
  }
}

void copy_strided(const StridedCopy& copy, const std::uint8_t* input, std::uint8_t* output) {
  const StridedCopy::Loop inner = copy.loops.empty() ? StridedCopy::Loop{} : copy.loops.back();
  const std::size_t outer = copy.loops.empty() ? 0 : copy.loops.size() - 1;
  std::vector<int> at(outer, 0);  // of the loops around the innermost
  const std::uint8_t* from = input + copy.first;
  for (bool more = true; more;) {
    for (int i = 0; i < inner.extent; ++i) *output++ = from[i * inner.stride];
    more = false;
    for (std::size_t d = outer; d > 0 && !more; --d) {
      const StridedCopy::Loop& loop = copy.loops[d - 1];
      more = ++at[d - 1] < loop.extent;
      from += loop.stride;
      if (more) continue;
      at[d - 1] = 0;
      from -= loop.extent * loop.stride;
    }
  }
}

}  // namespace brownout::models
