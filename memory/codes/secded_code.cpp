#include "memory/codes/secded_code.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <set>

#include "memory/base/input_error.hpp"
#include "memory/codes/linear_code.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kLeastDataBits = 4, kMostDataBits = 128;

std::uint32_t checks_for(std::uint32_t data_bits) {
  std::uint32_t checks = 1;
  while (std::uint32_t{1} << (checks - 1) < data_bits + checks) ++checks;
  return checks;
}

std::uint32_t rotated(std::uint32_t column, std::uint32_t by, std::uint32_t rows) {
  return (column << by | column >> (rows - by)) & ((std::uint32_t{1} << rows) - 1);
}

std::set<std::uint32_t> rotations(std::uint32_t column, std::uint32_t rows) {
  std::set<std::uint32_t> all;
  for (std::uint32_t by = 0; by < rows; ++by) all.insert(rotated(column, by, rows));
  return all;
}

// Up to `most` columns of one weight. All rotations of a column together have as many ones in every
// row; the last few columns are rotations of 0..01..1, laid end to end around the rows (one row
// further after a whole turn), which never differ by more than 1.
std::vector<std::uint32_t> columns_of_weight(std::uint32_t weight, std::uint32_t rows,
                                             std::size_t most) {
  const std::uint32_t run = (std::uint32_t{1} << weight) - 1;
  std::vector<std::uint32_t> columns;
  for (std::uint32_t first = run + 1; first >> rows == 0; ++first) {
    if (static_cast<std::uint32_t>(std::popcount(first)) != weight) continue;
    const std::set<std::uint32_t> all = rotations(first, rows);
    if (*all.begin() != first || columns.size() + all.size() > most) continue;
    columns.insert(columns.end(), all.begin(), all.end());
  }
  const std::uint32_t turn = rows / std::gcd(weight, rows);
  const std::size_t runs = std::min(most - columns.size(), rotations(run, rows).size());
  for (std::uint32_t i = 0; i < runs; ++i) {
    columns.push_back(rotated(run, (weight * i + i / turn) % rows, rows));
  }
  return columns;
}

}  // namespace

std::vector<std::uint32_t> hsiao_columns(std::uint32_t data_bits) {
  const std::uint32_t rows = checks_for(data_bits);
  std::vector<std::uint32_t> columns;
  for (std::uint32_t weight = 3; columns.size() < data_bits; weight += 2) {
    const auto more = columns_of_weight(weight, rows, data_bits - columns.size());
    columns.insert(columns.end(), more.begin(), more.end());
  }
  return columns;
}

WordCodeKind secded_code() {
  return {"secded",
          [](std::uint32_t data_bits) -> std::shared_ptr<const WordCode> {
            require_range("data_bits", data_bits, kLeastDataBits, kMostDataBits);
            return std::make_shared<LinearCode>(hsiao_columns(data_bits),
                                                unit_columns(checks_for(data_bits)));
          },
          kMostDataBits};
}

}  // namespace brownout::memory
