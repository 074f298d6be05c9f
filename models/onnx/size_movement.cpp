// The operators that pick, join and reorder.
#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

#include "models/onnx/size_operators.hpp"

#include "memory/base/arithmetic.hpp"

namespace brownout::models {
namespace {

using List = std::vector<std::int64_t>;
using Results = std::vector<Integers>;

/// Consecutive elements that share their place before an axis.
std::int64_t run_behind(const List& dims, std::size_t axis) {
  return std::accumulate(dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end(),
                         std::int64_t{1}, std::multiplies<>());
}

/// These indices of one dimension; negative ones count from the end.
Integers taken(const Integers& from, std::size_t axis, const List& indices) {
  const std::int64_t size = from.dims[axis];
  Integers made{from.dims, {}};
  made.dims[axis] = static_cast<std::int64_t>(indices.size());
  count_of(made.dims);
  const std::int64_t run = run_behind(from.dims, axis);
  const auto end = static_cast<std::int64_t>(from.values.size());
  for (std::int64_t first = 0; first < end; first += run * size) {
    for (const std::int64_t index : indices) {
      if (index < -size || index >= size) refuse("an index is outside its input");
      const std::int64_t at = first + run * (index < 0 ? index + size : index);
      const auto begin = from.values.begin() + at;
      made.values.insert(made.values.end(), begin, begin + run);
    }
  }
  return made;
}

Results concatenate(const SizeCall& call) {
  Integers made = call.input(0);
  const std::size_t axis = place_of(
      int_attribute(call.node, "axis", std::numeric_limits<std::int64_t>::min()), made.dims.size());
  for (std::size_t n = 1; n < call.inputs.size(); ++n) {
    const Integers& more = call.input(n);
    List alike = more.dims;
    if (alike.size() == made.dims.size()) alike[axis] = made.dims[axis];
    if (alike != made.dims) refuse("the shapes of its inputs do not fit together");
    Integers joined{made.dims, {}};
    joined.dims[axis] += more.dims[axis];
    count_of(joined.dims);
    const std::int64_t run = run_behind(made.dims, axis);
    const std::int64_t runs[] = {run * made.dims[axis], run * more.dims[axis]};
    const std::int64_t blocks =
        count_of(joined.dims) == 0 ? 0 : count_of(joined.dims) / (runs[0] + runs[1]);
    for (std::int64_t block = 0; block < blocks; ++block) {
      const auto left = made.values.begin() + block * runs[0];
      const auto right = more.values.begin() + block * runs[1];
      joined.values.insert(joined.values.end(), left, left + runs[0]);
      joined.values.insert(joined.values.end(), right, right + runs[1]);
    }
    made = joined;
  }
  return {made};
}

Results gather(const SizeCall& call) {
  const Integers &from = call.input(0), &indices = call.input(1);
  const std::size_t axis = place_of(int_attribute(call.node, "axis", 0), from.dims.size());
  Integers made = taken(from, axis, indices.values);
  const auto place = made.dims.erase(made.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  made.dims.insert(place, indices.dims.begin(), indices.dims.end());
  return {made};
}

Results slice(const SizeCall& call) {
  Integers made = call.input(0);
  const List starts = call.input(1).values, ends = call.input(2).values;
  List axes(starts.size()), steps(starts.size(), 1);
  std::iota(axes.begin(), axes.end(), 0);
  axes = call.list(3, "").value_or(axes);
  steps = call.list(4, "").value_or(steps);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    refuse("starts, ends, axes and steps differ in number");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = place_of(axes[i], made.dims.size());
    const std::int64_t extent = made.dims[axis], step = steps[i];
    if (step == 0) refuse("its step is 0");
    const auto bound = [&](std::int64_t value) {
      const std::int64_t low = step > 0 ? 0 : -1;
      return std::clamp(value < 0 ? value + extent : value, low, step > 0 ? extent : extent - 1);
    };
    List indices;
    const std::int64_t end = bound(ends[i]);
    const std::int64_t stride = std::clamp(step, -kMostSizes - 1, kMostSizes + 1);
    for (std::int64_t at = std::max(bound(starts[i]), std::int64_t{0});
         step > 0 ? at < end : at > end; at += stride) {
      indices.push_back(at);
    }
    made = taken(made, axis, indices);
  }
  return {made};
}

Results reshape(const SizeCall& call) {
  const Integers& from = call.input(0);
  List dims = call.input(1).values;
  const auto elements = static_cast<std::int64_t>(from.values.size());
  std::int64_t known = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 0 && int_attribute(call.node, "allowzero", 0) == 0) {
      dims[d] = d < from.dims.size() ? from.dims[d] : -2;
    }
    if (dims[d] < -1 || dims[d] > elements) refuse("its input does not fit the shape");
    known *= dims[d] == -1 ? 1 : dims[d];
    if (known > elements) refuse("its input does not fit the shape");
  }
  const auto open = std::find(dims.begin(), dims.end(), -1);
  if (open != dims.end() && known > 0) *open = elements / known;
  if (std::count(dims.begin(), dims.end(), -1) > 0 || count_of(dims) != elements) {
    refuse("its input does not fit the shape");
  }
  return {{dims, from.values}};
}

Results squeeze(const SizeCall& call) {
  Integers made = call.input(0);
  const auto axes = call.list(1, "axes");
  std::vector<bool> left_out(made.dims.size(), false);
  for (std::size_t d = 0; d < made.dims.size(); ++d) left_out[d] = !axes && made.dims[d] == 1;
  for (const std::int64_t axis : axes.value_or(List{})) {
    const std::size_t d = place_of(axis, made.dims.size());
    if (made.dims[d] != 1) refuse("it leaves out a dimension that is not 1");
    left_out[d] = true;
  }
  List kept;
  for (std::size_t d = 0; d < made.dims.size(); ++d) {
    if (!left_out[d]) kept.push_back(made.dims[d]);
  }
  made.dims = kept;
  return {made};
}

Results unsqueeze(const SizeCall& call) {
  Integers made = call.input(0);
  const List axes = call.list(1, "axes").value_or(List{});
  const std::size_t rank = made.dims.size() + axes.size();
  std::vector<bool> added(rank, false);
  for (const std::int64_t axis : axes) added[place_of(axis, rank)] = true;
  List dims;
  auto own = made.dims.begin();
  for (std::size_t d = 0; d < rank; ++d) {
    if (!added[d] && own == made.dims.end()) refuse("it adds a dimension twice");
    dims.push_back(added[d] ? 1 : *own++);
  }
  made.dims = dims;
  return {made};
}

Results transpose(const SizeCall& call) {
  const Integers& from = call.input(0);
  List order = ints_attribute(call.node, "perm");
  if (order.empty()) {
    order.resize(from.dims.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  List sorted = order, own(from.dims.size());
  std::sort(sorted.begin(), sorted.end());
  std::iota(own.begin(), own.end(), 0);
  if (sorted != own) refuse("its perm does not name every dimension once");
  Integers made;
  const List from_strides = strides_of(from.dims);
  List sources;  // strides of the input, in the order of the result
  for (const std::int64_t d : order) {
    const std::size_t place = place_of(d, order.size());
    made.dims.push_back(from.dims[place]);
    sources.push_back(from_strides[place]);
  }
  const List strides = strides_of(made.dims);
  for (std::int64_t i = 0; i < count_of(made.dims); ++i) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < order.size(); ++d) {
      at += i / strides[d] % made.dims[d] * sources[d];
    }
    made.values.push_back(from.values[static_cast<std::size_t>(at)]);
  }
  return {made};
}

Results split(const SizeCall& call) {
  const Integers& from = call.input(0);
  const std::size_t axis = place_of(int_attribute(call.node, "axis", 0), from.dims.size());
  const auto parts = std::max<std::int64_t>(call.node.output_size(), 1);
  const std::int64_t part = divide_up(from.dims[axis], parts);
  List sizes(static_cast<std::size_t>(parts), part);
  sizes.back() = from.dims[axis] - part * (parts - 1);
  sizes = call.list(1, "split").value_or(sizes);
  if (std::ssize(sizes) != parts) refuse("its parts do not fit its input");
  Results made;
  std::int64_t first = 0;
  for (const std::int64_t extent : sizes) {
    if (extent < 0 || extent > from.dims[axis] - first) refuse("its parts do not fit its input");
    List indices;
    for (std::int64_t i = first; i < first + extent; ++i) indices.push_back(i);
    made.push_back(taken(from, axis, indices));
    first += extent;
  }
  return made;
}

Results tile(const SizeCall& call) {
  Integers made = call.input(0);
  const List& times = call.input(1).values;
  if (times.size() != made.dims.size()) refuse("it has not one number for every dimension");
  for (std::size_t d = 0; d < times.size(); ++d) {
    if (times[d] < 0 || times[d] > kMostSizes) refuse("a number of repetitions is out of range");
    List indices;
    for (std::int64_t i = 0; i < times[d] * made.dims[d]; ++i) indices.push_back(i % made.dims[d]);
    made = taken(made, d, indices);
  }
  return {made};
}

}  // namespace

std::map<std::string, SizeOperator> size_movement() {
  return {{"Concat", concatenate}, {"Gather", gather},       {"Reshape", reshape},
          {"Slice", slice},        {"Split", split},         {"Squeeze", squeeze},
          {"Tile", tile},          {"Transpose", transpose}, {"Unsqueeze", unsqueeze}};
}

}  // namespace brownout::models
