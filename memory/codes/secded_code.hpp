// Hsiao's code: corrects one wrong bit of a word and detects two, with the fewest ones in its
// checks of the codes that do.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/word_code.hpp"

namespace brownout::memory {

/// For 4 to 128 bits: r check bits, the least with 2^(r-1) >= data bits + r.
WordCodeKind secded_code();

/// The columns of its data bits: distinct, of odd weight, of weight 5 only when those of weight 3
/// are used up (and so on); the ones of any two rows differ by at most 1.
std::vector<std::uint32_t> hsiao_columns(std::uint32_t data_bits);

}  // namespace brownout::memory
