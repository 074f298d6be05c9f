// Ceil-division and shares.
#include "memory/base/arithmetic.hpp"

#include <gtest/gtest.h>

namespace brownout {
namespace {

TEST(Arithmetic, QuotientsAreRoundedUp) {
  for (int by = 1; by <= 5; ++by) {
    for (int value = 0; value <= 20; ++value) {
      const int quotient = divide_up(value, by);
      EXPECT_GE(quotient * by, value);
      EXPECT_LT((quotient - 1) * by, value) << value << " / " << by;
    }
  }
  EXPECT_EQ(divide_up(std::uint64_t{1} << 40U, 3), 366503875926U);
}

TEST(Arithmetic, NothingOfNothingIsNoShare) {
  EXPECT_EQ(share(1, 4), 0.25);
  EXPECT_EQ(share(4, 4), 1.0);
  EXPECT_EQ(share(0, 0), 0.0);
}

}  // namespace
}  // namespace brownout
