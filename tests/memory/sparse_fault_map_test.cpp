// Lists of failing cells as maps.
#include "memory/sparse_fault_map.hpp"

#include <gtest/gtest.h>

#include "tests/memory/profiles.hpp"

namespace brownout::memory {
namespace {

const FaultMapHeader kHeader{{2, 4, 32}, "V", volts("0.5"), "tester 3, die 7"};

TEST(SparseFaultMap, ACellFailsUpToItsVfail) {
  const SparseFaultMap map(kHeader, {{{1, 2, 3}, volts("0.61"), FaultKind::kStuckAt1}});
  EXPECT_EQ(map.masks_at(volts("0.610001")).count(), 0u);
  EXPECT_EQ(map.masks_at(volts("0.61")).at({1, 2, 3}), FaultKind::kStuckAt1);
  EXPECT_EQ(map.masks_at(volts("0.5")).count(), 1u);
}

TEST(SparseFaultMap, ADefectFailsAtEveryVoltage) {
  const SparseFaultMap map(kHeader, {{{0, 0, 0}, Voltage::infinite(), FaultKind::kFlip}});
  EXPECT_EQ(map.masks_at(volts("1000")).at({0, 0, 0}), FaultKind::kFlip);
}

TEST(SparseFaultMap, BelowTheLowestMeasuredVoltageIsAnError) {
  const SparseFaultMap map(kHeader, {});
  EXPECT_NO_THROW((void)map.masks_at(volts("0.5")));
  EXPECT_EQ(message_of([&] { (void)map.masks_at(volts("0.499999")); }),
            "voltage 0.499999 V is below the lowest measured voltage, 0.5 V, of the fault map from "
            "tester 3, die 7");
  FaultMapHeader unlimited = kHeader;
  unlimited.lowest_measured.reset();
  EXPECT_NO_THROW((void)SparseFaultMap(unlimited, {}).masks_at(volts("0.1")));
}

TEST(SparseFaultMap, SortsItsCells) {
  const SparseFaultMap map(kHeader, {{{1, 0, 0}, volts("0.6"), FaultKind::kFlip},
                                     {{0, 3, 9}, volts("0.7"), FaultKind::kFlip},
                                     {{0, 3, 8}, volts("0.8"), FaultKind::kFlip}});
  EXPECT_EQ(map.faults()[0].cell, (CellAddress{0, 3, 8}));
  EXPECT_EQ(map.faults()[2].cell, (CellAddress{1, 0, 0}));
  EXPECT_EQ(map.source(), "tester 3, die 7");
}

TEST(SparseFaultMap, CellsTwiceOrOutsideAreRefused) {
  const Fault one{{0, 1, 2}, volts("0.6"), FaultKind::kFlip};
  const Fault same_cell{{0, 1, 2}, volts("0.7"), FaultKind::kStuckAt0};
  EXPECT_EQ(message_of([&] {
              SparseFaultMap(kHeader, {one, same_cell});
            }),
            "the cell at bank 0, row 1, column 2 is named twice");
  EXPECT_EQ(message_of([&] {
              SparseFaultMap(kHeader, {{{0, 4, 0}, {}, FaultKind::kFlip}});
            }),
            "the failing cell at bank 0, row 4, column 0 is outside 2 banks x 4 rows x 32 columns");
}

}  // namespace
}  // namespace brownout::memory
