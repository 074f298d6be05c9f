// A shortened BCH code that corrects two wrong bits of a word.
#pragma once

#include <cstdint>

#include "memory/word_code.hpp"

namespace brownout::memory {

/// For 4 to 128 bits: 2m check bits over GF(2^m), with the least m for which data and check bits
/// are at most 2^m - 1. Its words are polynomials that the minimal polynomials of a and a^3 divide:
/// check bit c is the coefficient of degree c, data bit b that of degree 2m + b.
WordCodeKind bch_dec_code();

}  // namespace brownout::memory
