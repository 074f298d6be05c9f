// Counting in dimensions; reshapes and parts.
#include "models/tflite/dims.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"
#include "models/network_limits.hpp"

namespace brownout::models {
namespace {

/// Counted from the end where negative, kept within the dimension.
std::int64_t bound(std::int64_t value, std::int64_t extent) {
  if (value < 0) value += extent;
  return std::clamp(value, std::int64_t{0}, extent);
}

void require_sizes(const Dims& dims, const Numbers& first, const Numbers& second) {
  if (first.size() == dims.size() && second.size() == dims.size()) return;
  throw InputError("it has not one number for every dimension");
}

}  // namespace

std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto extent = static_cast<std::int64_t>(rank);
  if (axis < -extent || axis >= extent) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + extent : axis);
}

std::string text_of(const Dims& dims) {
  std::string text;
  for (const int extent : dims) text += (text.empty() ? "(" : ", ") + std::to_string(extent);
  return text.empty() ? "()" : text + ")";
}

std::int64_t elements_of(const Dims& dims) {
  std::int64_t elements = 1;
  for (const int extent : dims) elements *= extent;
  return elements;
}

std::vector<std::int64_t> strides_of(const Dims& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t d = dims.size(); d > 1; --d) strides[d - 2] = strides[d - 1] * dims[d - 1];
  return strides;
}

Dims expanded(const Dims& from, const Numbers& axis) {
  const auto at = axis.size() == 1 ? axis_of(axis[0], from.size() + 1) : std::nullopt;
  if (!at) throw InputError("its axis is not one of its output's");
  Dims made = from;
  made.insert(made.begin() + static_cast<std::ptrdiff_t>(*at), 1);
  return made;
}

Dims squeezed(const Dims& from, const tflite::Squeeze* options) {
  const bool all = options == nullptr || options->dims() == nullptr || options->dims()->size() == 0;
  std::vector<bool> taken(from.size(), false);
  for (std::size_t d = 0; d < from.size(); ++d) taken[d] = all && from[d] == 1;
  for (unsigned i = 0; !all && i < options->dims()->size(); ++i) {
    const std::optional<std::size_t> axis = axis_of(options->dims()->Get(i), from.size());
    if (!axis || from[*axis] != 1) {
      throw InputError("it takes away a dimension that is not 1");
    }
    taken[*axis] = true;
  }
  Dims made;
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (!taken[d]) made.push_back(from[d]);
  }
  return made;
}

Dims reshaped(const Dims& from, const Numbers& wanted) {
  const std::int64_t size = elements_of(from);
  std::int64_t known = 1;
  for (const std::int64_t extent : wanted) {
    if (extent < -1 || extent == 0 || extent > size || known > size) {
      throw InputError("it changes the number of elements");
    }
    known *= extent == -1 ? 1 : extent;
  }
  const auto open = std::count(wanted.begin(), wanted.end(), -1);
  if (open > 1 || known > size || size % known != 0 || (open == 0 && known != size)) {
    throw InputError("it changes the number of elements");
  }
  Dims made;
  for (const std::int64_t extent : wanted) {
    made.push_back(static_cast<int>(extent == -1 ? size / known : extent));
  }
  return made;
}

std::vector<Range> slice_ranges(const Dims& dims, const Numbers& begin, const Numbers& size) {
  require_sizes(dims, begin, size);
  std::vector<Range> ranges;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const std::int64_t extent = dims[d];
    const bool rest = size[d] == -1;
    if (begin[d] < 0 || begin[d] > extent ||
        (!rest && (size[d] < 0 || size[d] > extent - begin[d]))) {
      throw InputError("it cuts outside of its input");
    }
    const std::int64_t count = rest ? extent - begin[d] : size[d];
    ranges.push_back({static_cast<int>(begin[d]), static_cast<int>(count), 1, false});
  }
  return ranges;
}

std::vector<Range> strided_ranges(const Dims& dims, const Numbers& begin, const Numbers& end,
                                  const Numbers& step, const tflite::StridedSlice* options) {
  require_sizes(dims, begin, end);
  require_sizes(dims, step, step);
  if (options != nullptr &&
      (options->ellipsis_mask() != 0 || options->new_axis_mask() != 0 || options->offset())) {
    throw InputError("masks other than those of begin, end and single elements are not supported");
  }
  std::vector<Range> ranges;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const auto masked = [&](int mask) { return options != nullptr && (mask >> d & 1) != 0; };
    if (step[d] < 1 || step[d] > kLargestDimension) {
      throw InputError("step " + std::to_string(step[d]) + " is not in 1.." +
                       std::to_string(kLargestDimension));
    }
    std::int64_t from = bound(begin[d], dims[d]), to = bound(end[d], dims[d]);
    if (options != nullptr && masked(options->begin_mask())) from = 0;
    if (options != nullptr && masked(options->end_mask())) to = dims[d];
    const bool only = options != nullptr && masked(options->shrink_axis_mask());
    if (only) to = from + 1;
    if (to > dims[d]) throw InputError("it cuts outside of its input");
    const std::int64_t count = divide_up(std::max<std::int64_t>(0, to - from), step[d]);
    ranges.push_back(
        {static_cast<int>(from), static_cast<int>(count), static_cast<int>(step[d]), only});
  }
  return ranges;
}

}  // namespace brownout::models
