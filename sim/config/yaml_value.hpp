// A YAML document as plain values that know where they stand, so that every later error can say
// file, line and key. Who interprets them is yaml_reader.hpp's user.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "memory/base/input_error.hpp"

namespace brownout::config {

/// The file or command-line option that a value comes from.
struct Origin {
  std::string name;     ///< as errors name it: a file, or "--set accelerator.array.rows"
  bool is_file = true;  ///< lines count
  std::filesystem::path directory;  ///< what relative paths in it are relative to
  std::string key;                  ///< the path that the name of an option tells already
};

struct MapEntry;

/// A scalar, list or map. Maps keep the order of the file and have no key twice.
struct Value {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;               ///< of a scalar
  bool quoted = false;            ///< a scalar in quotes: text, never a number
  std::vector<Value> items;       ///< of a list
  std::vector<MapEntry> entries;  ///< of a map
  std::string path;               ///< full key, e.g. "accelerator.array.rows" or "rows[2].ber"
  int line = 0;                   ///< of its key, from 1
  std::shared_ptr<const Origin> origin;

  /// The value of a key of this map, or nullptr (also when this is no map).
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Where errors about this value say it is: "FILE:LINE: key" or "--set key".
  std::string place() const;
};

struct MapEntry {
  std::string key;
  Value value;
};

/// Throws InputError: "FILE:LINE: key: text".
[[noreturn]] void fail(const Value& value, const std::string& text);

/// Passes on the error of a lower layer with the value's place. One that names a key below this
/// map, "array.rows", gets the place of that key, or of the nearest map around it that the file
/// has.
[[noreturn]] void fail(const Value& value, const InputError& error);

/// What `make` returns; an InputError of it gets the value's place, as by fail.
template <typename Make>
auto at_place_of(const Value& value, Make make) {
  try {
    return make();
  } catch (const InputError& error) {
    fail(value, error);
  }
}

}  // namespace brownout::config
