// What the fuzz targets share: several files in one input, and a check that holds in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace brownout::memory {

/// The parts between '|', `count` of them; those that are missing are empty.
inline std::vector<std::string> parts_of(const std::uint8_t* data, std::size_t size,
                                         std::size_t count) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '|' && parts.size() < count) {
      parts.emplace_back();
    } else {
      parts.back() += static_cast<char>(data[i]);
    }
  }
  parts.resize(count);
  return parts;
}

/// Stops the fuzzer, which keeps the input.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace brownout::memory
