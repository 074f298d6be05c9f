// Shapes as the ONNX graph sees them: how an edge views a tensor. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/onnx/graph.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// The dimensions of an edge: (N, C, H, W), (N, H, W, C), of a single row (N, C, W), (N, W, C),
/// (N, C * H * W), (N, H * W * C), or in the middle of a channel shuffle (N, groups, C / groups, H,
/// W), of a group normalization (N, groups, C / groups * H * W).
enum class View { kPlanes, kPixels, kRow, kRowPixels, kFlat, kFlatPixels, kGroups, kGroupRows };

inline bool is_flat(View view) { return view == View::kFlat || view == View::kFlatPixels; }
inline bool is_row(View view) { return view == View::kRow || view == View::kRowPixels; }
/// Channels in groups, which have an edge of their own to the next Reshape.
inline bool is_grouped(View view) { return view == View::kGroups || view == View::kGroupRows; }
/// Channels last, or flattened from there.
inline bool is_pixels(View view) {
  return view == View::kPixels || view == View::kRowPixels || view == View::kFlatPixels;
}
/// Dimensions, the batch included.
inline int rank_of(View view) {
  if (is_row(view) || view == View::kGroupRows) return 3;
  return is_flat(view) ? 2 : view == View::kGroups ? 5 : 4;
}

/// Without the batch, of all views but those of groups.
std::vector<std::int64_t> view_dims(View view, const Shape& shape);

/// The axis of the tensor that dimension `axis` (counted from 0, negative from the end) of a view
/// is; nothing for the batch, for a flat view of several pixels and for those of groups.
std::optional<Axis> view_axis(View view, const Shape& shape, std::int64_t axis);

/// True where a constant of these dimensions is one element for each channel, by broadcasting.
bool runs_along_channels(View view, const Shape& shape, std::vector<std::int64_t> dims);

int extent(const Shape& shape, Axis axis);
int& extent(Shape& shape, Axis axis);
int& extent(Padding::Border& border, Axis axis);

/// The dimensions behind the batch that Reshape to `dims` gives, 0 and -1 resolved; nothing where
/// they do not fit.
std::optional<std::vector<std::int64_t>> resolved_dims(View from, const Shape& shape,
                                                       std::vector<std::int64_t> dims);

/// The view that Reshape to `dims` gives; nothing where it is none.
std::optional<View> reshaped_view(View from, const Shape& shape, std::vector<std::int64_t> dims);

/// The groups of channels where Reshape to `dims` makes (N, groups, C / groups, H, W) of planes.
std::optional<int> channel_groups(const Shape& shape, std::vector<std::int64_t> dims);
/// Those where it makes (N, groups, C / groups * H * W) of a view.
std::optional<int> grouped_rows(View from, const Shape& shape, std::vector<std::int64_t> dims);

}  // namespace brownout::models
