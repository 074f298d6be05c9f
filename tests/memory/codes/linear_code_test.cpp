// Published parity checks through the decoder of our own codes.
#include "memory/codes/linear_code.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <stdexcept>

#include "tests/memory/codes/published_checks.hpp"

namespace brownout::memory {
namespace {

std::uint64_t check_bits_of(const PublishedChecks& published, std::uint64_t data) {
  std::uint64_t check = 0;
  for (std::size_t c = 0; c < published.masks.size(); ++c) {
    check |= WideBits(data & published.masks[c]).count() % 2 << c;
  }
  return check;
}

class PublishedCode : public ::testing::TestWithParam<PublishedChecks> {};

TEST_P(PublishedCode, AcceptsItsCodewordsAndNoOtherWord) {
  const LinearCode code = code_of(GetParam());
  for (std::uint64_t word = 0; word < 200; ++word) {
    const std::uint64_t data = keyed_hash(7, word) & WideBits::low_bits(GetParam().data_bits);
    const std::uint64_t check = check_bits_of(GetParam(), data);
    ASSERT_EQ(code.encode({data}), (WordBits{{data}, {check}}));
    for (std::uint64_t any = 0; any >> code.check_bits() == 0; ++any) {
      ASSERT_EQ(code.decode({{data}, {any}}).status == WordStatus::kIntact, any == check);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OpenTitan, PublishedCode, ::testing::ValuesIn(open_titan()),
                         [](const auto& checks) {
                           return "Of" + std::to_string(checks.param.data_bits) + "Bits";
                         });

TEST(LinearCode, RefusesColumnsThatCannotBeToldApart) {
  EXPECT_THROW(LinearCode({3, 3}, unit_columns(2)), std::logic_error);
  EXPECT_THROW(LinearCode({2}, unit_columns(2)), std::logic_error);
  EXPECT_THROW(LinearCode({0}, unit_columns(2)), std::logic_error);
  EXPECT_THROW(LinearCode({4}, unit_columns(2)), std::logic_error);
}

TEST(LinearCode, RefusesChecksThatDoNotYieldTheirCheckBit) {
  EXPECT_THROW(LinearCode({7}, {1, 3, 4}), std::logic_error);
  EXPECT_THROW(LinearCode({7}, {1, 4, 2}), std::logic_error);
  EXPECT_NO_THROW(LinearCode({7}, {3, 2, 4}));
}

}  // namespace
}  // namespace brownout::memory
