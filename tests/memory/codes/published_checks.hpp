// The parity checks of OpenTitan's SECDED primitives (Apache-2.0; hw/ip/prim at 187ced0, of 64 bits
// at 45ca047).
#pragma once

#include <cstdint>
#include <vector>

#include "memory/codes/linear_code.hpp"
#include "tests/memory/codes/error_patterns.hpp"

namespace brownout::memory {

/// Check bit c is the parity of the data bits of mask c.
struct PublishedChecks {
  std::uint32_t data_bits;
  std::vector<std::uint64_t> masks;
};

inline const std::vector<PublishedChecks>& open_titan() {
  static const std::vector<PublishedChecks> checks = {
      {16, {0xC5C6, 0x3317, 0x9E2C, 0x31E9, 0xCA71, 0x6C9A}},
      {32, {0x432358F1, 0x991D7680, 0x417AA04E, 0xEC104B1E, 0xA484A4E5, 0x16ED0B28, 0x3AC29513}},
      {64,
       {0xB9000000001FFFFF, 0x5E00000FFFE0003F, 0x67003FF003E007C1, 0xCD0FC0F03C207842,
        0xB671C711C4438884, 0xB5B65926488C9108, 0xCBDAAA4A91152210, 0x7AED348D221A4420}}};
  return checks;
}

inline LinearCode code_of(const PublishedChecks& published) {
  std::vector<std::uint32_t> columns(published.data_bits);
  for (std::size_t c = 0; c < published.masks.size(); ++c) {
    for (std::size_t bit = 0; bit < columns.size(); ++bit) {
      columns[bit] |= static_cast<std::uint32_t>(published.masks[c] >> bit & 1) << c;
    }
  }
  return {columns, unit_columns(static_cast<std::uint32_t>(published.masks.size()))};
}

}  // namespace brownout::memory
