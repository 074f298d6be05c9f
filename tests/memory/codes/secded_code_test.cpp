// The columns of Hsiao's code, at every width that it has.
#include "memory/codes/secded_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

namespace brownout::memory {
namespace {

constexpr std::uint32_t kLeast = 4, kMost = 128;

std::uint32_t checks_of(std::uint32_t data_bits) {
  return find_word_code("secded").make(data_bits)->check_bits();
}

TEST(SecdedCode, HasTheFewestCheckBits) {
  for (std::uint32_t bits = kLeast; bits <= kMost; ++bits) {
    const std::uint32_t checks = checks_of(bits);
    // As many columns of odd weight there are in r rows: those of data and check bits.
    EXPECT_LE(bits + checks, 1U << (checks - 1)) << bits;
    EXPECT_GT(bits + checks - 1, 1U << (checks - 2)) << bits;
  }
}

TEST(SecdedCode, HasDistinctColumnsOfOddWeightTheLightestFirst) {
  for (std::uint32_t bits = kLeast; bits <= kMost; ++bits) {
    const auto columns = hsiao_columns(bits);
    EXPECT_EQ(columns.size(), bits);
    EXPECT_EQ(std::set(columns.begin(), columns.end()).size(), bits);
    std::vector<int> used(32), available(32);
    for (const std::uint32_t column : columns)
      ++used.at(static_cast<unsigned>(std::popcount(column)));
    const std::uint32_t checks = checks_of(bits);
    for (std::uint32_t any = 0; any >> checks == 0; ++any)
      ++available.at(static_cast<unsigned>(std::popcount(any)));
    int left = static_cast<int>(bits);
    for (std::size_t weight = 3; weight < used.size(); weight += 2) {
      EXPECT_EQ(used[weight], std::min(left, available[weight])) << bits << ", " << weight;
      left -= used[weight];
    }
  }
}

TEST(SecdedCode, HasRowsWhoseOnesDifferByAtMostOne) {
  for (std::uint32_t bits = kLeast; bits <= kMost; ++bits) {
    std::vector<int> ones(checks_of(bits));
    for (const std::uint32_t column : hsiao_columns(bits)) {
      for (std::size_t row = 0; row < ones.size(); ++row) ones[row] += column >> row & 1;
    }
    const auto [fewest, most] = std::minmax_element(ones.begin(), ones.end());
    EXPECT_LE(*most - *fewest, 1) << bits;
  }
}

}  // namespace
}  // namespace brownout::memory
