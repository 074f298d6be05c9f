// How a weight is written into the m bits of an SRAM lane.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace brownout::memory {

/// Two's complement; the value plus 2^(bits-1); sign bit above the magnitude; the reflected Gray
/// code (neighbours differ in one bit) of offset binary. A weight of one bit is -1 or +1: the sign
/// bit alone in the first and the third, 1 for +1 in the others.
enum class Encoding : std::uint8_t { kTwosComplement, kOffsetBinary, kSignMagnitude, kGray };

/// Throws InputError that lists the encodings.
Encoding parse_encoding(std::string_view name);
std::string to_string(Encoding encoding);

/// The least value that can be stored: -2^(bits-1), and one more in sign and magnitude of several
/// bits.
int lowest_value(Encoding encoding, int bits);
/// Throws InputError that names the first of `values` that is lower than that.
void require_storable(Encoding encoding, std::span<const std::int8_t> values, int bits);

/// The code (low `bits` bits) of a signed value in [lowest_value, 2^(bits-1)), of one bit -1 or +1.
std::uint32_t encode(Encoding encoding, int value, int bits);
/// The signed value of a code; bits above `bits` are ignored. The code of minus zero in sign and
/// magnitude, which encode never yields but a fault may, is 0.
int decode(Encoding encoding, std::uint32_t code, int bits);

}  // namespace brownout::memory
