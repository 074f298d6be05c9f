// What hurts most, and what the chips do not tell apart from it.
#include "sim/experiment/culprits.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace brownout::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Culprits, AreToldApartInPairsOfTheSameChips) {
  // The second costs 0.02 less on every chip, which pairs show, though chips differ by far more.
  const Culprits culprits =
      find_culprits({{0.40, 0.50, 0.60, 0.70}, {0.38, 0.481, 0.579, 0.68}, {0.0, 0.0, 0.0, 0.0}});
  EXPECT_EQ(culprits.worst, 0U);
  EXPECT_TRUE(culprits.certain);
  EXPECT_THAT(culprits.others, IsEmpty());
}

TEST(Culprits, AreNotToldApartWhereTheChipsDisagree) {
  const Culprits culprits =
      find_culprits({{0.30, 0.25, 0.35}, {0.10, 0.45, 0.30}, {0.01, 0.00, 0.02}});
  EXPECT_EQ(culprits.worst, 0U);
  EXPECT_THAT(culprits.others, ElementsAre(1));
}

TEST(Culprits, AreThoseThatCertainlyCostNotThoseThatOneChipMakes) {
  const Culprits culprits =
      find_culprits({{0.0, 0.0, 0.0, 0.40}, {0.04, 0.05, 0.05, 0.06}, {0.0, 0.01, 0.0, 0.01}});
  EXPECT_EQ(culprits.worst, 1U);
  EXPECT_TRUE(culprits.certain);
  EXPECT_THAT(culprits.others, ElementsAre(0));
}

TEST(Culprits, AreUncertainWhereAFewChipsMayLoseNothing) {
  const Culprits culprits = find_culprits({{0.0, 0.23, 0.001}, {0.0, 0.0, 0.0}});
  EXPECT_EQ(culprits.worst, 0U);
  EXPECT_FALSE(culprits.certain);
  EXPECT_THAT(culprits.others, ElementsAre(1));
}

TEST(Culprits, OfOneChipAreNeverToldApart) {
  const Culprits culprits = find_culprits({{0.1}, {0.5}, {0.2}});
  EXPECT_EQ(culprits.worst, 1U);
  EXPECT_FALSE(culprits.certain);
  EXPECT_THAT(culprits.others, ElementsAre(0, 2));
}

TEST(Culprits, NeedCandidates) { EXPECT_THROW(find_culprits({}), std::logic_error); }

}  // namespace
}  // namespace brownout::experiment
