// Three decoders into one array of rows, which is full when each row was given once.
#include "memory/files/dump_contents.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kBits = 4;  // of a digit

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The digits of all rows, and which were given.
class Contents {
 public:
  Contents(const std::string& name, const SramGeometry& geometry)
      : name_(name), geometry_(geometry), digits_(geometry.cells() / kBits) {
    is_given_.resize(digits_.size());
  }

  [[noreturn]] void fail(std::size_t line, const std::string& message) const {
    throw InputError(message).within(name_ + ":" + std::to_string(line));
  }
  std::uint64_t size() const { return digits_.size(); }
  std::string size_text() const {
    return std::to_string(digits_.size()) + " digits of " + to_string(geometry_);
  }

  void set(std::uint64_t place, int value, std::size_t line) {
    if (place >= digits_.size()) fail(line, "more than the " + size_text());
    if (is_given_[place])
      fail(line, "row " + std::to_string(row_of(place)) + " stands there twice");
    is_given_[place] = true;
    digits_[place] = static_cast<std::uint8_t>(value);
  }

  std::vector<std::uint8_t> take(std::size_t last_line) {
    const auto missing = std::find(is_given_.begin(), is_given_.end(), false);
    if (missing == is_given_.end()) return std::move(digits_);
    const auto given = std::count(is_given_.begin(), is_given_.end(), true);
    fail(last_line,
         "the file has " + std::to_string(given) + " of the " + size_text() + "; row " +
             std::to_string(row_of(static_cast<std::uint64_t>(missing - is_given_.begin()))) +
             " is the first that is missing");
  }

 private:
  std::uint64_t row_of(std::uint64_t place) const { return place / (geometry_.columns / kBits); }

  const std::string& name_;
  SramGeometry geometry_;
  std::vector<std::uint8_t> digits_;
  std::vector<bool> is_given_;
};

// Words between blanks, without comments and '_'.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // False at the end.
  bool next() {
    word_.clear();
    while (!rest_.empty()) {
      if (skip_comment()) {
        if (!word_.empty()) return true;
        continue;
      }
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (!is_blank(c)) {
        if (word_.empty()) word_line_ = line_;
        if (c != '_') word_ += c;
        continue;
      }
      line_ += c == '\n' ? 1 : 0;
      if (!word_.empty()) return true;
    }
    return !word_.empty();
  }

  const std::string& word() const { return word_; }
  std::size_t line() const { return word_.empty() ? line_ : word_line_; }

 private:
  bool skip_comment() {
    const bool to_line_end = rest_.starts_with('#') || rest_.starts_with("//");
    if (!to_line_end && !rest_.starts_with("/*")) return false;
    const std::size_t found = to_line_end ? rest_.find('\n') : rest_.find("*/", 2);
    const std::size_t end = found == std::string_view::npos ? rest_.size()
                            : to_line_end                   ? found
                                                            : found + 2;
    line_ += static_cast<std::size_t>(
        std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    rest_.remove_prefix(end);
    return true;
  }

  std::string_view rest_;
  std::string word_;
  std::size_t line_ = 1, word_line_ = 1;
};

bool has_prefix(const std::string& word) {
  return word.starts_with("0x") || word.starts_with("0X");
}

int digit_of(const Contents& contents, char c, std::size_t line) {
  const std::optional<unsigned> value = parse_digit(c);
  if (!value) {
    contents.fail(line, in_quotes(std::string_view(&c, 1)) + " is not a hexadecimal digit");
  }
  return static_cast<int>(*value);
}

std::uint64_t row_number(const Contents& contents, const std::string& word, std::size_t line) {
  std::uint64_t row = 0;
  for (const char c : word.substr(1)) {
    row = row * 16 + static_cast<std::uint64_t>(digit_of(contents, c, line));
    if (row >= contents.size()) contents.fail(line, in_quotes(word) + " is behind the last row");
  }
  if (word.size() == 1) contents.fail(line, "@ without a row");
  return row;
}

std::vector<std::uint8_t> text_digits(std::string_view text, Contents contents,
                                      std::uint64_t digits_per_row) {
  bool by_rows = false;
  for (Words words(text); words.next();) {
    by_rows = by_rows || words.word().front() == '@' || has_prefix(words.word());
  }
  Words words(text);
  std::uint64_t place = 0;
  while (words.next()) {
    std::string_view word = words.word();
    if (word.front() == '@') {
      place = row_number(contents, words.word(), words.line()) * digits_per_row;
      continue;
    }
    if (has_prefix(words.word())) word.remove_prefix(2);
    if (by_rows && word.size() != digits_per_row) {
      contents.fail(words.line(), in_quotes(words.word()) + " is not a row of " +
                                      std::to_string(digits_per_row) + " digits");
    }
    for (const char c : word) {
      contents.set(place++, digit_of(contents, c, words.line()), words.line());
    }
  }
  return contents.take(words.line());
}

// A byte at an address of the memory, into its two digits.
class ByteWriter {
 public:
  ByteWriter(Contents& contents, std::uint32_t columns, bool high_byte_first)
      : contents_(contents), row_bytes_(columns / 8), high_byte_first_(high_byte_first) {}

  void set(std::uint64_t address, int value, std::size_t line) {
    const std::uint64_t row = address / row_bytes_, byte = address % row_bytes_;
    const std::uint64_t from_first = high_byte_first_ ? byte : row_bytes_ - 1 - byte;
    const std::uint64_t place = (row * row_bytes_ + from_first) * 2;
    contents_.set(place, value >> kBits, line);
    contents_.set(place + 1, value & 15, line);
  }

 private:
  Contents& contents_;
  std::uint64_t row_bytes_;
  bool high_byte_first_;
};

// The bytes of a record ":LLAAAATT...CC", its checksum correct.
std::vector<int> record_bytes(const Contents& contents, const std::string& word, std::size_t line) {
  if (word.front() != ':' || word.size() % 2 == 0 || word.size() < 11) {
    contents.fail(line, in_quotes(word) + " is not a record of Intel HEX");
  }
  std::vector<int> bytes;
  int sum = 0;
  for (std::size_t i = 1; i < word.size(); i += 2) {
    bytes.push_back(digit_of(contents, word[i], line) * 16 + digit_of(contents, word[i + 1], line));
    sum += bytes.back();
  }
  if (bytes.size() != static_cast<std::size_t>(bytes.front()) + 5) {
    contents.fail(line, "the record's length is not that of the line");
  }
  if (sum % 256 != 0) contents.fail(line, "the record's checksum is wrong");
  return bytes;
}

std::vector<std::uint8_t> intel_hex_digits(std::string_view text, Contents contents,
                                           std::uint32_t columns, bool high_byte_first) {
  enum Type { kData, kEnd, kSegment, kSegmentStart, kLinear, kLinearStart };
  ByteWriter writer(contents, columns, high_byte_first);
  std::uint64_t base = 0;
  Words words(text);
  while (words.next()) {
    const std::vector<int> bytes = record_bytes(contents, words.word(), words.line());
    const auto word_at = [&](std::size_t i) {
      return static_cast<std::uint64_t>(bytes[i] * 256 + bytes[i + 1]);
    };
    const int type = bytes[3];
    if (type == kEnd) return contents.take(words.line());
    if (type == kSegmentStart || type == kLinearStart) continue;
    if ((type == kSegment || type == kLinear) && bytes.front() == 2) {
      base = word_at(4) << (type == kSegment ? 4 : 16);
    } else if (type == kData) {
      for (std::size_t i = 4; i + 1 < bytes.size(); ++i) {
        writer.set(base + word_at(1) + (i - 4), bytes[i], words.line());
      }
    } else {
      contents.fail(words.line(), "a record of an unknown type");
    }
  }
  contents.fail(words.line(), "the file ends without its last record, :00000001FF");
}

std::vector<std::uint8_t> binary_digits(std::string_view bytes, Contents contents,
                                        std::uint32_t columns, bool high_byte_first) {
  if (bytes.size() * 2 != contents.size()) {
    contents.fail(1, std::to_string(bytes.size()) + " bytes instead of " +
                         std::to_string(contents.size() / 2));
  }
  ByteWriter writer(contents, columns, high_byte_first);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    writer.set(i, static_cast<unsigned char>(bytes[i]), 1);
  }
  return contents.take(1);
}

}  // namespace

DumpEncoding dump_encoding_of(std::string_view bytes) {
  const auto first = std::find_if_not(bytes.begin(), bytes.end(), is_blank);
  if (first != bytes.end() && *first == ':') return DumpEncoding::kIntelHex;
  const bool is_text = std::all_of(bytes.begin(), bytes.end(),
                                   [](char c) { return is_blank(c) || (c >= ' ' && c <= '~'); });
  return is_text ? DumpEncoding::kText : DumpEncoding::kBinary;
}

std::vector<std::uint8_t> dump_digits(std::string_view bytes, const std::string& name,
                                      DumpEncoding encoding, const SramGeometry& geometry,
                                      bool high_byte_first) {
  const std::uint32_t columns = geometry.columns;
  const std::uint32_t unit = encoding == DumpEncoding::kText ? kBits : 8;
  if (columns % unit != 0) {
    throw InputError("rows of " + std::to_string(columns) + " bits are no whole number of " +
                     (unit == kBits ? "hexadecimal digits" : "bytes"))
        .within(name);
  }
  if (geometry.cells() / kBits / 2 > bytes.size()) {  // before so much is allocated
    throw InputError(std::to_string(bytes.size()) + " bytes are too few for " + to_string(geometry))
        .within(name);
  }
  Contents contents(name, geometry);
  switch (encoding) {
    case DumpEncoding::kText:
      return text_digits(bytes, std::move(contents), columns / kBits);
    case DumpEncoding::kIntelHex:
      return intel_hex_digits(bytes, std::move(contents), columns, high_byte_first);
    case DumpEncoding::kBinary:
      return binary_digits(bytes, std::move(contents), columns, high_byte_first);
  }
  throw std::logic_error("a dump of no encoding");
}

}  // namespace brownout::memory
