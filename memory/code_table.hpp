// The codes of all weights of one width, both ways: encoding.hpp's two functions, looked up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "memory/encoding.hpp"

namespace brownout::memory {

class CodeTable {
 public:
  /// `bits`: 1 to 8.
  CodeTable(Encoding encoding, int bits) {
    for (std::uint32_t code = 0; code >> bits == 0; ++code) {
      const int value = decode(encoding, code, bits);
      values_[code] = static_cast<std::int8_t>(value);
      codes_[static_cast<std::uint8_t>(value)] =
          static_cast<std::uint8_t>(encode(encoding, value, bits));
    }
  }

  std::int8_t value(std::uint64_t code) const { return values_[code]; }
  /// Of a value that the encoding holds.
  std::uint8_t code(std::int8_t value) const { return codes_[static_cast<std::uint8_t>(value)]; }

 private:
  std::array<std::int8_t, 256> values_{};
  std::array<std::uint8_t, 256> codes_{};
};

}  // namespace brownout::memory
