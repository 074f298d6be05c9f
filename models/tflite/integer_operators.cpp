// The table, and the operators that pick, join and repeat.
#include "models/tflite/integer_operators.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "memory/base/input_error.hpp"
#include "models/tflite/integer_arithmetic.hpp"

namespace brownout::models {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw InputError(why); }

const IntegerArray& operand(const IntegerCall& call, std::size_t position) {
  if (position >= call.inputs.size()) refuse("input " + std::to_string(position) + " is missing");
  return call.inputs[position];
}

std::int64_t single(const IntegerCall& call, std::size_t position) {
  const IntegerArray& array = operand(call, position);
  if (array.values.size() != 1) refuse("input " + std::to_string(position) + " is not one number");
  return array.values[0];
}

/// One of `rank` axes.
std::size_t axis_in(std::int64_t axis, std::size_t rank) {
  const std::optional<std::size_t> found = axis_of(axis, rank);
  if (!found) refuse("it has no dimension " + std::to_string(axis));
  return *found;
}

IntegerArray whole(const IntegerCall& call) { return operand(call, 0); }

IntegerArray shape_of_integers(const IntegerCall& call) {
  const Dims& dims = operand(call, 0).dims;
  return {{static_cast<int>(dims.size())}, Numbers(dims.begin(), dims.end())};
}

IntegerArray rank_of_integers(const IntegerCall& call) {
  return {{}, {static_cast<std::int64_t>(operand(call, 0).dims.size())}};
}

IntegerArray reshape(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  if (call.inputs.size() > 1) return {reshaped(from.dims, call.inputs[1].values), from.values};
  const tflite::Reshape* options = call.table->options_as_Reshape();
  if (options == nullptr || options->shape() == nullptr) refuse("it has no shape");
  return {reshaped(from.dims, Numbers(options->shape()->begin(), options->shape()->end())),
          from.values};
}

IntegerArray squeeze(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  return {squeezed(from.dims, call.table->options_as_Squeeze()), from.values};
}

IntegerArray expand(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  return {expanded(from.dims, operand(call, 1).values), from.values};
}

/// Of arrays that are alike but for their extent along the axis.
IntegerArray joined_along(std::size_t axis, const std::vector<IntegerArray>& parts) {
  IntegerArray made{parts[0].dims, {}};
  made.dims[axis] = 0;
  std::int64_t runs = 1;
  for (std::size_t d = 0; d < axis; ++d) runs *= made.dims[d];
  for (const IntegerArray& part : parts) {
    Dims alike = part.dims;
    if (alike.size() != made.dims.size()) refuse("the shapes of its inputs do not fit together");
    made.dims[axis] += alike[axis];
    alike[axis] = made.dims[axis];
    if (alike != made.dims) refuse("the shapes of its inputs do not fit together");
    if (made.dims[axis] > kMostIntegers) refuse("it joins too many numbers");
  }
  for (std::int64_t run = 0; run < runs; ++run) {
    for (const IntegerArray& part : parts) {
      const std::int64_t length = std::ssize(part.values) / runs;
      const auto first = part.values.begin() + run * length;
      made.values.insert(made.values.end(), first, first + length);
    }
  }
  return made;
}

IntegerArray concatenate(const IntegerCall& call) {
  const tflite::Concatenation* options = call.table->options_as_Concatenation();
  if (options == nullptr) refuse("it has no options");
  return joined_along(axis_in(options->axis(), operand(call, 0).dims.size()), call.inputs);
}

IntegerArray pack(const IntegerCall& call) {
  const tflite::Pack* options = call.table->options_as_Pack();
  if (options == nullptr) refuse("it has no options");
  std::vector<IntegerArray> parts = call.inputs;
  const std::size_t axis = axis_in(options->axis(), operand(call, 0).dims.size() + 1);
  for (IntegerArray& part : parts) {
    if (part.dims.size() < axis) refuse("the shapes of its inputs do not fit together");
    part.dims.insert(part.dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  return joined_along(axis, parts);
}

/// These indices of one dimension.
IntegerArray taken(const IntegerArray& from, std::size_t axis, const Numbers& indices) {
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= from.dims[axis]) refuse("an index is outside its input");
  }
  IntegerArray made{from.dims, {}};
  made.dims[axis] = static_cast<int>(indices.size());
  if (elements_of(made.dims) > kMostIntegers) refuse("it computes too many numbers");
  const std::int64_t run = strides_of(from.dims)[axis];
  const std::int64_t block = run * from.dims[axis];
  for (std::int64_t first = 0; first < std::ssize(from.values); first += block) {
    for (const std::int64_t index : indices) {
      const auto at = from.values.begin() + first + run * index;
      made.values.insert(made.values.end(), at, at + run);
    }
  }
  return made;
}

IntegerArray gather(const IntegerCall& call) {
  const tflite::Gather* options = call.table->options_as_Gather();
  const IntegerArray &from = operand(call, 0), &indices = operand(call, 1);
  if (options != nullptr && options->batch_dims() != 0)
    refuse("batch dimensions are not supported");
  const std::size_t axis = axis_in(options == nullptr ? 0 : options->axis(), from.dims.size());
  IntegerArray made = taken(from, axis, indices.values);
  const auto place = made.dims.erase(made.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  made.dims.insert(place, indices.dims.begin(), indices.dims.end());
  return made;
}

IntegerArray cut(IntegerArray from, const std::vector<Range>& ranges) {
  Dims kept;
  for (std::size_t d = 0; d < ranges.size(); ++d) {
    Numbers indices;
    for (int i = 0; i < ranges[d].count; ++i)
      indices.push_back(ranges[d].first + i * ranges[d].step);
    from = taken(from, d, indices);
    if (!ranges[d].only) kept.push_back(ranges[d].count);
  }
  return {kept, from.values};
}

IntegerArray slice(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  return cut(from, slice_ranges(from.dims, operand(call, 1).values, operand(call, 2).values));
}

IntegerArray strided_slice(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  return cut(from, strided_ranges(from.dims, operand(call, 1).values, operand(call, 2).values,
                                  operand(call, 3).values, call.table->options_as_StridedSlice()));
}

/// Each index of one dimension, which is left out.
std::vector<IntegerArray> unpack(const IntegerCall& call) {
  const tflite::Unpack* options = call.table->options_as_Unpack();
  const IntegerArray& from = operand(call, 0);
  const std::size_t axis = axis_in(options == nullptr ? 0 : options->axis(), from.dims.size());
  std::vector<IntegerArray> made;
  for (std::int64_t index = 0; index < from.dims[axis]; ++index) {
    made.push_back(taken(from, axis, {index}));
    made.back().dims.erase(made.back().dims.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return made;
}

/// Equal parts of one dimension.
std::vector<IntegerArray> split(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 1);
  const std::size_t axis = axis_in(single(call, 0), from.dims.size());
  const auto parts = static_cast<int>(call.outputs);
  if (from.dims[axis] % parts != 0) refuse("its parts are not equal");
  const int extent = from.dims[axis] / parts;
  std::vector<IntegerArray> made;
  for (int part = 0; part < parts; ++part) {
    Numbers indices;
    for (int i = 0; i < extent; ++i) indices.push_back(part * extent + i);
    made.push_back(taken(from, axis, indices));
  }
  return made;
}

IntegerArray reverse(const IntegerCall& call) {
  IntegerArray made = operand(call, 0);
  for (const std::int64_t entry : operand(call, 1).values) {
    const std::size_t axis = axis_in(entry, made.dims.size());
    Numbers indices;
    for (int i = made.dims[axis]; i > 0; --i) indices.push_back(i - 1);
    made = taken(made, axis, indices);
  }
  return made;
}

IntegerArray tile(const IntegerCall& call) {
  IntegerArray made = operand(call, 0);
  const Numbers& times = operand(call, 1).values;
  if (times.size() != made.dims.size()) refuse("it has not one number for every dimension");
  for (std::size_t d = 0; d < times.size(); ++d) {
    if (times[d] < 0 || times[d] > kMostIntegers) {
      refuse("it repeats a dimension " + std::to_string(times[d]) + " times");
    }
    Numbers indices;
    for (std::int64_t i = 0; i < times[d] * made.dims[d]; ++i) indices.push_back(i % made.dims[d]);
    made = taken(made, d, indices);
  }
  return made;
}

IntegerArray fill(const IntegerCall& call) {
  IntegerArray made;
  std::int64_t elements = 1;
  for (const std::int64_t extent : operand(call, 0).values) {
    if (extent < 0 || extent > kMostIntegers || elements > kMostIntegers) {
      refuse("it fills more than " + std::to_string(kMostIntegers) + " numbers");
    }
    elements *= extent;
    made.dims.push_back(static_cast<int>(extent));
  }
  made.values.assign(static_cast<std::size_t>(elements), single(call, 1));
  return made;
}

IntegerArray zeros(const IntegerCall& call) {
  const IntegerArray& like = operand(call, 0);
  return {like.dims, Numbers(like.values.size(), 0)};
}

IntegerArray range(const IntegerCall& call) {
  const std::int64_t end = single(call, 1), step = single(call, 2);
  IntegerArray made;
  if (step == 0) refuse("its step is 0");
  for (std::int64_t at = single(call, 0); step > 0 ? at < end : at > end;) {
    if (made.values.size() > kMostIntegers) break;  // refused
    made.values.push_back(at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  made.dims = {static_cast<int>(made.values.size())};
  return made;
}

/// The indices of what is not 0, one in each row.
IntegerArray where(const IntegerCall& call) {
  const IntegerArray& from = operand(call, 0);
  const std::vector<std::int64_t> strides = strides_of(from.dims);
  IntegerArray made;
  int found = 0;
  for (std::size_t i = 0; i < from.values.size(); ++i) {
    if (from.values[i] == 0) continue;
    ++found;
    for (std::size_t d = 0; d < from.dims.size(); ++d) {
      made.values.push_back(static_cast<std::int64_t>(i) / strides[d] % from.dims[d]);
    }
  }
  made.dims = {found, static_cast<int>(from.dims.size())};
  return made;
}

IntegerOperator one(IntegerFunction compute) {
  return [compute = std::move(compute)](const IntegerCall& call) {
    return std::vector<IntegerArray>{compute(call)};
  };
}

using Table = std::map<tflite::OperatorKind, IntegerOperator>;

Table make_table() {
  using enum tflite::OperatorKind;
  Table table = {{CAST, one(whole)},
                 {SHAPE, one(shape_of_integers)},
                 {RANK, one(rank_of_integers)},
                 {RESHAPE, one(reshape)},
                 {SQUEEZE, one(squeeze)},
                 {EXPAND_DIMS, one(expand)},
                 {CONCATENATION, one(concatenate)},
                 {PACK, one(pack)},
                 {UNPACK, unpack},
                 {SPLIT, split},
                 {GATHER, one(gather)},
                 {SLICE, one(slice)},
                 {STRIDED_SLICE, one(strided_slice)},
                 {REVERSE_V2, one(reverse)},
                 {TILE, one(tile)},
                 {FILL, one(fill)},
                 {ZEROS_LIKE, one(zeros)},
                 {RANGE, one(range)},
                 {WHERE, one(where)}};
  for (const auto& [kind, compute] : integer_arithmetic()) {
    table.emplace(kind, one(compute));
  }
  return table;
}

const Table& table() {
  static const Table made = make_table();
  return made;
}

}  // namespace

const IntegerOperator* integer_operator(tflite::OperatorKind kind) {
  const auto found = table().find(kind);
  return found == table().end() ? nullptr : &found->second;
}

std::string integer_operator_names() {
  std::string names;
  for (const auto& [kind, unused] : table()) {
    names += (names.empty() ? "" : ", ") + std::string(tflite::EnumNameOperatorKind(kind));
  }
  return names;
}

}  // namespace brownout::models
