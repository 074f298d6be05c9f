// A strict reader of the header that numpy.save writes: three keys, literal values, nothing else.
#include "memory/files/npy_array.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// The dictionary, e.g. {'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  NpyArray read() {
    expect('{');
    while (!take('}')) {
      read_entry();
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_blanks();
    if (!rest_.empty()) fail("text behind the header's dictionary");
    if (!type_) fail("the header has no 'descr'");
    if (!fortran_order_) fail("the header has no 'fortran_order'");
    if (!shape_) fail("the header has no 'shape'");
    if (*fortran_order_) {
      fail("fortran_order is True; save numpy.ascontiguousarray(a), in C order");
    }
    return {*type_, *shape_, {}};
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw InputError(message).within(name_);
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
  }

  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) {
      fail(std::string("the header is malformed: '") + c + "' is missing before " +
           in_quotes(rest_));
    }
  }

  std::string quoted() {
    expect('\'');
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) fail("the header is malformed: a text is not closed");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  void read_entry() {
    const std::string key = quoted();
    expect(':');
    if (key == "descr" && !type_) {
      skip_blanks();
      if (rest_.starts_with('[')) fail("a structured array; one number a cell is wanted");
      type_ = quoted();
    } else if (key == "fortran_order" && !fortran_order_) {
      fortran_order_ = truth_value();
    } else if (key == "shape" && !shape_) {
      shape_ = shape();
    } else {
      fail("the header's key " + in_quotes(key) +
           " is unknown or stands twice; descr, fortran_order and shape are known");
    }
  }

  bool truth_value() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail("the header's fortran_order is neither True nor False");
  }

  std::vector<std::uint64_t> shape() {
    std::vector<std::uint64_t> sizes;
    expect('(');
    while (!take(')')) {
      skip_blanks();
      const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
      const std::optional<std::uint64_t> size = parse_unsigned(rest_.substr(0, end));
      if (!size) fail("the header's shape is malformed at " + in_quotes(rest_));
      sizes.push_back(*size);
      rest_.remove_prefix(end);
      if (take(',')) continue;
      expect(')');
      break;
    }
    return sizes;
  }

  std::string_view rest_;
  const std::string& name_;
  std::optional<std::string> type_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

// The bytes of one element, of a type such as "<u2".
std::uint64_t element_size(const std::string& type, const std::string& name) {
  const std::string_view text = type;
  if (text.starts_with('>')) {
    throw InputError("elements of type " + in_quotes(type) +
                     " are big endian; little endian is wanted")
        .within(name);
  }
  const std::optional<std::uint64_t> size =
      text.size() > 2 ? parse_unsigned(text.substr(2)) : std::nullopt;
  if (!size || *size == 0 || *size > 16 || (text[0] != '<' && text[0] != '|')) {
    throw InputError("elements of type " + in_quotes(type) + ", not numbers").within(name);
  }
  return *size;
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

NpyArray parse_npy(std::string_view bytes, const std::string& name) {
  const auto fail = [&](const std::string& message) { throw InputError(message).within(name); };
  if (!is_npy(bytes)) fail("not an .npy file: it does not begin with \\x93NUMPY");
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(bytes[i])};
  };
  constexpr std::size_t kVersion = kMagic.size();
  const std::size_t length_bytes = bytes.size() > kVersion && byte(kVersion) == 2 ? 4 : 2;
  const std::size_t start = kVersion + 2 + length_bytes;
  if (bytes.size() < start) fail("the file ends within its header");
  if ((byte(kVersion) != 1 && byte(kVersion) != 2) || byte(kVersion + 1) != 0) {
    fail("version " + std::to_string(byte(kVersion)) + "." + std::to_string(byte(kVersion + 1)) +
         " of the .npy format; 1.0 and 2.0 are allowed");
  }
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= byte(kVersion + 2 + i) << (8 * i);
  if (bytes.size() - start < length) fail("the file ends within its header");

  NpyArray array = HeaderReader(bytes.substr(start, length), name).read();
  array.elements = bytes.substr(start + length);
  std::uint64_t expected = element_size(array.type, name);
  bool overflow = false;
  for (const std::uint64_t size : array.shape) {
    overflow = overflow || __builtin_mul_overflow(expected, size, &expected);
  }
  if (overflow || array.elements.size() != expected) {
    fail(std::to_string(array.elements.size()) + " bytes of elements; the header's shape needs " +
         (overflow ? "more than any file holds" : std::to_string(expected)));
  }
  return array;
}

std::string npy_bytes(const std::vector<double>& elements,
                      const std::vector<std::uint64_t>& shape) {
  constexpr std::size_t kAlignment = 64;  // of the elements, as the format asks for
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (const std::uint64_t size : shape) header += std::to_string(size) + ", ";
  header += "), }";
  const std::size_t start = kMagic.size() + 4;
  const std::size_t padding = kAlignment - (start + header.size() + 1) % kAlignment;
  header += std::string(padding % kAlignment, ' ') + '\n';
  std::string bytes(kMagic);
  bytes += std::string("\x01\x00", 2);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.reserve(bytes.size() + elements.size() * sizeof(double));
  for (const double element : elements) {
    const auto bits = std::bit_cast<std::uint64_t>(element);
    for (std::size_t i = 0; i < sizeof bits; ++i)
      bytes += static_cast<char>(bits >> (8 * i) & 0xff);
  }
  return bytes;
}

}  // namespace brownout::memory
