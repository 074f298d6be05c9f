// Views of tensors.
#include "models/onnx/shapes.hpp"

#include <algorithm>
#include <utility>

namespace brownout::models {

std::vector<std::int64_t> view_dims(View view, const Shape& shape) {
  switch (view) {
    case View::kPlanes:
      return {shape.channels, shape.height, shape.width};
    case View::kPixels:
      return {shape.height, shape.width, shape.channels};
    case View::kRow:
      return {shape.channels, shape.width};
    case View::kRowPixels:
      return {shape.width, shape.channels};
    case View::kFlat:
    case View::kFlatPixels:
    case View::kGroups:
    case View::kGroupRows:
      break;
  }
  return {shape.size()};
}

std::optional<Axis> view_axis(View view, const Shape& shape, std::int64_t axis) {
  if (is_grouped(view)) return std::nullopt;
  if (axis < 0) axis += rank_of(view);
  if (is_flat(view)) {
    const bool one_pixel = shape.height == 1 && shape.width == 1;
    return axis == 1 && one_pixel ? std::optional(Axis::kChannels) : std::nullopt;
  }
  if (axis < 1 || axis >= rank_of(view)) return std::nullopt;
  if (is_row(view)) return (axis == 1) == is_pixels(view) ? Axis::kWidth : Axis::kChannels;
  constexpr Axis kPlanes[] = {Axis::kChannels, Axis::kHeight, Axis::kWidth};
  constexpr Axis kPixels[] = {Axis::kHeight, Axis::kWidth, Axis::kChannels};
  return (view == View::kPlanes ? kPlanes : kPixels)[axis - 1];
}

bool runs_along_channels(View view, const Shape& shape, std::vector<std::int64_t> dims) {
  const auto first = std::find_if(dims.begin(), dims.end(), [](auto dim) { return dim != 1; });
  dims.erase(dims.begin(), first);
  if (view == View::kPlanes) return dims == std::vector<std::int64_t>{shape.channels, 1, 1};
  if (view == View::kRow) return dims == std::vector<std::int64_t>{shape.channels, 1};
  const bool one_pixel = shape.height == 1 && shape.width == 1;
  return (view == View::kPixels || view == View::kRowPixels || (is_flat(view) && one_pixel)) &&
         dims == std::vector<std::int64_t>{shape.channels};
}

int extent(const Shape& shape, Axis axis) {
  return axis == Axis::kChannels ? shape.channels
         : axis == Axis::kHeight ? shape.height
                                 : shape.width;
}

int& extent(Shape& shape, Axis axis) {
  return axis == Axis::kChannels ? shape.channels
         : axis == Axis::kHeight ? shape.height
                                 : shape.width;
}

int& extent(Padding::Border& border, Axis axis) {
  return axis == Axis::kChannels ? border.channels
         : axis == Axis::kHeight ? border.height
                                 : border.width;
}

std::optional<std::vector<std::int64_t>> resolved_dims(View from, const Shape& shape,
                                                       std::vector<std::int64_t> dims) {
  if (dims.empty()) return std::nullopt;
  const bool batch = dims[0] >= -1 && dims[0] <= 1;
  if (!batch) return std::nullopt;
  const std::vector<std::int64_t> source = view_dims(from, shape);
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] == 0 && i <= source.size()) dims[i] = source[i - 1];
    if (dims[i] == -1 && open == nullptr && dims[0] != -1) {
      open = &dims[i];
    } else if (dims[i] < 1 || dims[i] > shape.size()) {
      return std::nullopt;
    } else {
      known *= dims[i];
      if (known > shape.size()) return std::nullopt;
    }
  }
  if (open != nullptr) *open = shape.size() / known;
  dims.erase(dims.begin());
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) elements *= dim;
  if (elements != shape.size()) return std::nullopt;
  return dims;
}

std::optional<View> reshaped_view(View from, const Shape& shape, std::vector<std::int64_t> dims) {
  const auto resolved = resolved_dims(from, shape, std::move(dims));
  if (!resolved) return std::nullopt;
  // One pixel or one channel: both orders are one.
  const bool one_order = (shape.height == 1 && shape.width == 1) || shape.channels == 1;
  for (const View view : {from, View::kPlanes, View::kPixels, View::kRow, View::kRowPixels,
                          View::kFlat, View::kFlatPixels}) {
    // Elements keep their order: a view with pixels inside is no view with channels inside.
    const bool same_order = is_pixels(view) == is_pixels(from) || one_order;
    const bool exists = !is_row(view) || shape.height == 1;
    if (same_order && exists && *resolved == view_dims(view, shape)) return view;
  }
  return std::nullopt;
}

std::optional<int> channel_groups(const Shape& shape, std::vector<std::int64_t> dims) {
  if (dims.size() != 5 || dims[0] < -1 || dims[0] > 1) return std::nullopt;
  const auto open = std::find(dims.begin() + 1, dims.end(), -1);
  if (open != dims.end()) {
    if (dims[0] == -1) return std::nullopt;
    *open = 1;
  }
  std::int64_t known = 1;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] < 1 || dims[i] > shape.size()) return std::nullopt;
    known *= dims[i];
    if (known > shape.size()) return std::nullopt;
  }
  if (open != dims.end()) *open = shape.size() / known;
  if (dims[1] * dims[2] != shape.channels || dims[3] != shape.height || dims[4] != shape.width) {
    return std::nullopt;
  }
  return static_cast<int>(dims[1]);
}

std::optional<int> grouped_rows(View from, const Shape& shape, std::vector<std::int64_t> dims) {
  const auto resolved = resolved_dims(from, shape, std::move(dims));
  if (!resolved || resolved->size() != 2 || is_pixels(from)) return std::nullopt;
  const std::int64_t groups = resolved->front();
  if (groups > shape.channels || shape.channels % groups != 0) return std::nullopt;
  return static_cast<int>(groups);
}

}  // namespace brownout::models
