// A SECDED code that stores its check bits in the weights themselves (zero-space ECC, Guan et al.,
// arXiv 1910.14479).
#pragma once

#include "memory/word_code.hpp"

namespace brownout::memory {

/// For 64 bits: eight weights of 8 bits in two's complement, of which the first seven lie in
/// [-64, 63], so that bit 6 equals the sign. These seven bits hold the check bits of Hsiao's code
/// over the other 57, and always read as the sign. encode throws std::logic_error for other
/// weights.
WordCodeKind in_place_secded_code();

/// Whether the first seven weights lie in [-64, 63].
bool fits_in_place(const WideBits& data);

}  // namespace brownout::memory
