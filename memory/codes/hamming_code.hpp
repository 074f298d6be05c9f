// The extended Hamming code: what Hsiao's is compared with.
#pragma once

#include "memory/word_code.hpp"

namespace brownout::memory {

/// For 4 to 128 bits: corrects one wrong bit and detects two. Positions are numbered from 1, check
/// bits stand at the powers of 2, the check bit c is the parity of the positions whose number has
/// bit c; one more check bit is the parity of all positions.
WordCodeKind hamming_code();

}  // namespace brownout::memory
