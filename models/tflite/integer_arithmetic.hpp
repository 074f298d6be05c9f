// Sums, comparisons, choices and reductions of small arrays of integers. Private to this folder.
#pragma once

#include <functional>
#include <map>

#include "models/tflite/integer_operators.hpp"

namespace brownout::models {

/// An operator of one result; its errors are those of an IntegerOperator.
using IntegerFunction = std::function<IntegerArray(const IntegerCall&)>;

std::map<tflite::OperatorKind, IntegerFunction> integer_arithmetic();

}  // namespace brownout::models
