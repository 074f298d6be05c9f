// What is read in place of weights with cells that are known to fail (Minerva: Reagen et al., ISCA
// 2016, section 8): the weight as 0, or its faulty bits as its sign, which rounds toward 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "memory/encoding.hpp"

namespace brownout::memory {

enum class ReadMask : std::uint8_t { kNone, kWord, kBit };

std::string to_string(ReadMask mask);

/// The code that is read for `code` of a weight of `bits` bits; `faulty`: its bits whose cells are
/// known to fail. Where the bit of the sign is one of them, a bit mask has nothing to go by: 0,
/// too. Throws std::logic_error for a weight of one bit, which is never 0, and for a bit mask of a
/// Gray code, whose bits have no value of their own that could be rounded.
std::uint32_t masked(ReadMask mask, Encoding encoding, std::uint32_t code, int bits,
                     std::uint32_t faulty);

}  // namespace brownout::memory
