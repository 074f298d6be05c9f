// Tensors of a TFLite file as tensors of the network: shapes, quantization, and how nodes are
// added.
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/arithmetic/arithmetic.hpp"
#include "models/arithmetic/softmax.hpp"
#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

bool is_image(const Dims& dims) { return dims.size() >= 2 && dims.size() <= 4 && dims[0] == 1; }

/// Throws InputError where the arithmetic cannot hold the quotient of scales.
void require_scales(const QuantizedNetwork& network, const Node& node) {
  if (const auto* n = std::get_if<Convolution>(&node)) make_requantizer(network, *n);
  if (const auto* n = std::get_if<Addition>(&node)) make_adder(network, *n);
  if (const auto* n = std::get_if<Multiplication>(&node)) make_multiplier(network, *n);
  if (const auto* n = std::get_if<Pooling>(&node)) make_pooler(network, *n);
  if (const auto* n = std::get_if<Softmax>(&node)) make_softmax(network, *n);
}

bool reads(const Node& node, TensorId id) {
  const std::vector<TensorId> inputs = node_inputs(node);
  return std::find(inputs.begin(), inputs.end(), id) != inputs.end();
}

}  // namespace

Shape TfliteImporter::image_shape(const std::string& what, const Dims& dims) const {
  if (!is_image(dims)) {
    file_.fail(what + ": shape " + text_of(dims) +
               ": supported are (1, C), (1, W, C) and (1, H, W, C)");
  }
  return shape_of(dims);
}

Shape shape_of(const Dims& dims) {
  const std::size_t rank = dims.size();
  if (rank == 0) return {.channels = 1, .height = 1, .width = 1};
  if (is_image(dims)) {
    return {.channels = dims[rank - 1],
            .height = rank > 3 ? dims[rank - 3] : 1,
            .width = rank > 2 ? dims[rank - 2] : 1};
  }
  int pixels = 1;
  for (std::size_t d = 0; d + 1 < rank; ++d) pixels *= dims[d];
  return {.channels = dims[rank - 1], .height = 1, .width = pixels};
}

ActivationTensor TfliteImporter::read_quantization(int index, bool may_be_unsigned) const {
  const tflite::Tensor& source = file_.tensor(index);
  const std::string what = "tensor '" + file_.name(index) + "'";
  const tflite::ElementType type = source.type();
  const bool is_unsigned = (may_be_unsigned || unsigned_) && type == tflite::ElementType::UINT8;
  if (!is_unsigned && (unsigned_ || type != tflite::ElementType::INT8)) {
    const std::string hint = what_to_do(type);
    file_.fail(what + " is " + tflite::EnumNameElementType(type) +
               (unsigned_      ? ", though the network's weights are UINT8"
                : hint.empty() ? ": only networks quantized to INT8 throughout are supported"
                               : hint));
  }
  const tflite::Quantization* quantization = source.quantization();
  if (quantization == nullptr || quantization->details_type() != 0 ||
      quantization->scale() == nullptr || quantization->scale()->size() != 1 ||
      TfliteFile::zero_points(*quantization).size() != 1) {
    file_.fail(what + " needs one scale and one zero point");
  }
  const float scale = quantization->scale()->Get(0);
  const std::int64_t lowest = is_unsigned ? 0 : -128;
  const std::int64_t zero_point = TfliteFile::zero_points(*quantization)[0];
  if (!std::isfinite(scale) || scale <= 0 || zero_point < lowest || zero_point > lowest + 255) {
    file_.fail(what + ": its scale is not positive or its zero point not in " +
               (is_unsigned ? "0..255" : "-128..127"));
  }
  return {.name = file_.name(index),
          .shape = {},
          .scale = scale,
          .zero_point = static_cast<int>(zero_point - lowest),
          .source_signed = !is_unsigned};
}

const TfliteImporter::View& TfliteImporter::view(const Operator& op, unsigned position) const {
  const int index = file_.input(op, position);
  if (index < 0) file_.fail(op, "input " + std::to_string(position) + " is missing");
  const auto found = views_.find(index);
  if (found == views_.end()) {
    file_.fail(op, "input '" + file_.name(index) + "' is " + what_is(op, index));
  }
  return found->second;
}

/// A tensor that is none of the network's.
std::string TfliteImporter::what_is(const Operator& op, int index) const {
  if (integers_.contains(index)) return "numbers of a shape, which this operator does not take";
  if (file_.is_constant(index)) return "a constant";
  const Operator* maker = file_.maker(index);
  if (maker == nullptr || maker->index >= op.index) return "made by no earlier operator";
  return "made by " + file_.describe(*maker) + ", which became a part of the operator before it";
}

TensorId TfliteImporter::quantized(const Operator& op, unsigned position) const {
  const View& input = view(op, position);
  const std::string name = file_.name(file_.input(op, position));
  if (input.id < 0) {
    file_.fail(op, "input '" + name +
                       "' is FLOAT32: it must be quantized first, by a converter that "
                       "is asked for full integers and given a representative data set");
  }
  if (input.spread) {
    file_.fail(op, "input '" + name +
                       "' comes from SPACE_TO_BATCH_ND, which only a convolution "
                       "and a BATCH_TO_SPACE_ND behind it may read");
  }
  return input.id;
}

TensorId TfliteImporter::elements(const Operator& op, unsigned position) {
  const TensorId id = quantized(op, position);
  const Shape shape = shape_of(view(op, position).dims);
  return tensor(id).shape.channels == shape.channels ? id : in_shape(op, position, shape);
}

TensorId TfliteImporter::activation(const Operator& op, unsigned position) {
  quantized(op, position);
  const Dims& dims = view(op, position).dims;
  const std::string what = "tensor '" + file_.name(file_.input(op, position)) + "'";
  return in_shape(op, position, image_shape(what, dims));
}

/// The elements keep their order: a copy, unless they come from one that has no other reader.
TensorId TfliteImporter::in_shape(const Operator& op, unsigned position, const Shape& shape) {
  const int index = file_.input(op, position);
  View& input = views_.at(index);
  if (tensor(input.id).shape == shape) return input.id;
  const bool has_readers = std::any_of(network_.nodes.begin(), network_.nodes.end(),
                                       [&](const Node& node) { return reads(node, input.id); });
  const auto copied = [&](const Node& node) {
    return node_output(node) == input.id && std::holds_alternative<StridedCopy>(node);
  };
  if (!has_readers && std::any_of(network_.nodes.begin(), network_.nodes.end(), copied)) {
    network_.tensors[input.id].shape = shape;
    return input.id;
  }
  StridedCopy node{.name = {}, .input = input.id};
  node.loops = {{static_cast<int>(shape.size()), 1}};
  input.id = append_hidden(op, std::move(node), shape, tensor(input.id), file_.name(index));
  return input.id;
}

TensorId TfliteImporter::constant(const Operator& op, unsigned position, const Dims& dims) {
  const int index = file_.input(op, position);
  const std::vector<std::int8_t> codes = file_.int8s(index);
  Dims own = file_.dims(index);
  own.insert(own.begin(), dims.size() - own.size(), 1);
  ActivationTensor made = read_quantization(index);
  // Only what is seen as an image has dimensions that can stay 1.
  made.shape = is_image(dims) ? shape_of(own) : shape_of(dims);
  checked(op, [&] { size_.add_tensor(made.shape); });
  made.constant.resize(made.shape.elements());
  for (std::size_t i = 0; i < made.constant.size(); ++i) {
    std::size_t rest = i, place = 0, stride = 1;
    for (std::size_t d = dims.size(); d > 0; --d) {
      const auto extent = static_cast<std::size_t>(is_image(dims) ? own[d - 1] : dims[d - 1]);
      if (own[d - 1] > 1) place += rest % extent * stride;
      rest /= extent;
      stride *= static_cast<std::size_t>(own[d - 1]);
    }
    made.constant[i] = static_cast<std::uint8_t>(codes[place] + 128);
  }
  network_.tensors.push_back(std::move(made));
  return static_cast<TensorId>(network_.tensors.size()) - 1;
}

void TfliteImporter::require_one_quantization(const Operator& op, const ActivationTensor& first,
                                              const ActivationTensor& second) const {
  if (first.scale != second.scale || first.zero_point != second.zero_point) {
    file_.fail(op, "its input and output differ in scale or zero point");
  }
}

void TfliteImporter::require_same_quantization(const Operator& op, TensorId input,
                                               int output) const {
  require_one_quantization(op, tensor(input), read_quantization(output));
}

/// Dimensions that the file leaves open are not compared. Nothing that is too large to be counted
/// passes.
void TfliteImporter::require_dims(const Operator& op, int output, const Dims& dims) const {
  const Dims declared = file_.dims(output);
  const std::vector<bool> open = file_.open_dims(output);
  bool same = declared.size() == dims.size() && !dims.empty();
  for (std::size_t d = 0; same && d < dims.size(); ++d) {
    same = open[d] || declared[d] == dims[d];
  }
  std::int64_t elements = 1;
  for (const int extent : dims) elements = std::min(elements * extent, kLargestTensor + 1);
  if (elements > kLargestTensor) file_.fail(op, "its result " + text_of(dims) + " is too large");
  if (!same) {
    file_.fail(op, "the shape of its output is not that of its result, " + text_of(dims));
  }
}

void TfliteImporter::append(const Operator& op, Node node, const Dims& dims) {
  require_dims(op, file_.output(op), dims);
  append(op, std::move(node), dims, shape_of(dims), file_.output(op));
}

void TfliteImporter::append(const Operator& op, Node node, const Dims& dims, const Shape& shape,
                            int output) {
  if (views_.contains(output) || integers_.contains(output) || file_.is_constant(output)) {
    file_.fail(op, "its output '" + file_.name(output) + "' is made twice");
  }
  require_dims(op, output, dims);
  ActivationTensor made = read_quantization(output);
  made.shape = shape;
  views_[output] = {.id = push(op, std::move(node), std::move(made), file_.name(output)),
                    .dims = dims};
}

TensorId TfliteImporter::append_hidden(const Operator& op, Node node, const Shape& shape,
                                       const ActivationTensor& like, const std::string& name) {
  ActivationTensor made = like;
  const bool taken = std::any_of(network_.tensors.begin(), network_.tensors.end(),
                                 [&](const ActivationTensor& other) { return other.name == name; });
  made.name = taken ? name + "@" + std::to_string(op.index) : name;
  made.shape = shape;
  const std::string full = made.name;
  return push(op, std::move(node), std::move(made), full);
}

TensorId TfliteImporter::push(const Operator& op, Node node, ActivationTensor made,
                              const std::string& name) {
  const auto output = static_cast<TensorId>(network_.tensors.size());
  const Shape shape = made.shape;
  checked(op, [&] { size_.add_tensor(shape); });
  network_.tensors.push_back(std::move(made));
  std::visit(
      [&](auto& concrete) {
        concrete.name = unique_name(op, name);
        concrete.output = output;
      },
      node);
  // Faults strike each operator's copy of shared weights.
  if (auto* made_by = std::get_if<Convolution>(&node)) {
    std::string& weights = made_by->weight_name;
    if (!weight_names_.insert(weights).second) weights += "@" + made_by->name;
  }
  checked(op, [&] {
    size_.add_node(node, shape);
    require_scales(network_, node);
  });
  network_.nodes.push_back(std::move(node));
  return output;
}

std::string TfliteImporter::unique_name(const Operator& op, const std::string& tensor) {
  // Converters join the names of all operations that they fused with semicolons.
  std::string name = tensor.substr(0, tensor.find(';'));
  const std::string made_by = name + "#" + std::to_string(op.index);
  for (int again = 0; !node_names_.insert(name).second; ++again) {
    name = made_by + (again == 0 ? "" : "." + std::to_string(again));
  }
  return name;
}

}  // namespace brownout::models
