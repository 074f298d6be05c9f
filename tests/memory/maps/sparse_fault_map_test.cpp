// Lists of failing cells as maps.
#include "memory/maps/sparse_fault_map.hpp"

#include <gtest/gtest.h>

#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const FaultMapHeader kHeader{{2, 4, 32}, "V", volts("0.5"), "tester 3, die 7"};

TEST(SparseFaultMap, ACellFailsUpToItsVfail) {
  const SparseFaultMap map(kHeader, {{{1, 2, 3}, volts("0.61"), FaultKind::kStuckAt1}});
  EXPECT_EQ(map.faults_at(volts("0.610001")).certain.count(), 0u);
  EXPECT_EQ(map.faults_at(volts("0.61")).certain.at({1, 2, 3}), FaultKind::kStuckAt1);
  EXPECT_EQ(map.faults_at(volts("0.5")).certain.count(), 1u);
}

TEST(SparseFaultMap, ADefectFailsAtEveryVoltage) {
  const SparseFaultMap map(kHeader, {{{0, 0, 0}, Voltage::infinite(), FaultKind::kFlip}});
  EXPECT_EQ(map.faults_at(volts("1000")).certain.at({0, 0, 0}), FaultKind::kFlip);
}

TEST(SparseFaultMap, BelowTheLowestMeasuredVoltageIsAnError) {
  const SparseFaultMap map(kHeader, {});
  EXPECT_NO_THROW((void)map.faults_at(volts("0.5")));
  EXPECT_EQ(message_of([&] { (void)map.faults_at(volts("0.499999")); }),
            "voltage 0.499999 V is below the lowest measured voltage, 0.5 V, of the fault map from "
            "tester 3, die 7");
  FaultMapHeader unlimited = kHeader;
  unlimited.lowest_measured.reset();
  EXPECT_NO_THROW((void)SparseFaultMap(unlimited, {}).faults_at(volts("0.1")));
}

TEST(SparseFaultMap, AnIntermittentCellIsListedUpToItsVfail) {
  const SparseFaultMap map(kHeader, {{{0, 1, 2}, volts("0.6"), FaultKind::kStuckAt0, 0.25},
                                     {{1, 0, 0}, volts("0.6"), FaultKind::kFlip},
                                     {{1, 0, 5}, Voltage::infinite(), FaultKind::kFlip, 0.5}});
  const CellFaults faults = map.faults_at(volts("0.6"));
  EXPECT_EQ(faults.certain.count(), 1u);
  const std::vector<IntermittentCell> expected = {{{0, 1, 2}, FaultKind::kStuckAt0, 0.25},
                                                  {{1, 0, 5}, FaultKind::kFlip, 0.5}};
  EXPECT_EQ(faults.intermittent, expected);
  EXPECT_EQ(faults.expected_count(), 1.75);
  EXPECT_EQ(faults.bit_error_rate(), 1.75 / 256);
  EXPECT_EQ(map.faults_at(volts("0.600001")).intermittent.size(), 1u);
  EXPECT_EQ(map.faults_at(Voltage::infinite()).intermittent.size(), 1u);  // the defects
}

TEST(SparseFaultMap, ReadNoiseMakesCellsNearTheirVfailIntermittent) {
  FaultMapHeader noisy = kHeader;
  noisy.lowest_measured.reset();
  noisy.sigma_read = 0.01;
  const SparseFaultMap map(noisy, {{{0, 0, 0}, volts("0.7"), FaultKind::kFlip},
                                   {{0, 0, 1}, Voltage::infinite(), FaultKind::kStuckAt1}});
  for (const auto& [voltage, certain, intermittent] :
       {std::tuple{"0.76", 1u, 0u}, {"0.7599", 1u, 1u}, {"0.6401", 1u, 1u}, {"0.64", 2u, 0u}}) {
    const CellFaults faults = map.faults_at(volts(voltage));
    EXPECT_EQ(faults.certain.count(), certain) << voltage;
    EXPECT_EQ(faults.intermittent.size(), intermittent) << voltage;
  }
  EXPECT_NEAR(map.faults_at(volts("0.7")).intermittent.front().probability, 0.5, 1e-12);
}

TEST(SparseFaultMap, ReadNoiseNeedsMeasurementsBelowTheVoltage) {
  FaultMapHeader noisy = kHeader;
  noisy.sigma_read = 0.01;
  EXPECT_NO_THROW((void)SparseFaultMap(noisy, {}).faults_at(volts("0.56")));
  EXPECT_EQ(message_of([&] { (void)SparseFaultMap(noisy, {}).faults_at(volts("0.559999")); }),
            "voltage 0.559999 V with a sigma_read of 0.01: cells count that fail up to 0.499999 V, "
            "which is below the lowest measured voltage, 0.5 V, of the fault map from tester 3, "
            "die 7");
}

TEST(SparseFaultMap, ChancesAndNoiseOutOfRangeAreRefused) {
  for (const auto& [chance, text] : {std::pair{0.0, "0"}, {-1.0, "-1"}, {1.5, "1.5"}}) {
    EXPECT_EQ(message_of([p = chance] {
                SparseFaultMap(kHeader, {{{0, 1, 2}, volts("0.6"), FaultKind::kFlip, p}});
              }),
              std::string("the cell at bank 0, row 1, column 2 fails with a chance of ") + text +
                  ", which is not above 0 and at most 1");
  }
  FaultMapHeader header = kHeader;
  header.sigma_read = -0.001;
  EXPECT_EQ(message_of([&] { SparseFaultMap(header, {}); }),
            "sigma_read: -0.001 is not in 0..1000");
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
