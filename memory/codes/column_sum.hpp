// The linear maps over GF(2) that linear codes are made of: a column for every bit of a word, and
// the sum (XOR) of the columns of its ones. Rows are the bits of a column.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/word_bits.hpp"

namespace brownout::memory {

/// Sums by a table a byte of the word, which is as fast for a dense matrix as for a sparse one.
class ColumnSum {
 public:
  ColumnSum() = default;
  /// `columns`: of the bits of a word, from bit 0 on.
  explicit ColumnSum(std::span<const std::uint32_t> columns);

  std::uint32_t operator()(const WideBits& bits) const {
    std::uint32_t sum = 0;
    for (std::size_t byte = 0; byte < tables_.size(); ++byte) {
      sum ^= tables_[byte][bits.parts[byte / 8] >> (byte % 8 * 8) & 0xff];
    }
    return sum;
  }

 private:
  std::vector<std::array<std::uint32_t, 256>> tables_;
};

/// Ones in all `columns` together.
int ones_of(std::span<const std::uint32_t> columns);

}  // namespace brownout::memory
