#include "memory/codes/linear_code.hpp"

#include <bit>
#include <limits>
#include <stdexcept>
#include <string>

namespace brownout::memory {
namespace {

constexpr std::uint16_t kNoBit = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kMostChecks = 16;  // the table by syndrome stays small

void require_checks(const std::vector<std::uint32_t>& check_columns) {
  if (check_columns.size() > kMostChecks) throw std::logic_error("a code of too many check bits");
  for (std::size_t c = 0; c < check_columns.size(); ++c) {
    if (static_cast<std::size_t>(std::countr_zero(check_columns[c])) == c) continue;
    throw std::logic_error("check " + std::to_string(c) + " does not yield its check bit");
  }
}

// The check bits whose columns sum up to `column`.
std::uint32_t check_bits_of(std::uint32_t column, const std::vector<std::uint32_t>& check_columns) {
  std::uint32_t bits = 0;
  for (std::size_t c = 0; c < check_columns.size(); ++c) {
    if ((column >> c & 1) == 0) continue;
    column ^= check_columns[c];
    bits |= std::uint32_t{1} << c;
  }
  return bits;
}

std::vector<std::uint16_t> bits_by_column(const std::vector<std::uint32_t>& data_columns,
                                          const std::vector<std::uint32_t>& check_columns) {
  std::vector<std::uint16_t> bit_of(std::size_t{1} << check_columns.size(), kNoBit);
  std::uint16_t bit = 0;
  for (const auto* columns : {&data_columns, &check_columns}) {
    for (const std::uint32_t column : *columns) {
      if (column == 0 || bit_of.at(column) != kNoBit) {
        throw std::logic_error("bit " + std::to_string(bit) + " cannot be told from others");
      }
      bit_of[column] = bit++;
    }
  }
  return bit_of;
}

}  // namespace

LinearCode::LinearCode(std::vector<std::uint32_t> data_columns,
                       std::vector<std::uint32_t> check_columns)
    : data_bits_(static_cast<std::uint32_t>(data_columns.size())),
      checks_(static_cast<std::uint32_t>(check_columns.size())),
      syndrome_of_data_(data_columns),
      syndrome_of_check_(check_columns) {
  require_checks(check_columns);
  bit_of_ = bits_by_column(data_columns, check_columns);
  // A check sums the ones of its row, to a bit that is not among them where it encodes.
  const int ones = ones_of(data_columns) + ones_of(check_columns);
  const auto checks = static_cast<int>(checks_);
  gates_ = {ones - 2 * checks, ones - checks};
  for (std::uint32_t& column : data_columns) column = check_bits_of(column, check_columns);
  check_of_data_ = ColumnSum(data_columns);
}

DecodedWord LinearCode::decode(const WordBits& read) const {
  const std::uint32_t syndrome = syndrome_of_data_(read.data) ^ syndrome_of_check_(read.check);
  if (syndrome == 0) return {read.data};
  const std::uint16_t wrong = bit_of_[syndrome];
  if (wrong == kNoBit) return {read.data, WordStatus::kUncorrectable};
  DecodedWord corrected{read.data, WordStatus::kCorrected};
  if (wrong < data_bits_) corrected.data.flip(wrong);
  return corrected;
}

std::vector<std::uint32_t> unit_columns(std::uint32_t count) {
  std::vector<std::uint32_t> columns;
  for (std::uint32_t c = 0; c < count; ++c) columns.push_back(std::uint32_t{1} << c);
  return columns;
}

}  // namespace brownout::memory
