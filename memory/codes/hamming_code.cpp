#include "memory/codes/hamming_code.hpp"

#include <bit>

#include "memory/base/input_error.hpp"
#include "memory/codes/linear_code.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kLeastDataBits = 4, kMostDataBits = 128;

LinearCode extended_hamming(std::uint32_t data_bits) {
  std::uint32_t checks = 1;  // without the one over all
  while (std::uint32_t{1} << checks < data_bits + checks + 1) ++checks;
  const std::uint32_t over_all = std::uint32_t{1} << checks;
  std::vector<std::uint32_t> data_columns, check_columns;
  for (std::uint32_t position = 1; data_columns.size() < data_bits; ++position) {
    if (!std::has_single_bit(position)) data_columns.push_back(position | over_all);
  }
  for (const std::uint32_t position : unit_columns(checks)) {
    check_columns.push_back(position | over_all);
  }
  check_columns.push_back(over_all);
  return {data_columns, check_columns};
}

}  // namespace

WordCodeKind hamming_code() {
  return {"hamming",
          [](std::uint32_t data_bits) -> std::shared_ptr<const WordCode> {
            require_range("data_bits", data_bits, kLeastDataBits, kMostDataBits);
            return std::make_shared<LinearCode>(extended_hamming(data_bits));
          },
          kMostDataBits};
}

}  // namespace brownout::memory
