// A value that files configure: its key, where it lies and what it may be, said once. Readers,
// checks, listings and the test of the documentation follow from it; the default of a key is what
// its value holds before it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::hardware {

/// Shortest text that reads back as the same float32: 0.4914, not 0.49140000343322754.
std::string format_float(float value);

struct Limits {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();   ///< of an integer, itself allowed
  std::int64_t high = std::numeric_limits<std::int64_t>::max();  ///< likewise
  std::int64_t multiple = 1;                                     ///< of this is an integer
  bool positive = false;                                         ///< is a number: above 0
};

inline constexpr Limits kPositive{.positive = true};

/// One of several words.
struct Choice {
  std::vector<std::string_view> words;
  std::function<std::size_t()> chosen;
  std::function<void(std::size_t)> choose;
};

/// For an enumeration whose values count from 0, as their words do.
template <typename Enum>
Choice choice(Enum& value, std::vector<std::string_view> words) {
  return {.words = std::move(words),
          .chosen = [&value] { return static_cast<std::size_t>(value); },
          .choose = [&value](std::size_t word) { value = static_cast<Enum>(word); }};
}

struct Key {
  /// No value: the key is read and listed by code of its own.
  using Slot = std::variant<std::monostate, bool*, int*, std::uint64_t*, float*, double*,
                            std::string*, memory::Voltage*, std::optional<int>*,
                            std::optional<double>*, std::optional<memory::Voltage>*, Choice>;

  std::string name;  ///< below its section, dotted: "array.rows"
  Slot slot = {};
  Limits limits = {};
  bool required = false;
  std::string_view unset = {};  ///< listed in place of an optional value that is not there

  /// Throws InputError that starts with the name: outside its limits.
  void check() const;
  /// The value in force; empty where there is nothing to list.
  std::string text() const;
};

}  // namespace brownout::hardware
