// Opening a TFLite file, and its tensors and constants.
#include "models/tflite/file.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "models/network_file.hpp"
#include "models/network_limits.hpp"

namespace brownout::models {
namespace {

static_assert(std::endian::native == std::endian::little, "buffers are little-endian");

constexpr unsigned kVersion = 3;

template <typename Vector>
std::size_t size_of(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

}  // namespace

TfliteFile::TfliteFile(const std::filesystem::path& path)
    : path_(path.string()), bytes_(read_network_file(path)) {
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes_.data()),
                                 bytes_.size());
  if (!tflite::VerifyModelBuffer(verifier)) {
    const bool identified = bytes_.size() >= 8 && flatbuffers::BufferHasIdentifier(
                                                      bytes_.data(), tflite::ModelIdentifier());
    fail(identified ? "a damaged TFLite file, or one that is not whole" : "not a TFLite file");
  }
  model_ = tflite::GetModel(bytes_.data());
  if (model_->version() != kVersion) {
    fail("version " + std::to_string(model_->version()) + " of the format, not " +
         std::to_string(kVersion));
  }
  const std::size_t subgraphs = size_of(model_->subgraphs());
  if (subgraphs != 1) fail("one subgraph is supported, not " + std::to_string(subgraphs));
  graph_ = model_->subgraphs()->Get(0);
  read_operators();
}

void TfliteFile::read_operators() {
  const auto count = static_cast<unsigned>(size_of(graph_->operators()));
  for (unsigned i = 0; i < count; ++i) {
    const tflite::Operator* table = graph_->operators()->Get(i);
    TfliteOperator op{.index = static_cast<int>(i), .table = table};
    if (table->code() >= size_of(model_->codes())) {
      fail("operator " + std::to_string(i) + ": operator code " + std::to_string(table->code()) +
           " is not in the file");
    }
    const tflite::OperatorCode* code = model_->codes()->Get(table->code());
    const int kind = std::max(static_cast<int>(code->kind()), static_cast<int>(code->byte_kind()));
    op.kind = static_cast<tflite::OperatorKind>(kind);
    if (size_of(code->custom_name()) > 0) op.custom_name = code->custom_name()->str();
    for (unsigned o = 0; o < size_of(table->outputs()); ++o) {
      makers_.emplace(table->outputs()->Get(o), operators_.size());
    }
    operators_.push_back(op);
  }
}

int TfliteFile::input() const {
  if (size_of(graph_->inputs()) != 1) {
    fail("one input is supported, not " + std::to_string(size_of(graph_->inputs())));
  }
  return graph_->inputs()->Get(0);
}

std::vector<int> TfliteFile::outputs() const {
  if (size_of(graph_->outputs()) == 0) fail("the graph has no output");
  return {graph_->outputs()->begin(), graph_->outputs()->end()};
}

bool TfliteFile::is_output(int index) const {
  const std::vector<int> all = outputs();
  return std::find(all.begin(), all.end(), index) != all.end();
}

const tflite::Tensor& TfliteFile::tensor(int index) const {
  if (index < 0 || static_cast<std::size_t>(index) >= size_of(graph_->tensors())) {
    fail("tensor " + std::to_string(index) + " is not in the file");
  }
  const tflite::Tensor* tensor = graph_->tensors()->Get(static_cast<unsigned>(index));
  const std::string named = "tensor " + std::to_string(index);
  if (tensor->buffer() >= size_of(model_->buffers()))
    fail(named + ": its buffer is not in the file");
  if (tensor->is_variable()) fail(named + ": variables are not supported");
  if (tensor->sparsity() != nullptr) fail(named + ": sparse tensors are not supported");
  return *tensor;
}

std::string TfliteFile::name(int index) const {
  const flatbuffers::String* name = tensor(index).name();
  return size_of(name) == 0 ? "tensor_" + std::to_string(index) : name->str();
}

const flatbuffers::Vector<std::uint8_t>* TfliteFile::data(const tflite::Tensor& tensor) const {
  const tflite::Buffer* buffer = model_->buffers()->Get(tensor.buffer());
  if (buffer->outside_offset() > 1) fail("data outside the flatbuffer is not supported");
  return buffer->data();
}

bool TfliteFile::is_constant(int index) const { return size_of(data(tensor(index))) > 0; }

template <typename Element>
std::vector<Element> TfliteFile::elements(int index, tflite::ElementType type) const {
  const tflite::Tensor& source = tensor(index);
  const std::string what = "constant '" + name(index) + "'";
  if (source.type() != type) {
    fail(what + " is " + tflite::EnumNameElementType(source.type()) + ", not " +
         tflite::EnumNameElementType(type) + what_to_do(source.type()));
  }
  std::size_t count = 1;
  for (const int extent : dims(index)) count *= static_cast<std::size_t>(extent);
  const flatbuffers::Vector<std::uint8_t>* bytes = data(source);
  if (size_of(bytes) != count * sizeof(Element)) {
    fail(what + " has " + std::to_string(size_of(bytes)) + " bytes, its shape needs " +
         std::to_string(count * sizeof(Element)));
  }
  std::vector<Element> values(count);
  std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

/// The verifier lets 64-bit numbers lie at any multiple of 4.
std::vector<std::int64_t> TfliteFile::zero_points(const tflite::Quantization& quantization) {
  std::vector<std::int64_t> values(size_of(quantization.zero_point()));
  if (values.empty()) return values;
  std::memcpy(values.data(), quantization.zero_point()->Data(), values.size() * sizeof(values[0]));
  return values;
}

std::vector<std::int8_t> TfliteFile::int8s(int index) const {
  return elements<std::int8_t>(index, tflite::ElementType::INT8);
}

std::vector<std::uint8_t> TfliteFile::uint8s(int index) const {
  return elements<std::uint8_t>(index, tflite::ElementType::UINT8);
}

std::vector<std::int32_t> TfliteFile::int32s(int index) const {
  return elements<std::int32_t>(index, tflite::ElementType::INT32);
}

bool TfliteFile::holds_integers(int index) const {
  using enum tflite::ElementType;
  const tflite::ElementType type = tensor(index).type();
  return type == INT32 || type == INT64 || type == BOOL;
}

std::vector<std::int64_t> TfliteFile::integers(int index) const {
  const auto widened = [](const auto& values) {
    return std::vector<std::int64_t>(values.begin(), values.end());
  };
  switch (tensor(index).type()) {
    case tflite::ElementType::INT64:
      return elements<std::int64_t>(index, tflite::ElementType::INT64);
    case tflite::ElementType::BOOL: {
      std::vector<std::int64_t> values =
          widened(elements<std::uint8_t>(index, tflite::ElementType::BOOL));
      for (std::int64_t& value : values) value = value != 0 ? 1 : 0;
      return values;
    }
    default:
      return widened(int32s(index));
  }
}

bool TfliteFile::is_empty_list(int index) const {
  const auto* shape = tensor(index).shape();
  return size_of(shape) == 1 && shape->Get(0) == 0 && maker(index) == nullptr;
}

std::vector<int> TfliteFile::dims(int index) const {
  std::vector<int> dims;
  const auto* shape = tensor(index).shape();
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < size_of(shape); ++i) {
    const int extent = shape->Get(static_cast<unsigned>(i));
    if (extent < 1 || extent > kLargestDimension || elements > kLargestTensor / extent) {
      fail("tensor '" + name(index) + "': its shape is impossible or too large (dimension " +
           std::to_string(i) + " is " + std::to_string(extent) + ")");
    }
    elements *= extent;
    dims.push_back(extent);
  }
  return dims;
}

std::vector<bool> TfliteFile::open_dims(int index) const {
  const auto* shape = tensor(index).shape();
  const auto* signature = tensor(index).shape_signature();
  std::vector<bool> open(size_of(shape), false);
  for (std::size_t d = 0; d < open.size() && size_of(signature) == open.size(); ++d) {
    open[d] = signature->Get(static_cast<unsigned>(d)) < 0;
  }
  return open;
}

int TfliteFile::input(const TfliteOperator& op, unsigned position) const {
  if (position >= size_of(op.table->inputs())) return -1;
  return op.table->inputs()->Get(position);
}

int TfliteFile::output(const TfliteOperator& op) const {
  if (size_of(op.table->outputs()) != 1) fail(op, "it has not one output");
  return op.table->outputs()->Get(0);
}

std::vector<int> TfliteFile::outputs(const TfliteOperator& op) const {
  if (size_of(op.table->outputs()) == 0) fail(op, "it has no output");
  return {op.table->outputs()->begin(), op.table->outputs()->end()};
}

const TfliteOperator* TfliteFile::maker(int tensor) const {
  const auto found = makers_.find(tensor);
  return found == makers_.end() ? nullptr : &operators_[found->second];
}

std::string TfliteFile::describe(const TfliteOperator& op) const {
  const std::string custom = op.custom_name.empty() ? "" : " " + op.custom_name;
  return "operator " + std::to_string(op.index) + " (" + to_string(op.kind) + custom + ")";
}

void TfliteFile::fail(const std::string& message) const { fail_in_file(path_, message); }

void TfliteFile::fail(const TfliteOperator& op, const std::string& message) const {
  fail(describe(op) + ": " + message);
}

std::string what_to_do(tflite::ElementType type) {
  if (type == tflite::ElementType::UINT8) {
    return ": UINT8 is supported only where weights and activations are UINT8 throughout, as "
           "TensorFlow 1 quantized";
  }
  if (type == tflite::ElementType::INT16) return ": activations of 16 bits are not supported";
  if (type == tflite::ElementType::INT4) return ": weights of 4 bits are not supported";
  return "";
}

std::string to_string(tflite::OperatorKind kind) {
  const std::string name = tflite::EnumNameOperatorKind(kind);
  return name.empty() ? "number " + std::to_string(static_cast<int>(kind)) : name;
}

}  // namespace brownout::models
