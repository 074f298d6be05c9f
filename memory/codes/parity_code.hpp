// One check bit over a word: an odd number of wrong bits is detected, none is corrected.
#pragma once

#include "memory/word_code.hpp"

namespace brownout::memory {

/// For any width of 1 to 256 bits.
WordCodeKind parity_code();

}  // namespace brownout::memory
