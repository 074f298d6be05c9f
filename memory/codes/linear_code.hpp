// A linear code that corrects one wrong bit, from the columns of its parity-check matrix.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/codes/column_sum.hpp"
#include "memory/word_code.hpp"

namespace brownout::memory {

/// The syndrome of a word is the sum of the columns of its ones; bit r of a column stands for the
/// check r. A syndrome that is a column means that this bit is wrong; any other, that no single one
/// is. Where the sum of two columns is never a column (all of odd weight, or with a one in the same
/// row), two wrong bits are so detected.
class LinearCode final : public WordCode {
 public:
  /// One check a check bit: check column c has a one in row c and none in the rows before, so that
  /// check bits follow from the data and the check bits before them. Throws std::logic_error
  /// unless so, or where two columns are equal or one is 0.
  LinearCode(std::vector<std::uint32_t> data_columns, std::vector<std::uint32_t> check_columns);

  std::uint32_t check_bits() const override { return checks_; }
  WordBits encode(const WideBits& data) const override { return {data, check_of_data_(data)}; }
  DecodedWord decode(const WordBits& read) const override;
  CodeGates gates() const override { return gates_; }

 private:
  std::uint32_t data_bits_, checks_;
  ColumnSum syndrome_of_data_, syndrome_of_check_, check_of_data_;
  std::vector<std::uint16_t> bit_of_;  // of the codeword, data first, by syndrome
  CodeGates gates_;
};

/// Those of check bits that stand in one check each.
std::vector<std::uint32_t> unit_columns(std::uint32_t count);

}  // namespace brownout::memory
