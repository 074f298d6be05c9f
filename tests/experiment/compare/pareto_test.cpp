// The Pareto front against a comparison of every point with every other.
#include "sim/experiment/compare/pareto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace brownout::experiment {
namespace {

using testing::ElementsAre;

bool beats(const CostAndWorth& one, const CostAndWorth& other) {
  return one.cost <= other.cost && one.worth >= other.worth &&
         (one.cost < other.cost || one.worth > other.worth);
}

std::vector<bool> by_force(const std::vector<CostAndWorth>& points) {
  std::vector<bool> front;
  for (const CostAndWorth& point : points) {
    bool beaten = false;
    for (const CostAndWorth& other : points) beaten = beaten || beats(other, point);
    front.push_back(!beaten);
  }
  return front;
}

TEST(ParetoFront, LeavesOutWhatCostsMoreOrBringsLess) {
  EXPECT_THAT(pareto_front({{1, 0.5}, {2, 0.9}, {3, 0.8}, {2, 0.7}, {0.5, 0.1}}),
              ElementsAre(true, true, false, false, true));
}

TEST(ParetoFront, EqualPointsAreOnItAllOrNone) {
  EXPECT_THAT(pareto_front({{1, 1}, {1, 1}, {2, 1}, {2, 1}}),
              ElementsAre(true, true, false, false));
  EXPECT_TRUE(pareto_front({}).empty());
}

TEST(ParetoFront, IsThatOfComparingEveryPointWithEveryOther) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> of_few(0, 6), of_many(0, 1000), count(1, 40);
  for (int round = 0; round < 500; ++round) {
    auto& values = round % 2 == 0 ? of_few : of_many;  // few: many ties
    std::vector<CostAndWorth> points;
    for (int i = count(random); i > 0; --i) {
      points.push_back({static_cast<double>(values(random)), static_cast<double>(values(random))});
    }
    ASSERT_EQ(pareto_front(points), by_force(points)) << "round " << round;
  }
}

}  // namespace
}  // namespace brownout::experiment
