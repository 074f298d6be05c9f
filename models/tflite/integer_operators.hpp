// TFLite operators on small arrays of integers, as graphs compute them from shapes: one table of
// which there are and what each computes. Knows no tensors of a file. Private to this folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/tflite/dims.hpp"

namespace brownout::models {

/// INT32, INT64 or BOOL (0, 1); row-major.
struct IntegerArray {
  Dims dims;
  Numbers values;
};

struct IntegerCall {
  const tflite::Operator* table = nullptr;  ///< for its options
  std::vector<IntegerArray> inputs = {};
  std::size_t outputs = 1;
};

/// Of inputs within the limits below. Throws InputError for a form that is not supported,
/// inputs that do not fit together, and numbers that are too many or do not fit into 64 bits; a
/// result may still be beyond the limits.
using IntegerOperator = std::function<std::vector<IntegerArray>(const IntegerCall&)>;

constexpr std::int64_t kMostIntegers = 64;  ///< of an array
constexpr std::size_t kMostIntegerDims = 8;

/// Null where there is none of this kind.
const IntegerOperator* integer_operator(tflite::OperatorKind kind);
/// All of them, for an error: "ADD, CAST, ...".
std::string integer_operator_names();

}  // namespace brownout::models
