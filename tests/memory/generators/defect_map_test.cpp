// Defects at a rate.
#include "memory/generators/defect_map.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/generators/iid_generator.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const SramGeometry kGeometry{4, 500, 100};
constexpr double kCells = 200'000;

double bound(double n, double p) { return 5.3 * std::sqrt(n * p * (1 - p)) + 1; }

TEST(DefectMap, HasTheRateAndTheShareAskedFor) {
  for (const double rate : {0.001, 0.04, 0.5}) {
    for (const double share : {0.0, 0.3, 1.0}) {
      const CellMasks masks = DefectMap(kGeometry, {rate, share}, 3).masks();
      const auto count = static_cast<double>(masks.count());
      EXPECT_NEAR(count, kCells * rate, bound(kCells, rate));
      double zeros = 0;
      masks.for_each([&](const CellAddress&, FaultKind kind) {
        ASSERT_NE(kind, FaultKind::kFlip);
        zeros += kind == FaultKind::kStuckAt0 ? 1 : 0;
      });
      EXPECT_NEAR(zeros, count * share, bound(count, share));
    }
  }
  EXPECT_EQ(DefectMap(kGeometry, {0, 0.5}, 3).masks().count(), 0u);
  EXPECT_EQ(DefectMap(kGeometry, {1, 0.5}, 3).masks().count(), kGeometry.cells());
}

TEST(DefectMap, IsTheSameAtEveryVoltage) {
  const DefectMap map(kGeometry, {0.01, 0.5}, 3);
  for (const Voltage voltage : {volts("0.1"), volts("1"), Voltage::infinite()}) {
    const CellFaults faults = map.faults_at(voltage);
    EXPECT_EQ(faults.certain.count(), map.masks().count());
    EXPECT_TRUE(faults.intermittent.empty());
  }
}

TEST(DefectMap, NestsInTheRateAndDiffersByChip) {
  const CellMasks few = DefectMap(kGeometry, {0.01, 0.5}, 3).masks();
  const CellMasks more = DefectMap(kGeometry, {0.02, 0.5}, 3).masks();
  few.for_each([&](const CellAddress& cell, FaultKind kind) { ASSERT_EQ(more.at(cell), kind); });
  const CellMasks other = DefectMap(kGeometry, {0.01, 0.5}, 4).masks();
  double shared = 0;
  few.for_each([&](const CellAddress& cell, FaultKind) { shared += other.at(cell) ? 1 : 0; });
  EXPECT_LT(shared, kCells * 1e-4 + bound(kCells, 1e-4));
}

// A cell's defect has nothing to do with when it fails.
TEST(DefectMap, IsIndependentOfTheChipsVoltageFaults) {
  const CellMasks failing = IidFaultMap(kGeometry, profile_14nm(), {}, 3).masks_at(volts("0.75"));
  const CellMasks defects = DefectMap(kGeometry, {0.2, 0.5}, 3).masks();
  double both = 0;
  defects.for_each([&](const CellAddress& cell, FaultKind) { both += failing.at(cell) ? 1 : 0; });
  const double p = 0.2 * 0.2056;
  EXPECT_NEAR(both, kCells * p, bound(kCells, p));
}

TEST(DefectMap, SaysWhatItIs) {
  EXPECT_EQ(DefectMap(kGeometry, {0.001, 0.25}, 3).source(),
            "generated: defects at a rate of 0.001, 25 % of them at 0, chip seed 3");
}

TEST(DefectMap, RatesAndSharesOutOfRangeAreRefused) {
  EXPECT_EQ(message_of([] { DefectMap(kGeometry, {-0.1, 0.5}, 3); }), "rate: -0.1 is not in 0..1");
  EXPECT_EQ(message_of([] { DefectMap(kGeometry, {1.5, 0.5}, 3); }), "rate: 1.5 is not in 0..1");
  EXPECT_EQ(message_of([] {
              DefectMap(kGeometry, {0.1, 2}, 3);
            }),
            "stuck_at_0_share: 2 is not in 0..1");
}

}  // namespace
}  // namespace brownout::memory
