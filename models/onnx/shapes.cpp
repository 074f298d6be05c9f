// Views of tensors and arithmetic on shapes.
#include "models/onnx/shapes.hpp"

#include <algorithm>
#include <set>

namespace brownout::models {
namespace {

constexpr std::size_t kLongest = 64;  // list of integers that a graph computes

}  // namespace

std::vector<std::int64_t> view_dims(View view, const Shape& shape) {
  switch (view) {
    case View::kPlanes:
      return {shape.channels, shape.height, shape.width};
    case View::kPixels:
      return {shape.height, shape.width, shape.channels};
    case View::kFlat:
    case View::kFlatPixels:
    case View::kGroups:
      break;
  }
  return {shape.size()};
}

std::optional<Axis> view_axis(View view, const Shape& shape, std::int64_t axis) {
  if (view == View::kGroups) return std::nullopt;
  if (axis < 0) axis += is_flat(view) ? 2 : 4;
  if (is_flat(view)) {
    const bool one_pixel = shape.height == 1 && shape.width == 1;
    return axis == 1 && one_pixel ? std::optional(Axis::kChannels) : std::nullopt;
  }
  if (axis < 1 || axis > 3) return std::nullopt;
  constexpr Axis kPlanes[] = {Axis::kChannels, Axis::kHeight, Axis::kWidth};
  constexpr Axis kPixels[] = {Axis::kHeight, Axis::kWidth, Axis::kChannels};
  return (view == View::kPlanes ? kPlanes : kPixels)[axis - 1];
}

bool runs_along_channels(View view, const Shape& shape, std::vector<std::int64_t> dims) {
  const auto first = std::find_if(dims.begin(), dims.end(), [](auto dim) { return dim != 1; });
  dims.erase(dims.begin(), first);
  if (view == View::kPlanes) return dims == std::vector<std::int64_t>{shape.channels, 1, 1};
  const bool one_pixel = shape.height == 1 && shape.width == 1;
  return (view == View::kPixels || (is_flat(view) && one_pixel)) &&
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

std::optional<View> reshaped_view(View from, const Shape& shape, std::vector<std::int64_t> dims) {
  if (dims.empty()) return std::nullopt;
  const bool batch = dims[0] == kBatch || (dims[0] >= -1 && dims[0] <= 1);
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
  const bool one_pixel = shape.height == 1 && shape.width == 1;
  const auto inside = [](View view) { return view == View::kPixels || view == View::kFlatPixels; };
  for (const View view : {from, View::kPlanes, View::kPixels, View::kFlat, View::kFlatPixels}) {
    // Elements keep their order: a view with pixels inside is no view with channels inside.
    const bool same_order = inside(view) == inside(from) || one_pixel;
    if (same_order && dims == view_dims(view, shape)) return view;
  }
  return std::nullopt;
}

std::optional<int> channel_groups(const Shape& shape, std::vector<std::int64_t> dims) {
  if (dims.size() != 5 || (dims[0] != kBatch && (dims[0] < -1 || dims[0] > 1))) return std::nullopt;
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

std::optional<Integers> ShapeValues::integers(const std::string& edge) const {
  const auto found = computed_.find(edge);
  if (found != computed_.end()) return found->second;
  const onnx::TensorProto* tensor = graph_.constant(edge);
  if (tensor == nullptr) return std::nullopt;
  Integers constant{.dims = {tensor->dims().begin(), tensor->dims().end()}, .values = {}};
  if (tensor->data_type() == onnx::TensorProto::INT64) {
    constant.values = graph_.int64s(*tensor);
  } else if (tensor->data_type() == onnx::TensorProto::INT32) {
    const std::vector<std::int32_t> values = graph_.integers(*tensor);
    constant.values.assign(values.begin(), values.end());
  } else {
    return std::nullopt;
  }
  return constant;
}

std::optional<std::vector<std::int64_t>> ShapeValues::find(const std::string& edge) const {
  auto found = integers(edge);
  if (!found) return std::nullopt;
  return std::move(found->values);
}

void ShapeValues::set_shape(const onnx::NodeProto& node, View view, const Shape& shape) {
  std::vector<std::int64_t> dims = view_dims(view, shape);
  dims.insert(dims.begin(), kBatch);
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto bound = [&](const char* name, std::int64_t fallback) {
    const std::int64_t value = int_attribute(node, name, fallback);
    return std::clamp(value < 0 ? value + rank : value, std::int64_t{0}, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(start, bound("end", rank));
  computed_[node.output(0)] = {{end - start}, {dims.begin() + start, dims.begin() + end}};
}

bool ShapeValues::knows(const std::string& type) {
  static const std::set<std::string> operators = {
      "Add",   "Cast",    "Concat", "ConstantOfShape", "Div", "Gather",    "Identity", "Mul",
      "Shape", "Reshape", "Slice",  "Squeeze",         "Sub", "Transpose", "Unsqueeze"};
  return operators.contains(type);
}

bool ShapeValues::fold(const onnx::NodeProto& node) {
  const auto& inputs = node.input();
  const bool computed = std::any_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
    return computed_.contains(input);
  });
  // Reshape and its like take computed integers but need not yield any.
  const bool makes = computed || node.op_type() == "ConstantOfShape";
  if (!makes || !integers(input_name(node, 0))) return false;
  Integers made = compute(node);
  if (made.values.size() > kLongest) {
    graph_.fail(node, "it computes " + std::to_string(made.values.size()) + " numbers; at most " +
                          std::to_string(kLongest) + " make a shape");
  }
  computed_[node.output(0)] = std::move(made);
  return true;
}

Integers ShapeValues::required(const onnx::NodeProto& node, int index) const {
  auto values = integers(input_name(node, index));
  if (!values) {
    graph_.fail(node,
                "'" + input_name(node, index) +
                    "' is not a computed shape; sizes in float have to be computed before "
                    "quantization (fixed sizes, onnxruntime.quantization: quant_pre_process)");
  }
  return *std::move(values);
}

Integers ShapeValues::compute(const onnx::NodeProto& node) const {
  const std::string& type = node.op_type();
  Integers from = required(node, 0);
  const auto size = static_cast<std::int64_t>(from.values.size());
  if (type == "Identity" || type == "Cast") return from;
  if (type == "Unsqueeze" || type == "Squeeze") return {{size}, std::move(from.values)};
  if (type == "Reshape") return reshaped(node, std::move(from));
  if (type == "Slice") return sliced(node, from);
  if (type == "ConstantOfShape") {
    const onnx::AttributeProto* value = find_attribute(node, "value");
    if (size != 1 || from.values[0] < 0 || from.values[0] > std::int64_t{kLongest} ||
        value == nullptr || graph_.element_count(value->t()) != 1) {
      graph_.fail(node, "only short lists of integers are supported");
    }
    const std::int64_t element = graph_.int64s(value->t())[0];
    return {from.values,
            std::vector<std::int64_t>(static_cast<std::size_t>(from.values[0]), element)};
  }
  if (type == "Concat") {
    for (int i = 1; i < node.input_size(); ++i) {
      const std::vector<std::int64_t> more = required(node, i).values;
      from.values.insert(from.values.end(), more.begin(), more.end());
    }
    return {{static_cast<std::int64_t>(from.values.size())}, std::move(from.values)};
  }
  if (type == "Gather") {
    Integers picked = required(node, 1);
    for (std::int64_t& index : picked.values) {
      if (index < -size || index >= size) graph_.fail(node, "an index is outside the shape");
      index = from.values[static_cast<std::size_t>(index < 0 ? index + size : index)];
    }
    return picked;
  }
  if (type == "Transpose" && from.dims.size() == 2) {
    Integers turned{{from.dims[1], from.dims[0]}, {}};
    for (std::int64_t c = 0; c < from.dims[1]; ++c) {
      for (std::int64_t r = 0; r < from.dims[0]; ++r) {
        turned.values.push_back(from.values[static_cast<std::size_t>(r * from.dims[1] + c)]);
      }
    }
    return turned;
  }
  return arithmetic(node);
}

/// To a list or a matrix.
Integers ShapeValues::reshaped(const onnx::NodeProto& node, Integers from) const {
  const auto size = static_cast<std::int64_t>(from.values.size());
  std::vector<std::int64_t> dims = required(node, 1).values;
  std::int64_t known = 1;
  for (const std::int64_t dim : dims) {
    if (dim == 0 || dim < -1 || dim > size) graph_.fail(node, "impossible shape of a shape");
    known *= dim == -1 ? 1 : dim;
    if (known > size) graph_.fail(node, "impossible shape of a shape");
  }
  for (std::int64_t& dim : dims) {
    if (dim == -1) dim = size / known;
  }
  if (dims.empty() || dims.size() > 2 || (dims.size() == 2 && dims[0] * dims[1] != size) ||
      (dims.size() == 1 && dims[0] != size)) {
    graph_.fail(node, "impossible shape of a shape");
  }
  from.dims = dims;
  return from;
}

/// Elements, or rows of a matrix, from a start to an end, forwards or backwards.
Integers ShapeValues::sliced(const onnx::NodeProto& node, const Integers& from) const {
  if (from.dims.empty()) graph_.fail(node, "it cuts a scalar");
  const std::int64_t size = from.dims[0];
  const auto scalar = [&](int index, std::int64_t fallback) {
    if (input_name(node, index).empty()) return fallback;
    const std::vector<std::int64_t> given = required(node, index).values;
    if (given.size() != 1) graph_.fail(node, "more than one axis of a shape");
    return given[0];
  };
  const std::int64_t step = scalar(4, 1);
  if (scalar(3, 0) != 0 || (step != 1 && step != -1)) {
    graph_.fail(node, "shapes are only cut along their first axis, one by one");
  }
  const auto bound = [&](std::int64_t value) {
    const std::int64_t low = step > 0 ? 0 : -1;
    return std::clamp(value < 0 ? value + size : value, low, step > 0 ? size : size - 1);
  };
  const std::int64_t row = from.dims.size() == 2 ? from.dims[1] : 1;
  const std::int64_t end = bound(scalar(2, 0));
  Integers cut{from.dims, {}};
  cut.dims[0] = 0;
  for (std::int64_t i = bound(scalar(1, 0)); (end - i) * step > 0; i += step, ++cut.dims[0]) {
    const auto first = from.values.begin() + i * row;
    cut.values.insert(cut.values.end(), first, first + row);
  }
  return cut;
}

Integers ShapeValues::arithmetic(const onnx::NodeProto& node) const {
  const std::string& type = node.op_type();
  if (type != "Mul" && type != "Div" && type != "Add" && type != "Sub") {
    graph_.fail(node, "this operator on a shape is not supported");
  }
  const Integers left = required(node, 0);
  const Integers right = required(node, 1);
  if (left.values.size() != 1 || right.values.size() != 1) {
    graph_.fail(node, "it computes more than one number");
  }
  constexpr std::int64_t kLargest = 1 << 30;
  const std::int64_t a = left.values[0];
  const std::int64_t b = right.values[0];
  const auto in_range = [](std::int64_t value) { return value >= -kLargest && value <= kLargest; };
  if (!in_range(a) || !in_range(b)) {
    graph_.fail(node, "arithmetic on the batch or on a number beyond 2^30 is not supported");
  }
  if (type == "Div" && b == 0) graph_.fail(node, "it divides by 0");
  const std::int64_t value = type == "Mul"   ? a * b
                             : type == "Add" ? a + b
                             : type == "Sub" ? a - b
                                             : a / b;
  return {left.dims, {value}};
}

}  // namespace brownout::models
