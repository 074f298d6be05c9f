// The dimensions of a tensor as a TFLite file sees them, and what operators that only look at
// elements in another way or take a part of them make of them. No tensors, no nodes. Private to
// this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tflite_generated.h"  // by flatc from tflite.fbs

namespace brownout::models {

/// The batch of 1 is mostly the first.
using Dims = std::vector<int>;
/// The values of a constant or computed list of integers.
using Numbers = std::vector<std::int64_t>;

/// The position of an axis that may be counted from the end; nothing where it is none.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank);
/// (1, 4, 4, 3)
std::string text_of(const Dims& dims);
std::int64_t elements_of(const Dims& dims);
/// Elements from one index of a dimension to the next.
std::vector<std::int64_t> strides_of(const Dims& dims);

/// What EXPAND_DIMS with this axis makes of dimensions. This and the functions below throw
/// InputError where the operator does not fit.
Dims expanded(const Dims& from, const Numbers& axis);
/// What SQUEEZE makes of them.
Dims squeezed(const Dims& from, const tflite::Squeeze* options);
/// What RESHAPE makes of them; one of the wanted dimensions may be -1.
Dims reshaped(const Dims& from, const Numbers& wanted);

/// `count` indices of a dimension from `first` on; `only`: the dimension itself is left out.
struct Range {
  int first, count, step;
  bool only;
};

/// The part of each dimension that SLICE takes: `size` indices from `begin` on, -1 all that follow.
std::vector<Range> slice_ranges(const Dims& dims, const Numbers& begin, const Numbers& size);
/// The same of STRIDED_SLICE. A range may be empty.
std::vector<Range> strided_ranges(const Dims& dims, const Numbers& begin, const Numbers& end,
                                  const Numbers& step, const tflite::StridedSlice* options);

}  // namespace brownout::models
