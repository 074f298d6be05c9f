// An axis: a key of the configuration and the values that it takes one after another. Texts only:
// what a value means is for the reader of the configuration to say.
#pragma once

#include <string>
#include <vector>

namespace brownout::config {

/// As in --set KEY=VALUE.
struct Setting {
  std::string key, value;

  bool operator==(const Setting&) const = default;
};

struct Axis {
  std::string key;
  std::vector<std::string> values;
};

/// Of "KEY=A,B"; commas within brackets, braces and quotes belong to a value. Throws InputError
/// "--axis KEY: ..." for an empty value, one that is given twice, brackets that do not close.
Axis parse_axis(const std::string& text);

/// All combinations, a setting for each axis; the last axis changes fastest. Throws InputError for
/// a key of two axes, and for more combinations than anybody waits for.
std::vector<std::vector<Setting>> combinations(const std::vector<Axis>& axes);

}  // namespace brownout::config
