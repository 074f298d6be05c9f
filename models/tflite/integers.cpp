// Integers that a TFLite graph computes in order to reshape: SHAPE and what follows it. Converters
// write them wherever the batch of the source network is open.
#include <algorithm>
#include <numeric>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr std::size_t kLongest = 64;  // list of integers that a graph computes

}  // namespace

void TfliteImporter::shape(const Operator& op) {
  const Dims& dims = view(op, 0).dims;
  integers_[file_.output(op)] = {dims.begin(), dims.end()};
}

std::optional<TfliteImporter::Integers> TfliteImporter::find_integers(int index) const {
  const auto found = integers_.find(index);
  if (found != integers_.end()) return found->second;
  if (index < 0 || file_.tensor(index).type() != tflite::ElementType::INT32) return std::nullopt;
  if (!file_.is_constant(index)) return std::nullopt;
  const std::vector<std::int32_t> values = file_.int32s(index);
  return Integers(values.begin(), values.end());
}

TfliteImporter::Integers TfliteImporter::integers(const Operator& op, unsigned position) const {
  const int index = file_.input(op, position);
  if (index < 0) file_.fail(op, "input " + std::to_string(position) + " is missing");
  auto found = find_integers(index);
  if (!found) {
    file_.fail(op,
               "input '" + file_.name(index) + "' is neither constant nor computed from shapes");
  }
  return *std::move(found);
}

/// Computes an operator on integers; false where it is none.
bool TfliteImporter::fold_integers(const Operator& op) {
  using enum tflite::OperatorKind;
  static const std::unordered_set<tflite::OperatorKind> kinds = {
      RESHAPE, SQUEEZE, EXPAND_DIMS, CAST, PACK, CONCATENATION, GATHER, REDUCE_PROD, STRIDED_SLICE};
  const auto* inputs = op.table->inputs();
  if (!kinds.contains(op.kind) || inputs == nullptr || inputs->size() == 0) return false;
  const bool computed = std::any_of(inputs->begin(), inputs->end(),
                                    [&](int index) { return integers_.contains(index); });
  if (!computed || !find_integers(inputs->Get(0))) return false;  // of an activation
  Integers made = folded(op);
  if (made.size() > kLongest) {
    file_.fail(op, "it computes " + std::to_string(made.size()) + " numbers; at most " +
                       std::to_string(kLongest) + " make a shape");
  }
  integers_[file_.output(op)] = std::move(made);
  return true;
}

TfliteImporter::Integers TfliteImporter::folded(const Operator& op) const {
  using enum tflite::OperatorKind;
  Integers from = integers(op, 0);
  const auto size = static_cast<std::int64_t>(from.size());
  switch (op.kind) {
    case RESHAPE:
    case SQUEEZE:
    case EXPAND_DIMS:
    case CAST:
      return from;
    case PACK:
    case CONCATENATION:
      for (unsigned i = 1; i < op.table->inputs()->size(); ++i) {
        const Integers more = integers(op, i);
        from.insert(from.end(), more.begin(), more.end());
        if (from.size() > kLongest) break;  // refused
      }
      return from;
    case GATHER: {
      Integers picked = integers(op, 1);
      for (std::int64_t& index : picked) {
        if (index < 0 || index >= size) file_.fail(op, "an index is outside the shape");
        index = from[static_cast<std::size_t>(index)];
      }
      return picked;
    }
    case REDUCE_PROD: {
      std::int64_t product = 1;
      for (const std::int64_t extent : from) {
        if (extent < 0 || extent > kLargestTensor || product > kLargestTensor) {
          file_.fail(op, "the product of a shape is too large");
        }
        product *= extent;
      }
      return {product};
    }
    case STRIDED_SLICE: {
      const tflite::StridedSlice* options = op.table->options_as_StridedSlice();
      const Integers first = integers(op, 1), end = integers(op, 2), step = integers(op, 3);
      if (options == nullptr || first.size() != 1 || end.size() != 1 || step != Integers{1} ||
          options->ellipsis_mask() != 0 || options->new_axis_mask() != 0) {
        break;
      }
      const auto bound = [&](std::int64_t value) {
        return std::clamp(value < 0 ? value + size : value, std::int64_t{0}, size);
      };
      const std::int64_t from_index = options->begin_mask() != 0 ? 0 : bound(first[0]);
      const bool one = options->shrink_axis_mask() != 0;
      const std::int64_t to = one                        ? std::min(from_index + 1, size)
                              : options->end_mask() != 0 ? size
                                                         : bound(end[0]);
      if (from_index >= to) break;
      return {from.begin() + from_index, from.begin() + to};
    }
    default:
      break;
  }
  file_.fail(op,
             "this form is not supported on the numbers of a shape; a network with a fixed "
             "batch of 1 needs no such operators");
}

}  // namespace brownout::models
