// Where the cycles of a layer go: hand-computed folds, and random ones whose parts must add up.
#include "sim/hardware/cycles.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace brownout::hardware {
namespace {

// A 4 x 3 array: loads of 4 cycles, drains of 4 + 3 - 2 = 5.
constexpr int kRows = 4;
constexpr Cycle kDrain = 5;

FoldTimes fold(Cycle ready, Cycle load_start, Cycle load, Cycle stream_start, Cycle m) {
  return {ready,        load_start,       load_start + load,
          stream_start, stream_start + m, stream_start + m + kDrain};
}

TEST(Cycles, ArrayThatNeverWaitsOnlyComputes) {
  // Load 10..14, stream 14..24, drain to 29; the second fold after it, 29..48.
  const std::vector<FoldTimes> folds = {fold(0, 10, 4, 14, 10), fold(0, 29, 4, 33, 10)};
  const LayerTimes layer{10, 48, 48};
  const CycleBreakdown parts = break_down(layer, folds, kRows, false);
  EXPECT_EQ(parts, (CycleBreakdown{.compute = 38}));
  EXPECT_EQ(array_active_cycles(folds), 38);
}

TEST(Cycles, EveryCauseOfAStallGetsItsCycles) {
  // Words arrive 3 cycles late, rows take two fetches (4 cycles more), the accumulators 2.
  const std::vector<FoldTimes> folds = {fold(13, 13, 8, 23, 10)};
  const LayerTimes layer{10, 38, 45};
  const CycleBreakdown parts = break_down(layer, folds, kRows, false);
  EXPECT_EQ(
      parts,
      (CycleBreakdown{.compute = 19, .weight_fetch = 4, .dram = 3, .accumulator = 2, .vector = 7}));
  EXPECT_EQ(parts.stalls(), 9);
  EXPECT_EQ(parts.total(), 35);
  EXPECT_EQ(array_active_cycles(folds), 8 + 15);  // not clocked while it waits
}

TEST(Cycles, PrefetchHidesALoadBehindTheStream) {
  // Fold 2 loads during fold 1's stream and follows it without a gap.
  const std::vector<FoldTimes> folds = {fold(0, 0, 4, 4, 10), fold(0, 4, 4, 14, 10)};
  const LayerTimes layer{0, 29, 29};
  EXPECT_EQ(break_down(layer, folds, kRows, true), (CycleBreakdown{.compute = 29}));
  EXPECT_EQ(array_active_cycles(folds), 29);
}

TEST(Cycles, PrefetchedLoadOfManyFetchesShowsOnlyWhatTheStreamDoesNotHide) {
  // The load takes 12 cycles from 4, the stream before it ends at 14: 2 cycles are left over.
  const std::vector<FoldTimes> folds = {fold(0, 0, 4, 4, 10), fold(0, 4, 12, 16, 10)};
  const LayerTimes layer{0, 31, 31};
  EXPECT_EQ(break_down(layer, folds, kRows, true),
            (CycleBreakdown{.compute = 29, .weight_fetch = 2}));
}

TEST(Cycles, LayerOfTheVectorUnitAloneIsAllVector) {
  EXPECT_EQ(break_down({7, 7, 20}, {}, kRows, false), (CycleBreakdown{.vector = 13}));
  EXPECT_EQ(array_active_cycles({}), 0);
}

struct RandomLayer {
  LayerTimes times;
  std::vector<FoldTimes> folds;
  Cycle bare = 0;  // load, stream and drain of all folds one after another
};

// The recurrence that a machine follows, with random causes of waiting.
RandomLayer random_layer(std::mt19937& random, bool prefetch) {
  const auto upto = [&](unsigned most) { return static_cast<Cycle>(random() % (most + 1)); };
  RandomLayer layer;
  const Cycle start = upto(50);
  Cycle array_free = start, stream_free = start, ready = 0;
  const Cycle count = 1 + upto(9);
  for (Cycle i = 0; i < count; ++i) {
    ready += upto(30);
    const Cycle load_start = std::max(array_free, ready);
    const Cycle load = kRows * (1 + upto(3));
    const Cycle stream_start =
        std::max({stream_free, load_start + load, random() % 3 == 0 ? start + upto(200) : start});
    const Cycle m = 1 + upto(20);
    layer.folds.push_back(fold(ready, load_start, load, stream_start, m));
    layer.bare += kRows + m + kDrain;
    array_free = prefetch ? stream_start : layer.folds.back().end;
    stream_free = stream_start + m;
  }
  const Cycle end = layer.folds.back().end;
  layer.times = {start, end, end + upto(20)};
  return layer;
}

TEST(Cycles, PartsOfRandomLayersAddUpAndNoneIsNegative) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 2000; ++trial) {
    const bool prefetch = trial % 2 == 1;
    const RandomLayer layer = random_layer(random, prefetch);
    const CycleBreakdown parts = break_down(layer.times, layer.folds, kRows, prefetch);
    ASSERT_EQ(parts.total(), layer.times.end - layer.times.start);
    ASSERT_GE(std::min({parts.weight_fetch, parts.dram, parts.accumulator, parts.vector}), 0);
    if (prefetch) {
      ASSERT_GT(parts.compute, 0);
      ASSERT_LE(parts.compute, layer.bare);
    } else {
      ASSERT_EQ(parts.compute, layer.bare);
    }
  }
}

TEST(Cycles, ActiveCyclesOfRandomLayersAreThoseOfACycleByCycleCount) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 500; ++trial) {
    const RandomLayer layer = random_layer(random, trial % 2 == 1);
    Cycle active = 0;
    for (Cycle now = layer.times.start; now < layer.times.array_end; ++now) {
      active += std::any_of(layer.folds.begin(), layer.folds.end(), [&](const FoldTimes& f) {
        return (now >= f.load_start && now < f.load_end) || (now >= f.stream_start && now < f.end);
      });
    }
    ASSERT_EQ(array_active_cycles(layer.folds), active);
  }
}

TEST(Cycles, BreakdownsOfLayersSum) {
  CycleBreakdown sum{1, 2, 3, 4, 5};
  sum += {10, 20, 30, 40, 50};
  EXPECT_EQ(sum, (CycleBreakdown{11, 22, 33, 44, 55}));
}

}  // namespace
}  // namespace brownout::hardware
