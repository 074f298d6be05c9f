// ONNX operators on small arrays of integers, as graphs compute them from shapes: one table of
// which there are and what each computes. Knows no tensors of activations. Private to this folder.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/onnx/graph.hpp"

namespace brownout::models {

/// INT32, INT64 or BOOL (0, 1); row-major.
struct Integers {
  std::vector<std::int64_t> dims;
  std::vector<std::int64_t> values;
};

/// A node and its inputs; nothing for one that is left out.
struct SizeCall {
  const onnx::NodeProto& node;
  std::vector<std::optional<Integers>> inputs = {};

  /// Throws where it is left out.
  const Integers& input(std::size_t index) const;
  /// The list at an input, or of an attribute of older opsets; nothing where neither is given.
  std::optional<std::vector<std::int64_t>> list(std::size_t index, const char* attribute) const;
};

/// One array for each output. Throws InputError for a form that is not supported, inputs
/// that do not fit together, and numbers that are too many or do not fit into 64 bits.
using SizeOperator = std::function<std::vector<Integers>(const SizeCall&)>;

constexpr std::int64_t kMostSizes = 64;  ///< numbers of an array

/// Null where there is none of this name.
const SizeOperator* size_operator(const std::string& type);

/// Element-wise operators, reductions and Expand (size_arithmetic.cpp).
std::map<std::string, SizeOperator> size_arithmetic();

/// Operators that pick, join and reorder (size_movement.cpp).
std::map<std::string, SizeOperator> size_movement();

/// The number of elements; throws where they are more than kMostSizes.
std::int64_t count_of(const std::vector<std::int64_t>& dims);
/// Elements from one index of a dimension to the next.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& dims);
/// The position of an axis that may be counted from the end; throws where there is none.
std::size_t place_of(std::int64_t axis, std::size_t rank);
[[noreturn]] void refuse(const std::string& why);

}  // namespace brownout::models
