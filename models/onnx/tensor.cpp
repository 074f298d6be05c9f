// The elements of an ONNX constant, whichever way they are held: raw bytes, typed fields,
// several narrow integers to a byte, in a file beside.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "models/git_lfs.hpp"
#include "models/network_limits.hpp"
#include "models/onnx/graph.hpp"

namespace brownout::models {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// Younger than the onnx library of Debian 12.
constexpr int kUint4 = 21, kInt4 = 22, kUint2 = 25, kInt2 = 26;

[[noreturn]] void fail_size(const OnnxGraph& graph, const onnx::TensorProto& tensor) {
  graph.fail("constant '" + tensor.name() + "': its data does not have the size of its shape");
}

template <typename Element, typename Typed>
std::vector<Element> elements(const OnnxGraph& graph, const onnx::TensorProto& tensor, int type,
                              const Typed& typed) {
  if (tensor.data_type() != type) {
    graph.fail("constant '" + tensor.name() + "': its type is " + type_name(tensor.data_type()) +
               " where " + type_name(type) + " is expected");
  }
  const std::size_t count = graph.element_count(tensor);
  const std::optional<std::string> raw = graph.raw_bytes(tensor, count * sizeof(Element));
  if (!raw) {
    if (static_cast<std::size_t>(typed.size()) != count) fail_size(graph, tensor);
    return {typed.begin(), typed.end()};
  }
  if (raw->size() != count * sizeof(Element)) fail_size(graph, tensor);
  std::vector<Element> values(count);
  if (count > 0) std::memcpy(values.data(), raw->data(), count * sizeof(Element));
  return values;
}

/// The bytes of integers of up to 8 bits: raw, or one in each entry of int32_data.
std::vector<std::uint8_t> packed_bytes(const OnnxGraph& graph, const onnx::TensorProto& tensor,
                                       std::size_t size) {
  const std::optional<std::string> raw = graph.raw_bytes(tensor, size);
  if (raw) return {raw->begin(), raw->end()};
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(tensor.int32_data_size()));
  for (const std::int32_t entry : tensor.int32_data()) {
    bytes.push_back(static_cast<std::uint8_t>(entry));
  }
  return bytes;
}

/// Integers of 2, 4 or 8 bits, the first in the lowest bits of a byte.
std::vector<std::int32_t> unpack(const std::vector<std::uint8_t>& bytes, IntegerType type,
                                 std::size_t count) {
  const auto bits = static_cast<unsigned>(type.bits);
  const std::size_t per_byte = 8 / bits;
  std::vector<std::int32_t> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned shift = static_cast<unsigned>(i % per_byte) * bits;
    const auto code = static_cast<std::int32_t>(bytes[i / per_byte] >> shift & ((1U << bits) - 1));
    values.push_back(code > type.highest() ? code - (1 << bits) : code);
  }
  return values;
}

}  // namespace

std::optional<IntegerType> integer_type(const onnx::TensorProto& tensor) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::INT32:
      return IntegerType{32, true};
    case onnx::TensorProto::INT8:
      return IntegerType{8, true};
    case onnx::TensorProto::UINT8:
      return IntegerType{8, false};
    case kInt4:
      return IntegerType{4, true};
    case kUint4:
      return IntegerType{4, false};
    case kInt2:
      return IntegerType{2, true};
    case kUint2:
      return IntegerType{2, false};
    default:
      return std::nullopt;
  }
}

std::string type_name(int data_type) {
  constexpr std::string_view kYounger[] = {
      "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4",
      "INT4",         "FLOAT4E2M1",     "FLOAT8E8M0", "UINT2",          "INT2"};
  constexpr int kFirst = 17;
  if (data_type >= kFirst && data_type < kFirst + static_cast<int>(std::size(kYounger))) {
    return std::string(kYounger[data_type - kFirst]);
  }
  if (!onnx::TensorProto::DataType_IsValid(data_type)) {
    return "type number " + std::to_string(data_type);
  }
  return onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(data_type));
}

std::optional<std::string> OnnxGraph::raw_bytes(const onnx::TensorProto& tensor,
                                                std::size_t size) const {
  if (tensor.data_location() != onnx::TensorProto::EXTERNAL) {
    return tensor.has_raw_data() ? std::optional(tensor.raw_data()) : std::nullopt;
  }
  const std::string what = "constant '" + tensor.name() + "': its external data ";
  std::filesystem::path location;
  std::uint64_t offset = 0;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() != "offset") continue;
    const char* end = entry.value().data() + entry.value().size();
    const auto [read, error] = std::from_chars(entry.value().data(), end, offset);
    if (error != std::errc() || read != end) fail(what + "has no offset");
  }
  const bool below = std::find(location.begin(), location.end(), "..") == location.end();
  if (location.empty() || location.has_root_path() || !below) {
    fail(what + "does not lie beside the file");
  }
  const std::filesystem::path path = std::filesystem::path(path_).parent_path() / location;
  std::error_code error;
  const std::uintmax_t there = std::filesystem::file_size(path, error);
  if (error) fail(what + "cannot be read: " + path.string());
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::min<std::size_t>(there, 128), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (is_git_lfs_pointer(bytes)) fail(what + "is " + kGitLfsPointer + ": " + path.string());
  if (offset > there || size > there - offset) fail(what + "is cut off in " + path.string());
  bytes.assign(size, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    fail(what + "cannot be read: " + path.string());
  }
  return bytes;
}

std::vector<float> OnnxGraph::floats(const onnx::TensorProto& tensor) const {
  return elements<float>(*this, tensor, onnx::TensorProto::FLOAT, tensor.float_data());
}

std::vector<std::int64_t> OnnxGraph::int64s(const onnx::TensorProto& tensor) const {
  return elements<std::int64_t>(*this, tensor, onnx::TensorProto::INT64, tensor.int64_data());
}

std::vector<std::int64_t> OnnxGraph::bools(const onnx::TensorProto& tensor) const {
  const std::vector<std::uint8_t> bytes =
      elements<std::uint8_t>(*this, tensor, onnx::TensorProto::BOOL, tensor.int32_data());
  std::vector<std::int64_t> values;
  for (const std::uint8_t byte : bytes) values.push_back(byte != 0);
  return values;
}

std::vector<std::int32_t> OnnxGraph::integers(const onnx::TensorProto& tensor) const {
  const std::optional<IntegerType> type = integer_type(tensor);
  if (!type) {
    fail("constant '" + tensor.name() + "': its type is " + type_name(tensor.data_type()) +
         " where an integer type of 2, 4, 8 or 32 bits is expected");
  }
  if (type->bits == 32) {
    return elements<std::int32_t>(*this, tensor, onnx::TensorProto::INT32, tensor.int32_data());
  }
  const std::size_t count = element_count(tensor);
  const std::size_t size = (count * static_cast<std::size_t>(type->bits) + 7) / 8;
  const std::vector<std::uint8_t> bytes = packed_bytes(*this, tensor, size);
  if (bytes.size() != size) fail_size(*this, tensor);
  return unpack(bytes, *type, count);
}

std::size_t OnnxGraph::element_count(const onnx::TensorProto& tensor) const {
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 0 || (dim > 0 && count > kLargestConstants / dim)) {
      fail("constant '" + tensor.name() + "': its shape is impossible or too large");
    }
    count *= dim;
  }
  return static_cast<std::size_t>(count);
}

}  // namespace brownout::models
