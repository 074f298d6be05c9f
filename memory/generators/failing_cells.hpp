// Which cells of a row fail: the inner loop of every generator, 64 cells at a time. Nearly all the
// time of a map is spent here, so there is a version for each vector unit; all give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {

/// The chance of failure of each column of a row.
class ColumnChances {
 public:
  static constexpr std::uint32_t kWordBits = 64;

  /// No column fails.
  explicit ColumnChances(std::uint32_t columns);
  /// All columns alike.
  ColumnChances(std::uint32_t columns, const Chance& chance);

  std::size_t words() const { return certain_.size(); }
  void set(std::uint32_t column, const Chance& chance);
  /// Bit b of the result is the cell of column 64 * word + b: whether its element of the sequence
  /// of `row_key` is below its chance. 0 behind the last column.
  std::uint64_t failing(std::uint64_t row_key, std::size_t word) const;

 private:
  std::uint32_t columns_;
  std::vector<std::uint64_t> thresholds_;  // a column each, filled up with 0 to whole words
  std::vector<std::uint64_t> certain_;     // bits of the columns that fail always
};

/// Bit i of the result: element first + i of the sequence of `key` is below thresholds[i]. `count`
/// is a multiple of 8, at most 64.
using CellKernel = std::uint64_t (*)(std::uint64_t key, std::uint64_t first, std::uint32_t count,
                                     const std::uint64_t* thresholds);

struct NamedCellKernel {
  std::string_view name;
  CellKernel run;
};

/// Those that this CPU has, the fastest first; "plain" is last.
std::span<const NamedCellKernel> cell_kernels();

}  // namespace brownout::memory
