// The draws of intermittent cells: their frequencies, their keys, what they leave alone.
#include "memory/intermittent_cells.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace brownout::memory {
namespace {

// Of a binomial count around its mean; exceeded once in 10^7 counts.
double bound(double n, double p) { return 5.3 * std::sqrt(n * p * (1 - p)) + 1; }

CellFaults column_of(double probability, std::uint32_t cells) {
  CellFaults faults{CellMasks({1, cells, 1})};
  for (std::uint32_t row = 0; row < cells; ++row) {
    faults.intermittent.push_back({{0, row, 0}, FaultKind::kFlip, probability});
  }
  return faults;
}

TEST(IntermittentCells, FailAsOftenAsTheirChanceSays) {
  constexpr int kInferences = 20'000;
  for (const double p : {0.003, 0.25, 0.5, 0.97}) {
    for (std::uint32_t row = 0; row < 40; ++row) {  // each cell over the inferences
      const CellDraws draws(inference_seed(3, 7), {{1, row, 9}, FaultKind::kFlip, p});
      int failures = 0;
      for (std::uint64_t i = 0; i < kInferences; ++i) failures += draws.fails(i) ? 1 : 0;
      EXPECT_NEAR(failures, kInferences * p, bound(kInferences, p)) << p << ", row " << row;
    }
    for (std::uint64_t i = 0; i < 40; ++i) {  // each inference over the cells
      const std::uint64_t count = masks_of_inference(column_of(p, 5000), 11, i).count();
      EXPECT_NEAR(static_cast<double>(count), 5000 * p, bound(5000, p)) << p << ", inference " << i;
    }
  }
}

// Pairs of neighbouring inferences and of neighbouring cells fail together at p^2.
TEST(IntermittentCells, DrawIndependently) {
  constexpr int kInferences = 40'000;
  const double p = 0.4;
  const CellDraws one(5, {{0, 1, 2}, FaultKind::kFlip, p});
  const CellDraws other(5, {{0, 1, 3}, FaultKind::kFlip, p});
  int in_a_row = 0;
  int side_by_side = 0;
  for (std::uint64_t i = 0; i < kInferences; ++i) {
    in_a_row += one.fails(i) && one.fails(i + 1) ? 1 : 0;
    side_by_side += one.fails(i) && other.fails(i) ? 1 : 0;
  }
  EXPECT_NEAR(side_by_side, kInferences * p * p, bound(kInferences, p * p));
  EXPECT_NEAR(in_a_row, kInferences * p * p, 2 * bound(kInferences, p * p));  // pairs overlap
}

TEST(IntermittentCells, AreKeyedBySeedChipCellAndInference) {
  const IntermittentCell cell{{3, 5, 7}, FaultKind::kStuckAt0, 0.5};
  const CellDraws draws(inference_seed(1, 2), cell);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t uniform = sequence_element(keyed_hash(inference_seed(1, 2), 3, 5, 7), i);
    EXPECT_EQ(draws.fails(i), uniform < std::uint64_t{1} << 63);
  }
  const auto differs_from = [&](std::uint64_t seed, const IntermittentCell& other) {
    const CellDraws others(seed, other);
    int different = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) different += draws.fails(i) != others.fails(i) ? 1 : 0;
    return different > 400;
  };
  EXPECT_TRUE(differs_from(inference_seed(1, 3), cell));
  EXPECT_TRUE(differs_from(inference_seed(2, 2), cell));
  for (const CellAddress& address :
       {CellAddress{2, 5, 7}, CellAddress{3, 4, 7}, CellAddress{3, 5, 6}, CellAddress{5, 3, 7}}) {
    EXPECT_TRUE(differs_from(inference_seed(1, 2), {address, FaultKind::kStuckAt0, 0.5}));
  }
}

// What fails at a chance fails at every greater one: with read noise, at every lower voltage.
TEST(IntermittentCells, NestInTheirChance) {
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const CellDraws rare(5, {{0, 1, 2}, FaultKind::kFlip, 0.1});
    const CellDraws often(5, {{0, 1, 2}, FaultKind::kFlip, 0.6});
    ASSERT_TRUE(!rare.fails(i) || often.fails(i));
  }
}

TEST(IntermittentCells, CertainFaultsAreThereInEveryInference) {
  CellFaults faults{CellMasks({1, 4, 70})};
  faults.certain.set({0, 2, 69}, FaultKind::kStuckAt1);
  faults.intermittent = {{{0, 2, 3}, FaultKind::kStuckAt0, 0.5},
                         {{0, 3, 3}, FaultKind::kFlip, 0.5}};
  int first = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const CellMasks masks = masks_of_inference(faults, 1, i);
    EXPECT_EQ(masks.at({0, 2, 69}), FaultKind::kStuckAt1);
    const auto drawn = masks.at({0, 2, 3});
    EXPECT_EQ(drawn.value_or(FaultKind::kStuckAt0), FaultKind::kStuckAt0);
    first += drawn ? 1 : 0;
    EXPECT_EQ(masks.count(), 1u + (drawn ? 1 : 0) + (masks.at({0, 3, 3}) ? 1 : 0));
  }
  EXPECT_GT(first, 60);
  EXPECT_LT(first, 140);
}

}  // namespace
}  // namespace brownout::memory
