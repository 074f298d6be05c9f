#include "sim/experiment/runner/cosim_policy.hpp"

#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

int total(CosimPolicy policy, std::uint64_t chips, std::uint64_t key) {
  int images = 0;
  for (std::uint64_t chip = 0; chip < chips; ++chip) {
    images += cosim_images(policy, chip, chips, key);
  }
  return images;
}

TEST(CosimPolicy, ChoosesNoneOneOrAllOfTheChips) {
  for (const std::uint64_t key : {0ULL, 7ULL, ~0ULL}) {
    EXPECT_EQ(total(CosimPolicy::kNone, 5, key), 0);
    EXPECT_EQ(total(CosimPolicy::kOne, 5, key), 1);
    EXPECT_EQ(total(CosimPolicy::kAll, 5, key), 5);
  }
}

TEST(CosimPolicy, NamesAreParsed) {
  for (const char* name : {"none", "one", "all"}) {
    EXPECT_EQ(to_string(parse_cosim_policy(name)), name);
  }
  EXPECT_THROW(parse_cosim_policy("two"), InputError);
}

}  // namespace
}  // namespace brownout::experiment
