// Integers that a TFLite graph computes in order to reshape: SHAPE and what follows it, and what
// hangs on constants. Converters write them wherever the batch of the source network is open.
#include <algorithm>
#include <limits>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

/// The lowest and highest number of a type.
std::pair<std::int64_t, std::int64_t> limits_of(tflite::ElementType type) {
  if (type == tflite::ElementType::BOOL) return {0, 1};
  if (type == tflite::ElementType::INT32) {
    return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  }
  return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
}

bool is_within_limits(const IntegerArray& array) {
  return array.values.size() <= kMostIntegers && array.dims.size() <= kMostIntegerDims;
}

}  // namespace

/// SHAPE and RANK of an activation.
void TfliteImporter::shape(const Operator& op) {
  const Dims& dims = view(op, 0).dims;
  const auto rank = static_cast<int>(dims.size());
  keep_integers(op, {op.kind == tflite::OperatorKind::RANK
                         ? IntegerArray{{}, {rank}}
                         : IntegerArray{{rank}, {dims.begin(), dims.end()}}});
}

std::optional<IntegerArray> TfliteImporter::find_integers(int index) const {
  const auto found = integers_.find(index);
  if (found != integers_.end()) return found->second;
  if (index < 0 || !file_.holds_integers(index)) return std::nullopt;
  if (file_.is_empty_list(index)) return IntegerArray{{0}, {}};
  if (!file_.is_constant(index)) return std::nullopt;
  return IntegerArray{file_.dims(index), file_.integers(index)};
}

TfliteImporter::Integers TfliteImporter::integers(const Operator& op, unsigned position) const {
  const int index = file_.input(op, position);
  if (index < 0) file_.fail(op, "input " + std::to_string(position) + " is missing");
  std::optional<IntegerArray> found = find_integers(index);
  if (found) return std::move(found->values);
  const Operator* maker = file_.maker(index);
  file_.fail(op, "input '" + file_.name(index) + "' is neither constant nor computed from shapes" +
                     (maker == nullptr ? "" : ", but by " + file_.describe(*maker)));
}

/// Computes an operator whose inputs are all integers that are known; false where some are not.
bool TfliteImporter::fold_integers(const Operator& op) {
  const auto* inputs = op.table->inputs();
  if (inputs == nullptr || inputs->size() == 0 || inputs->size() > kMostIntegers) return false;
  IntegerCall call{.table = op.table, .outputs = file_.outputs(op).size()};
  for (const int index : *inputs) {
    if (index < 0) continue;
    if (file_.is_constant(index) && elements_of(file_.dims(index)) > kMostIntegers) return false;
    std::optional<IntegerArray> found = find_integers(index);
    if (!found || !is_within_limits(*found)) return false;
    call.inputs.push_back(*std::move(found));
  }
  const IntegerOperator* compute = integer_operator(op.kind);
  if (compute == nullptr) {
    file_.fail(op, "it is not supported on the numbers of a shape; supported are " +
                       integer_operator_names());
  }
  keep_integers(op, checked(op, [&] { return (*compute)(call); }));
  return true;
}

/// As the operator's outputs, in their types.
void TfliteImporter::keep_integers(const Operator& op, std::vector<IntegerArray> made) {
  const std::vector<int> outputs = file_.outputs(op);
  if (made.size() != outputs.size()) {
    file_.fail(op, "it computes " + std::to_string(made.size()) + " lists of numbers for " +
                       std::to_string(outputs.size()) + " outputs");
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    const tflite::ElementType type = file_.tensor(outputs[i]).type();
    if (!file_.holds_integers(outputs[i])) {
      file_.fail(op, std::string("it makes ") + tflite::EnumNameElementType(type) +
                         " of the numbers of a shape: only INT32, INT64 and BOOL are computed");
    }
    if (!is_within_limits(made[i])) {
      file_.fail(op, "it computes " + std::to_string(made[i].values.size()) + " numbers; at most " +
                         std::to_string(kMostIntegers) + " make a shape");
    }
    const auto [lowest, highest] = limits_of(type);
    for (std::int64_t& value : made[i].values) {
      if (type == tflite::ElementType::BOOL) value = value != 0 ? 1 : 0;
      if (value >= lowest && value <= highest) continue;
      file_.fail(op, "a number does not fit into " + std::string(EnumNameElementType(type)));
    }
    integers_[outputs[i]] = std::move(made[i]);
  }
}

}  // namespace brownout::models
