// Typed, strict access to a Value: nothing unknown is skipped, nothing is converted silently.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

/// These throw InputError with the value's place when it is of another type. Numbers are
/// unquoted, parsed whole and finite; an `int` is a decimal integer.
void convert(const Value& value, bool& out);
void convert(const Value& value, int& out);
void convert(const Value& value, std::uint64_t& out);
void convert(const Value& value, double& out);
void convert(const Value& value, float& out);
void convert(const Value& value, std::string& out);      ///< not empty
void convert(const Value& value, memory::Voltage& out);  ///< above 0, finite
/// Relative to the file that the value stands in; normalised.
void convert(const Value& value, std::filesystem::path& out);

template <typename T>
void convert(const Value& value, std::vector<T>& out);
template <typename T>
void convert(const Value& value, std::optional<T>& out) {
  convert(value, out.emplace());
}

/// What `parse` makes of a text; its InputError gets the value's place.
template <typename Parse>
auto read_text(const Value& value, Parse parse) {
  std::string text;
  convert(value, text);
  return at_place_of(value, [&] { return parse(text); });
}

/// Which of `words` it is.
std::size_t read_word(const Value& value, std::span<const std::string_view> words);

/// The items of a list; throws when `value` is none.
const std::vector<Value>& items_of(const Value& value);

/// A map with a fixed set of keys.
class MapReader {
 public:
  /// Throws when `value` is no map or has a key that is not among `known`; names the nearest one.
  MapReader(const Value& value, std::vector<std::string_view> known);

  const Value& value() const { return *value_; }
  /// nullptr when the key is not given. Throws std::logic_error for a key that is not known.
  const Value* find(std::string_view key) const;
  /// Throws when the key is not given.
  const Value& require(std::string_view key) const;
  /// Throws when one of them is not given; names all that are not.
  void require_all(const std::vector<std::string_view>& keys) const;
  /// Keeps `out` as it is when the key is not given.
  template <typename T>
  void read(std::string_view key, T& out) const {
    if (const Value* found = find(key)) convert(*found, out);
  }
  template <typename T>
  void read_required(std::string_view key, T& out) const {
    convert(require(key), out);
  }
  /// A number with limits, both included.
  void read_in_range(std::string_view key, int& out, int low, int high) const;

 private:
  const Value* value_;
  std::vector<std::string_view> known_;
};

/// The file that a value names. Throws "FILE:LINE: key: no such file: X" unless there is one.
std::filesystem::path existing_file(const Value& value);
/// The same as existing_file for a path that does not come from a Value; `place` begins the message
/// unless it is empty.
void require_file(const std::filesystem::path& path, const std::string& place);

/// The known word nearest to `word` by edit distance, or nothing (empty) when none is near.
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

template <typename T>
void convert(const Value& value, std::vector<T>& out) {
  out.clear();
  for (const Value& item : items_of(value)) convert(item, out.emplace_back());
}

}  // namespace brownout::config
