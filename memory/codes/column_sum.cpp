#include "memory/codes/column_sum.hpp"

#include <bit>

namespace brownout::memory {

ColumnSum::ColumnSum(std::span<const std::uint32_t> columns)
    : tables_(divide_up(columns.size(), 8)) {
  for (std::size_t byte = 0; byte < tables_.size(); ++byte) {
    const auto of_byte = columns.subspan(8 * byte);
    for (unsigned value = 1; value < 256; ++value) {
      const auto lowest = static_cast<std::size_t>(std::countr_zero(value));
      const std::uint32_t column = lowest < of_byte.size() ? of_byte[lowest] : 0;
      tables_[byte][value] = tables_[byte][value & (value - 1)] ^ column;
    }
  }
}

int ones_of(std::span<const std::uint32_t> columns) {
  int ones = 0;
  for (const std::uint32_t column : columns) ones += std::popcount(column);
  return ones;
}

}  // namespace brownout::memory
