// How a weight is written into the m bits of an SRAM lane.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace brownout::memory {

enum class Encoding : std::uint8_t { kTwosComplement, kOffsetBinary };

/// Throws std::runtime_error that lists the encodings.
Encoding parse_encoding(std::string_view name);
std::string to_string(Encoding encoding);

/// The code (low `bits` bits) of a signed value in [-2^(bits-1), 2^(bits-1)).
std::uint32_t encode(Encoding encoding, int value, int bits);
/// The signed value of a code; bits above `bits` are ignored.
int decode(Encoding encoding, std::uint32_t code, int bits);

}  // namespace brownout::memory
