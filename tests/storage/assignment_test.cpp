// The cheapest assignment against all there are.
#include "sim/storage/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::storage {
namespace {

using Costs = std::vector<std::vector<std::int64_t>>;

Costs any_costs(std::size_t rows, std::size_t columns, std::uint64_t number) {
  Costs costs(rows, std::vector<std::int64_t>(columns));
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::uint64_t draw = memory::keyed_hash(number, r, c);
      costs[r][c] = draw % 3 == 0 ? 0 : static_cast<std::int64_t>(draw % 50);  // zeros are common
    }
  }
  return costs;
}

std::int64_t cost_of(const Costs& costs, const std::vector<std::uint32_t>& columns) {
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < costs.size(); ++r) sum += costs[r][columns[r]];
  return sum;
}

std::int64_t least_cost(const Costs& costs) {
  std::vector<std::uint32_t> order(costs.front().size());
  std::iota(order.begin(), order.end(), 0U);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  do {
    least = std::min(least, cost_of(costs, order));
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

TEST(CheapestAssignment, IsAsCheapAsTheCheapestOfAll) {
  for (std::size_t columns = 1; columns <= 6; ++columns) {
    for (std::size_t rows = 1; rows <= columns; ++rows) {
      for (std::uint64_t n = 0; n < 20; ++n) {
        const Costs costs = any_costs(rows, columns, n);
        const auto found = cheapest_assignment(costs);
        ASSERT_EQ(found.size(), rows);
        ASSERT_EQ(std::set(found.begin(), found.end()).size(), rows);
        EXPECT_EQ(cost_of(costs, found), least_cost(costs)) << rows << " of " << columns;
      }
    }
  }
}

TEST(CheapestAssignment, OfNoRowsIsEmpty) { EXPECT_TRUE(cheapest_assignment({}).empty()); }

}  // namespace
}  // namespace brownout::storage
