// Element-wise operators, which broadcast as NumPy does, and reductions.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "models/onnx/size_operators.hpp"

namespace brownout::models {
namespace {

using Number = std::int64_t;
using List = std::vector<std::int64_t>;

[[noreturn]] void refuse_overflow() { refuse("a number does not fit into 64 bits"); }

Number sum(Number a, Number b) {
  if (__builtin_add_overflow(a, b, &a)) refuse_overflow();
  return a;
}

Number difference(Number a, Number b) {
  if (__builtin_sub_overflow(a, b, &a)) refuse_overflow();
  return a;
}

Number product(Number a, Number b) {
  if (__builtin_mul_overflow(a, b, &a)) refuse_overflow();
  return a;
}

/// Rounded towards 0.
Number quotient(Number a, Number b) {
  if (b == 0) refuse("it divides by 0");
  return b == -1 ? difference(0, a) : a / b;
}

/// What is left of a division: of the divisor's sign, or of the dividend's where `fmod`.
Number remainder(Number a, Number b, bool fmod) {
  if (b == 0) refuse("it divides by 0");
  const Number left = b == -1 ? 0 : a % b;
  return !fmod && left != 0 && (left < 0) != (b < 0) ? left + b : left;
}

Number at_most(Number a, Number b) { return std::min(a, b); }
Number at_least(Number a, Number b) { return std::max(a, b); }

List common_dims(const std::vector<const Integers*>& inputs) {
  List made;
  for (const Integers* input : inputs) {
    const List& dims = input->dims;
    if (dims.size() > made.size()) made.insert(made.begin(), dims.size() - made.size(), 1);
    for (std::size_t d = 1; d <= dims.size(); ++d) {
      Number& extent = made[made.size() - d];
      const Number other = dims[dims.size() - d];
      if (extent != other && extent != 1 && other != 1) {
        refuse("the shapes of its inputs do not fit together");
      }
      if (extent == 1) extent = other;
    }
  }
  count_of(made);
  return made;
}

/// The elements of an input, each as often as broadcasting to `dims` repeats it.
List repeated(const Integers& input, const List& dims) {
  const List own = strides_of(input.dims), strides = strides_of(dims);
  const std::size_t missing = dims.size() - input.dims.size();
  List values;
  for (Number i = 0; i < count_of(dims); ++i) {
    Number from = 0;
    for (std::size_t d = 0; d < input.dims.size(); ++d) {
      const Number index = i / strides[missing + d] % dims[missing + d];
      from += input.dims[d] == 1 ? 0 : index * own[d];
    }
    values.push_back(input.values[static_cast<std::size_t>(from)]);
  }
  return values;
}

/// A function of one element each of so many inputs.
template <std::size_t count, typename Function>
SizeOperator elementwise(Function function) {
  return [function](const SizeCall& call) -> std::vector<Integers> {
    std::vector<const Integers*> inputs;
    for (std::size_t n = 0; n < count; ++n) inputs.push_back(&call.input(n));
    Integers made{common_dims(inputs), {}};
    std::vector<List> all;
    for (const Integers* input : inputs) all.push_back(repeated(*input, made.dims));
    for (std::size_t i = 0; i < all[0].size(); ++i) {
      if constexpr (count == 1) made.values.push_back(function(all[0][i]));
      if constexpr (count == 2) made.values.push_back(function(all[0][i], all[1][i]));
      if constexpr (count == 3) made.values.push_back(function(all[0][i], all[1][i], all[2][i]));
    }
    return {made};
  };
}

/// A function of two, over any number of inputs: Max, Min.
template <typename Function>
SizeOperator variadic(Function function) {
  return [function](const SizeCall& call) -> std::vector<Integers> {
    Integers made = call.input(0);
    for (std::size_t n = 1; n < call.inputs.size(); ++n) {
      const SizeCall pair{call.node, {made, call.input(n)}};
      made = elementwise<2>(function)(pair)[0];
    }
    return {made};
  };
}

/// Over some dimensions, by default over all.
template <typename Function>
SizeOperator reduction(Number start, Function function) {
  return [start, function](const SizeCall& call) -> std::vector<Integers> {
    const Integers& from = call.input(0);
    const List axes = call.list(1, "axes").value_or(List{});
    if (axes.empty() && int_attribute(call.node, "noop_with_empty_axes", 0) != 0) return {from};
    std::vector<bool> reduced(from.dims.size(), axes.empty());
    for (const Number axis : axes) reduced[place_of(axis, from.dims.size())] = true;
    List ones = from.dims, made;
    for (std::size_t d = 0; d < reduced.size(); ++d) {
      if (reduced[d]) ones[d] = 1;
      if (!reduced[d] || int_attribute(call.node, "keepdims", 1) != 0) made.push_back(ones[d]);
    }
    const List strides = strides_of(from.dims), places = strides_of(ones);
    List values(static_cast<std::size_t>(count_of(ones)), start);
    for (std::size_t i = 0; i < from.values.size(); ++i) {
      Number to = 0;
      for (std::size_t d = 0; d < reduced.size(); ++d) {
        if (reduced[d]) continue;
        to += static_cast<Number>(i) / strides[d] % from.dims[d] * places[d];
      }
      Number& value = values[static_cast<std::size_t>(to)];
      value = function(value, from.values[i]);
    }
    return {{made, values}};
  };
}

std::vector<Integers> modulo(const SizeCall& call) {
  const bool fmod = int_attribute(call.node, "fmod", 0) != 0;
  return elementwise<2>([fmod](Number a, Number b) { return remainder(a, b, fmod); })(call);
}

std::vector<Integers> expand(const SizeCall& call) {
  const Integers target{call.input(1).values, {}};
  for (const Number extent : target.dims) {
    if (extent < 0) refuse("it has a negative size");
  }
  const List dims = common_dims({&call.input(0), &target});
  return {{dims, repeated(call.input(0), dims)}};
}

}  // namespace

std::map<std::string, SizeOperator> size_arithmetic() {
  constexpr Number kLowest = std::numeric_limits<Number>::min();
  constexpr Number kHighest = std::numeric_limits<Number>::max();
  return {
      {"Abs", elementwise<1>([](Number a) { return a < 0 ? difference(0, a) : a; })},
      {"Add", elementwise<2>(sum)},
      {"And", elementwise<2>([](Number a, Number b) { return Number{a != 0 && b != 0}; })},
      {"Div", elementwise<2>(quotient)},
      {"Equal", elementwise<2>([](Number a, Number b) { return Number{a == b}; })},
      {"Expand", expand},
      {"Greater", elementwise<2>([](Number a, Number b) { return Number{a > b}; })},
      {"GreaterOrEqual", elementwise<2>([](Number a, Number b) { return Number{a >= b}; })},
      {"Less", elementwise<2>([](Number a, Number b) { return Number{a < b}; })},
      {"LessOrEqual", elementwise<2>([](Number a, Number b) { return Number{a <= b}; })},
      {"Max", variadic(at_least)},
      {"Min", variadic(at_most)},
      {"Mod", modulo},
      {"Mul", elementwise<2>(product)},
      {"Neg", elementwise<1>([](Number a) { return difference(0, a); })},
      {"Not", elementwise<1>([](Number a) { return Number{a == 0}; })},
      {"Or", elementwise<2>([](Number a, Number b) { return Number{a != 0 || b != 0}; })},
      {"ReduceMax", reduction(kLowest, at_least)},
      {"ReduceMin", reduction(kHighest, at_most)},
      {"ReduceProd", reduction(1, product)},
      {"ReduceSum", reduction(0, sum)},
      {"Sub", elementwise<2>(difference)},
      {"Where",
       elementwise<3>([](Number which, Number a, Number b) { return which != 0 ? a : b; })},
  };
}

}  // namespace brownout::models
