// The table, and the operators that make arrays.
#include "models/onnx/size_operators.hpp"

#include <algorithm>
#include <cstring>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

using List = std::vector<std::int64_t>;
using Results = std::vector<Integers>;

[[noreturn]] void refuse_too_many() {
  refuse("it computes more than " + std::to_string(kMostSizes) + " numbers, which no shape has");
}

std::int64_t single(const Integers& array) {
  if (array.values.size() != 1) refuse("one of its inputs is not a single number");
  return array.values[0];
}

Integers list_of(List values) { return {{static_cast<std::int64_t>(values.size())}, values}; }

Results whole(const SizeCall& call) { return {call.input(0)}; }

Results cast(const SizeCall& call) {
  Integers made = call.input(0);
  const auto to = static_cast<int>(int_attribute(call.node, "to", 0));
  if (to == onnx::TensorProto::BOOL) {
    for (std::int64_t& value : made.values) value = value != 0;
  } else if (to == onnx::TensorProto::INT32) {
    for (const std::int64_t value : made.values) {
      if (value != static_cast<std::int32_t>(value)) refuse("a number does not fit into 32 bits");
    }
  } else if (to != onnx::TensorProto::INT64) {
    refuse("it makes " + type_name(to) +
           " of sizes; sizes in float have to be computed before quantization (fixed sizes, "
           "onnxruntime.quantization: quant_pre_process)");
  }
  return {made};
}

Results shape(const SizeCall& call) {
  const List& dims = call.input(0).dims;
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto bound = [&](const char* name, std::int64_t fallback) {
    const std::int64_t value = int_attribute(call.node, name, fallback);
    return std::clamp(value < 0 ? value + rank : value, std::int64_t{0}, rank);
  };
  const std::int64_t start = bound("start", 0);
  return {list_of({dims.begin() + start, dims.begin() + std::max(start, bound("end", rank))})};
}

Results size(const SizeCall& call) {
  std::int64_t elements = 1;
  for (const std::int64_t extent : call.input(0).dims) {
    if (__builtin_mul_overflow(elements, extent, &elements)) refuse("too many elements");
  }
  return {{{}, {elements}}};
}

/// One number over and over; 0 where none is given (a float, which no size is).
Results fill(const SizeCall& call) {
  const onnx::AttributeProto* value = find_attribute(call.node, "value");
  const List& dims = call.input(0).values;
  for (const std::int64_t extent : dims) {
    if (extent < 0) refuse("it has a negative size");
  }
  const auto elements = static_cast<std::size_t>(count_of(dims));
  const bool integer = value != nullptr && value->t().data_type() == onnx::TensorProto::INT64;
  if (!integer || (value->t().int64_data_size() != 1 && value->t().raw_data().size() != 8)) {
    refuse("only lists of INT64 are computed");
  }
  std::int64_t element = 0;
  if (value->t().int64_data_size() == 1) {
    element = value->t().int64_data(0);
  } else {
    std::memcpy(&element, value->t().raw_data().data(), sizeof(element));
  }
  return {{dims, List(elements, element)}};
}

Results range(const SizeCall& call) {
  const std::int64_t limit = single(call.input(1)), step = single(call.input(2));
  if (step == 0) refuse("its step is 0");
  List values;
  for (std::int64_t at = single(call.input(0)); step > 0 ? at < limit : at > limit;) {
    values.push_back(at);
    if (std::ssize(values) > kMostSizes) refuse_too_many();
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return {list_of(values)};
}

std::map<std::string, SizeOperator> table() {
  std::map<std::string, SizeOperator> operators = size_arithmetic();
  operators.merge(size_movement());
  operators.insert({{"Cast", cast},
                    {"ConstantOfShape", fill},
                    {"Identity", whole},
                    {"Range", range},
                    {"Shape", shape},
                    {"Size", size}});
  return operators;
}

}  // namespace

const SizeOperator* size_operator(const std::string& type) {
  static const std::map<std::string, SizeOperator> operators = table();
  const auto found = operators.find(type);
  return found == operators.end() ? nullptr : &found->second;
}

const Integers& SizeCall::input(std::size_t index) const {
  if (index >= inputs.size() || !inputs[index]) {
    refuse("its input " + std::to_string(index) + " is missing");
  }
  return *inputs[index];
}

std::optional<List> SizeCall::list(std::size_t index, const char* attribute) const {
  if (index < inputs.size() && inputs[index]) return inputs[index]->values;
  if (find_attribute(node, attribute) == nullptr) return std::nullopt;
  return ints_attribute(node, attribute);
}

std::int64_t count_of(const List& dims) {
  std::int64_t count = 1;
  for (const std::int64_t extent : dims) {
    if (extent > kMostSizes || (count *= extent) > kMostSizes) {
      refuse_too_many();
    }
  }
  return count;
}

List strides_of(const List& dims) {
  List strides(dims.size(), 1);
  for (std::size_t d = dims.size(); d > 1; --d) strides[d - 2] = strides[d - 1] * dims[d - 1];
  return strides;
}

std::size_t place_of(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) refuse("it has no dimension " + std::to_string(axis));
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

void refuse(const std::string& why) { throw InputError(why); }

}  // namespace brownout::models
