// Maps laid over each other: which fault of a cell wins.
#include "memory/maps/stacked_fault_map.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>

#include "memory/generators/defect_map.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const SramGeometry kGeometry{2, 4, 70};
constexpr CellAddress kCell{1, 2, 65};
const Voltage kInfinite = Voltage::infinite();

std::unique_ptr<FaultMap> map_of(std::vector<Fault> faults, const char* source = "map") {
  return std::make_unique<SparseFaultMap>(FaultMapHeader{kGeometry, "V", {}, source},
                                          std::move(faults));
}

template <typename... Maps>
StackedFaultMap stack(Maps... maps) {
  std::vector<std::unique_ptr<FaultMap>> list;
  (list.push_back(std::move(maps)), ...);
  return StackedFaultMap(std::move(list));
}

TEST(StackedFaultMap, ACellFailsWhereAnyMapHasItFail) {
  const StackedFaultMap both = stack(map_of({{{0, 0, 0}, volts("0.7"), FaultKind::kFlip}}),
                                     map_of({{{0, 0, 1}, volts("0.6"), FaultKind::kStuckAt1}}));
  EXPECT_EQ(both.faults_at(volts("0.65")).certain.count(), 1u);
  const CellMasks masks = both.faults_at(volts("0.6")).certain;
  EXPECT_EQ(masks.at({0, 0, 0}), FaultKind::kFlip);
  EXPECT_EQ(masks.at({0, 0, 1}), FaultKind::kStuckAt1);
  EXPECT_EQ(masks.count(), 2u);
}

TEST(StackedFaultMap, ADefectWinsOverAVoltageFaultInEitherOrder) {
  const Fault fault{kCell, volts("0.7"), FaultKind::kFlip};
  const Fault defect{kCell, kInfinite, FaultKind::kStuckAt0};
  for (const char* voltage : {"0.6", "0.8"}) {
    EXPECT_EQ(stack(map_of({fault}), map_of({defect})).faults_at(volts(voltage)).certain.at(kCell),
              FaultKind::kStuckAt0);
    EXPECT_EQ(stack(map_of({defect}), map_of({fault})).faults_at(volts(voltage)).certain.at(kCell),
              FaultKind::kStuckAt0);
  }
}

TEST(StackedFaultMap, OtherwiseTheLaterMapWins) {
  const auto last = [](Fault lower, Fault upper) {
    return stack(map_of({lower}), map_of({upper})).faults_at(volts("0.6")).certain.at(kCell);
  };
  for (const Voltage vfail : {volts("0.7"), kInfinite}) {
    EXPECT_EQ(last({kCell, vfail, FaultKind::kStuckAt0}, {kCell, vfail, FaultKind::kStuckAt1}),
              FaultKind::kStuckAt1);
    EXPECT_EQ(last({kCell, vfail, FaultKind::kStuckAt1}, {kCell, vfail, FaultKind::kFlip}),
              FaultKind::kFlip);
  }
  EXPECT_EQ(
      last({kCell, volts("0.7"), FaultKind::kFlip}, {kCell, volts("0.5"), FaultKind::kStuckAt1}),
      FaultKind::kFlip);  // the later map's cell works at 0.6
}

TEST(StackedFaultMap, WhatAlwaysFailsGoesBeforeIntermittentCells) {
  const Fault rare{kCell, volts("0.7"), FaultKind::kStuckAt0, 0.1};
  const Fault rare_defect{kCell, kInfinite, FaultKind::kStuckAt1, 0.2};
  const Fault often{kCell, volts("0.7"), FaultKind::kFlip, 0.3};
  const Fault always{kCell, volts("0.65"), FaultKind::kFlip};
  const auto check = [](const StackedFaultMap& map, const char* voltage,
                        std::optional<double> probability) {
    const CellFaults faults = map.faults_at(volts(voltage));
    EXPECT_EQ(faults.certain.count(), probability ? 0u : 1u);
    ASSERT_EQ(faults.intermittent.size(), probability ? 1u : 0u);
    if (!probability) return;
    EXPECT_EQ(faults.intermittent[0].probability, *probability);
  };
  check(stack(map_of({always}), map_of({rare})), "0.65", std::nullopt);
  check(stack(map_of({rare}), map_of({always})), "0.65", std::nullopt);
  check(stack(map_of({always}), map_of({rare})), "0.66", 0.1);
  check(stack(map_of({always}), map_of({rare_defect})), "0.65", std::nullopt);
  check(stack(map_of({often}), map_of({rare})), "0.65", 0.1);
  check(stack(map_of({rare}), map_of({often})), "0.65", 0.3);
  check(stack(map_of({rare_defect}), map_of({often})), "0.65", 0.2);
  check(stack(map_of({rare_defect}), map_of({often})), "0.75", 0.2);
}

TEST(StackedFaultMap, EveryMapBringsItsOwnNoise) {
  const FaultMapHeader noisy{kGeometry, "V", {}, "noisy", 0.01};
  const StackedFaultMap both =
      stack(std::make_unique<SparseFaultMap>(
                noisy, std::vector<Fault>{{{0, 0, 0}, volts("0.6"), FaultKind::kFlip}}),
            map_of({{{0, 0, 1}, volts("0.6"), FaultKind::kFlip}}));
  const CellFaults faults = both.faults_at(volts("0.6"));
  ASSERT_EQ(faults.intermittent.size(), 1u);
  EXPECT_EQ(faults.intermittent[0].cell, (CellAddress{0, 0, 0}));
  EXPECT_EQ(faults.certain.count(), 1u);
  EXPECT_EQ(faults.certain.at({0, 0, 1}), FaultKind::kFlip);
}

// Against a rule applied cell by cell, with random maps over a generated chip.
TEST(StackedFaultMap, EqualsTheRuleCellByCell) {
  const auto iid = std::make_shared<IidFaultMap>(kGeometry, profile_14nm(), FaultMixture{}, 5);
  const SparseFaultMap measured =
      random_map(kGeometry, {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip});
  const StackedFaultMap all =
      stack(std::make_unique<IidFaultMap>(kGeometry, profile_14nm(), FaultMixture{}, 5),
            std::make_unique<DefectMap>(kGeometry, DefectRate{0.1, 0.5}, 9),
            std::make_unique<SparseFaultMap>(measured));
  const DefectMap defects(kGeometry, {0.1, 0.5}, 9);
  for (const char* voltage : {"0.76", "0.9", "1.2"}) {
    const CellMasks got = all.faults_at(volts(voltage)).certain;
    for (std::uint32_t row = 0; row < kGeometry.rows; ++row) {
      for (std::uint32_t column = 0; column < kGeometry.columns; ++column) {
        const CellAddress cell{1, row, column};
        std::optional<FaultKind> expected = iid->masks_at(volts(voltage)).at(cell);
        const auto upper = measured.faults_at(volts(voltage)).certain.at(cell);
        if (upper) expected = upper;
        if (const auto defect = defects.masks().at(cell)) expected = defect;
        if (const auto defect = measured.faults_at(kInfinite).certain.at(cell)) expected = defect;
        ASSERT_EQ(got.at(cell), expected) << to_string(cell) << " at " << voltage;
      }
    }
  }
}

TEST(StackedFaultMap, OtherGeometriesAreRefused) {
  auto other = std::make_unique<SparseFaultMap>(FaultMapHeader{{2, 4, 64}, "V", {}, "b.csv"},
                                                std::vector<Fault>{});
  EXPECT_EQ(message_of([&] { stack(map_of({}, "a.csv"), std::move(other)); }),
            "the fault map from b.csv has 2 banks x 4 rows x 64 columns, the one from a.csv that "
            "it is laid over has 2 banks x 4 rows x 70 columns");
  EXPECT_EQ(stack(map_of({}, "a.csv"), map_of({}, "b.csv")).source(), "a.csv + b.csv");
}

}  // namespace
}  // namespace brownout::memory
