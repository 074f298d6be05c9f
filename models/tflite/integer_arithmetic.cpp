// Element-wise operators broadcast as LiteRT does: dimensions are aligned at their ends.
#include "models/tflite/integer_arithmetic.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

using Arrays = std::vector<IntegerArray>;

[[noreturn]] void refuse(const char* why) { throw InputError(why); }

[[noreturn]] void refuse_overflow() { refuse("a number does not fit into 64 bits"); }

std::int64_t sum(std::int64_t a, std::int64_t b) {
  if (__builtin_add_overflow(a, b, &a)) refuse_overflow();
  return a;
}

std::int64_t difference(std::int64_t a, std::int64_t b) {
  if (__builtin_sub_overflow(a, b, &a)) refuse_overflow();
  return a;
}

std::int64_t product(std::int64_t a, std::int64_t b) {
  if (__builtin_mul_overflow(a, b, &a)) refuse_overflow();
  return a;
}

/// Rounded towards 0.
std::int64_t quotient(std::int64_t a, std::int64_t b) {
  if (b == 0) refuse("it divides by 0");
  return b == -1 ? difference(0, a) : a / b;
}

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  const std::int64_t towards_zero = quotient(a, b);
  const bool below = b != -1 && a % b != 0 && (a < 0) != (b < 0);
  return towards_zero - (below ? 1 : 0);
}

std::int64_t floor_remainder(std::int64_t a, std::int64_t b) {
  return difference(a, product(floor_quotient(a, b), b));
}

std::int64_t at_most(std::int64_t a, std::int64_t b) { return std::min(a, b); }
std::int64_t at_least(std::int64_t a, std::int64_t b) { return std::max(a, b); }

Dims common_dims(const Arrays& inputs) {
  Dims made;
  for (const IntegerArray& input : inputs) {
    const Dims& dims = input.dims;
    if (dims.size() > made.size()) made.insert(made.begin(), dims.size() - made.size(), 1);
    for (std::size_t d = 1; d <= dims.size(); ++d) {
      int& extent = made[made.size() - d];
      const int other = dims[dims.size() - d];
      if (extent != other && extent != 1 && other != 1) {
        refuse("the shapes of its inputs do not fit together");
      }
      if (extent == 1) extent = other;
    }
  }
  if (elements_of(made) > kMostIntegers) refuse("it computes too many numbers");
  return made;
}

/// The element of an input that stands for element `index` of the result.
std::int64_t element(const IntegerArray& input, const Dims& dims, std::int64_t index) {
  const std::vector<std::int64_t> strides = strides_of(input.dims);
  std::int64_t from = 0;
  for (std::size_t d = 1; d <= input.dims.size(); ++d) {
    const int extent = dims[dims.size() - d];
    const int own = input.dims[input.dims.size() - d];
    from += own == 1 ? 0 : index % extent * strides[input.dims.size() - d];
    index /= extent;
  }
  return input.values[static_cast<std::size_t>(from)];
}

/// A function of the elements of so many inputs.
template <std::size_t count, typename Function>
IntegerFunction elementwise(Function function) {
  return [function](const IntegerCall& call) {
    const Arrays& inputs = call.inputs;
    if (inputs.size() != count) refuse("it has a wrong number of inputs");
    IntegerArray made{common_dims(inputs), {}};
    const std::int64_t elements = elements_of(made.dims);
    for (std::int64_t i = 0; i < elements; ++i) {
      const auto at = [&](std::size_t n) { return element(inputs[n], made.dims, i); };
      if constexpr (count == 1) made.values.push_back(function(at(0)));
      if constexpr (count == 2) made.values.push_back(function(at(0), at(1)));
      if constexpr (count == 3) made.values.push_back(function(at(0), at(1), at(2)));
    }
    return made;
  };
}

/// Over the dimensions that the second input names.
template <typename Function>
IntegerFunction reduction(std::int64_t start, Function function) {
  return [start, function](const IntegerCall& call) {
    const Arrays& inputs = call.inputs;
    if (inputs.size() != 2) refuse("it has a wrong number of inputs");
    const IntegerArray& from = inputs[0];
    const tflite::Reducer* options = call.table->options_as_Reducer();
    std::vector<bool> reduced(from.dims.size(), false);
    for (const std::int64_t entry : inputs[1].values) {
      const std::optional<std::size_t> axis = axis_of(entry, from.dims.size());
      if (!axis) refuse("it reduces a dimension that its input has not");
      reduced[*axis] = true;
    }
    Dims ones = from.dims, made;
    for (std::size_t d = 0; d < reduced.size(); ++d) {
      if (reduced[d]) ones[d] = 1;
      if (!reduced[d] || (options != nullptr && options->keep_dims())) made.push_back(ones[d]);
    }
    const std::vector<std::int64_t> strides = strides_of(from.dims), places = strides_of(ones);
    Numbers values(static_cast<std::size_t>(elements_of(ones)), start);
    for (std::size_t i = 0; i < from.values.size(); ++i) {
      std::int64_t to = 0;
      for (std::size_t d = 0; d < reduced.size(); ++d) {
        if (reduced[d]) continue;
        to += static_cast<std::int64_t>(i) / strides[d] % from.dims[d] * places[d];
      }
      std::int64_t& value = values[static_cast<std::size_t>(to)];
      value = function(value, from.values[i]);
    }
    return IntegerArray{made, values};
  };
}

/// Of one that names dimensions: BROADCAST_TO.
IntegerArray broadcast(const IntegerCall& call) {
  const Arrays& inputs = call.inputs;
  if (inputs.size() != 2) refuse("it has a wrong number of inputs");
  IntegerArray target;
  for (const std::int64_t extent : inputs[1].values) {
    if (extent < 1 || extent > kMostIntegers) refuse("it computes too many numbers");
    target.dims.push_back(static_cast<int>(extent));
  }
  IntegerArray made{common_dims({inputs[0], target}), {}};
  if (made.dims != target.dims) refuse("its input does not fit the shape");
  const std::int64_t elements = elements_of(made.dims);
  for (std::int64_t i = 0; i < elements; ++i) {
    made.values.push_back(element(inputs[0], made.dims, i));
  }
  return made;
}

}  // namespace

std::map<tflite::OperatorKind, IntegerFunction> integer_arithmetic() {
  using enum tflite::OperatorKind;
  using Number = std::int64_t;
  constexpr Number kLowest = std::numeric_limits<Number>::min();
  constexpr Number kHighest = std::numeric_limits<Number>::max();
  const auto choice = [](Number which, Number a, Number b) { return which != 0 ? a : b; };
  return {
      {ADD, elementwise<2>(sum)},
      {SUB, elementwise<2>(difference)},
      {MUL, elementwise<2>(product)},
      {DIV, elementwise<2>(quotient)},
      {FLOOR_DIV, elementwise<2>(floor_quotient)},
      {FLOOR_MOD, elementwise<2>(floor_remainder)},
      {MAXIMUM, elementwise<2>(at_least)},
      {MINIMUM, elementwise<2>(at_most)},
      {EQUAL, elementwise<2>([](Number a, Number b) { return Number{a == b}; })},
      {NOT_EQUAL, elementwise<2>([](Number a, Number b) { return Number{a != b}; })},
      {LESS, elementwise<2>([](Number a, Number b) { return Number{a < b}; })},
      {LESS_EQUAL, elementwise<2>([](Number a, Number b) { return Number{a <= b}; })},
      {GREATER, elementwise<2>([](Number a, Number b) { return Number{a > b}; })},
      {GREATER_EQUAL, elementwise<2>([](Number a, Number b) { return Number{a >= b}; })},
      {LOGICAL_AND, elementwise<2>([](Number a, Number b) { return Number{a != 0 && b != 0}; })},
      {LOGICAL_OR, elementwise<2>([](Number a, Number b) { return Number{a != 0 || b != 0}; })},
      {LOGICAL_NOT, elementwise<1>([](Number a) { return Number{a == 0}; })},
      {NEG, elementwise<1>([](Number a) { return difference(0, a); })},
      {ABS, elementwise<1>([](Number a) { return a < 0 ? difference(0, a) : a; })},
      {SQUARE, elementwise<1>([](Number a) { return product(a, a); })},
      {SELECT, elementwise<3>(choice)},
      {SELECT_V2, elementwise<3>(choice)},
      {BROADCAST_TO, broadcast},
      {SUM, reduction(0, sum)},
      {REDUCE_PROD, reduction(1, product)},
      {REDUCE_MAX, reduction(kLowest, at_least)},
      {REDUCE_MIN, reduction(kHighest, at_most)},
      {REDUCE_ALL, reduction(1, [](Number a, Number b) { return Number{a != 0 && b != 0}; })},
      {REDUCE_ANY, reduction(0, [](Number a, Number b) { return Number{a != 0 || b != 0}; })},
  };
}

}  // namespace brownout::models
