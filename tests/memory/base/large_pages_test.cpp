// A hint to the kernel must change nothing that can be read.
#include "memory/base/large_pages.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace brownout {
namespace {

TEST(LargePages, HoldWhatWasWrittenBeforeAndAfterTheyWereAskedFor) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(std::size_t{1} << 20);  // 8 MiB
  numbers.resize(1000);
  std::iota(numbers.begin(), numbers.end(), 0U);
  prefer_large_pages(numbers.data() + 1, (numbers.capacity() - 1) * sizeof(std::uint64_t));
  for (std::uint64_t i = 1000; i < numbers.capacity(); ++i) numbers.push_back(i);
  for (std::uint64_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i);
}

TEST(LargePages, AreNotAskedForWhereNoneFits) {
  std::vector<std::uint64_t> few = {1, 2, 3};
  prefer_large_pages(few.data(), few.size() * sizeof(std::uint64_t));
  EXPECT_EQ(few, (std::vector<std::uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace brownout
