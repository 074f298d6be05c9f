// The vector unit's work on layers that add, multiply, look up or move codes, one element of the
// output after the other.
#include "sim/accelerator/vector_unit.hpp"

namespace brownout::accelerator {

using hardware::Event;

namespace {

/// The index of an element along one axis, and its way back into one of several parts.
struct Place {
  std::size_t part;
  int index;
};

Place place_in_parts(std::span<const int> extents, int index) {
  std::size_t part = 0;
  while (index >= extents[part]) index -= extents[part++];
  return {part, index};
}

/// Calls visit(c, h, w) for every element of a shape.
template <typename Visit>
void for_each_element(const models::Shape& shape, Visit visit) {
  for (int h = 0; h < shape.height; ++h) {
    for (int w = 0; w < shape.width; ++w) {
      for (int c = 0; c < shape.channels; ++c) visit(c, h, w);
    }
  }
}

}  // namespace

const models::Shape& VectorUnit::shape_of(models::TensorId id) const {
  return state_.job->network.tensor(id).shape;
}

std::span<const std::uint8_t> VectorUnit::codes_of(models::TensorId id) const {
  return activation_sram->read(address_of(id), shape_of(id).elements());
}

void VectorUnit::count(models::NodeIndex node, std::uint64_t reads, std::uint64_t writes) {
  hardware::EventCounts& counts = state_.counts(node);
  counts[Event::kVectorOp] += writes;
  counts[Event::kActivationSramRead] += reads;
  counts[Event::kActivationSramWrite] += writes;
}

std::uint8_t VectorUnit::operand(models::TensorId id, int c, int h, int w) const {
  const models::ActivationTensor& tensor = state_.job->network.tensor(id);
  if (tensor.is_constant()) return tensor.constant_at(c, h, w);
  const bool pixel = tensor.shape.height == 1 && tensor.shape.width == 1;
  return codes_of(id)[pixel ? tensor.shape.element(c, 0, 0) : tensor.shape.element(c, h, w)];
}

template <typename Formula>
void VectorUnit::combine(models::NodeIndex node, models::TensorId left, models::TensorId right,
                         models::TensorId output, const Formula& formula) {
  const models::Shape& shape = shape_of(output);
  const auto constants =
      static_cast<unsigned>(models::constant_operands(state_.job->network, state_.node(node)));
  const std::uint64_t address = address_of(output);
  for_each_element(shape, [&](int c, int h, int w) {
    activation_sram->write(address + shape.element(c, h, w),
                           formula(operand(left, c, h, w), operand(right, c, h, w)));
    count(node, 2 - constants, 1);
    state_.counts(node)[Event::kParameterRead] += constants;
  });
}

void VectorUnit::finish(models::NodeIndex node, const models::Addition& addition) {
  combine(node, addition.left, addition.right, addition.output,
          models::make_adder(state_.job->network, addition));
}

void VectorUnit::finish(models::NodeIndex node, const models::Multiplication& multiplication) {
  combine(node, multiplication.left, multiplication.right, multiplication.output,
          models::make_multiplier(state_.job->network, multiplication));
}

void VectorUnit::finish(models::NodeIndex node, const models::Lookup& lookup) {
  const auto input = codes_of(lookup.input);
  const std::uint64_t output = address_of(lookup.output);
  const std::size_t channels = shape_of(lookup.output).channel_count();
  for (std::size_t i = 0; i < input.size(); ++i) {
    activation_sram->write(output + i, lookup.table_of(i % channels)[input[i]]);
    count(node, 1, 1);
  }
  state_.counts(node)[Event::kParameterRead] += lookup.bytes();
}

void VectorUnit::finish(models::NodeIndex node, const models::Concatenation& concatenation) {
  const models::Shape& output = shape_of(concatenation.output);
  const models::Axis axis = concatenation.axis;
  std::vector<int> extents;
  for (const models::TensorId id : concatenation.inputs) {
    const models::Shape& part = shape_of(id);
    extents.push_back(axis == models::Axis::kChannels ? part.channels
                      : axis == models::Axis::kHeight ? part.height
                                                      : part.width);
  }
  const std::uint64_t address = address_of(concatenation.output);
  for_each_element(output, [&](int c, int h, int w) {
    const std::uint64_t to = address + output.element(c, h, w);
    int& along = axis == models::Axis::kChannels ? c : axis == models::Axis::kHeight ? h : w;
    const Place place = place_in_parts(extents, along);
    along = place.index;
    const models::TensorId part = concatenation.inputs[place.part];
    activation_sram->write(to, codes_of(part)[shape_of(part).element(c, h, w)]);
    count(node, 1, 1);
  });
}

void VectorUnit::finish(models::NodeIndex node, const models::Padding& padding) {
  const models::Shape& input = shape_of(padding.input);
  const models::Shape& output = shape_of(padding.output);
  const auto codes = codes_of(padding.input);
  const std::uint64_t address = address_of(padding.output);
  const int row_step = padding.rows_between + 1, column_step = padding.columns_between + 1;
  for_each_element(output, [&](int c, int h, int w) {
    const std::uint64_t to = address + output.element(c, h, w);
    c -= padding.before.channels;
    h -= padding.before.height;
    w -= padding.before.width;
    const bool between = h % row_step != 0 || w % column_step != 0;
    h /= row_step;
    w /= column_step;
    const bool inside = !between && c >= 0 && c < input.channels && h >= 0 && h < input.height &&
                        w >= 0 && w < input.width;
    activation_sram->write(to, inside ? codes[input.element(c, h, w)] : padding.code);
    count(node, inside ? 1 : 0, 1);
  });
}

void VectorUnit::finish(models::NodeIndex node, const models::StridedCopy& copy) {
  const auto codes = codes_of(copy.input);
  const std::uint64_t address = address_of(copy.output);
  const std::uint64_t elements = shape_of(copy.output).elements();
  for (std::uint64_t to = 0; to < elements; ++to) {
    std::int64_t from = copy.first;
    auto rest = static_cast<std::int64_t>(to);
    for (auto loop = copy.loops.rbegin(); loop != copy.loops.rend(); ++loop) {
      from += rest % loop->extent * loop->stride;
      rest /= loop->extent;
    }
    activation_sram->write(address + to, codes[static_cast<std::size_t>(from)]);
    count(node, 1, 1);
  }
}

}  // namespace brownout::accelerator
