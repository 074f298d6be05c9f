// What an SRAM shows of cells with spares: each cell that of the lines that stand for its own.
#include "memory/repair/repaired_fault_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "memory/generators/iid_generator.hpp"
#include "memory/generators/noisy_fault_map.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kSeen{2, 40, 130};
constexpr SpareLines kSpares{2, 5};
constexpr FaultMixture kStuck{.stuck = true};

std::unique_ptr<GeneratedFaultMap> cells(std::uint64_t seed = 3,
                                         const FaultMixture& mixture = kStuck) {
  return std::make_unique<IidFaultMap>(kSpares.around(kSeen), profile_14nm(), mixture, seed);
}

void expect_seen(const RepairedFaultMap& repaired, Voltage voltage, const CellMasks& cells) {
  const CellMasks seen = repaired.faults_at(voltage).certain;
  const Repair repair = repaired.repair_at(voltage);
  ASSERT_EQ(seen.geometry(), kSeen);
  for (std::uint32_t bank = 0; bank < kSeen.banks; ++bank) {
    for (std::uint32_t row = 0; row < kSeen.rows; ++row) {
      for (std::uint32_t column = 0; column < kSeen.columns; ++column) {
        const BankRepair& lines = repair.banks[bank];
        ASSERT_EQ(seen.at({bank, row, column}),
                  cells.at({bank, lines.rows[row], lines.columns[column]}));
      }
    }
  }
}

TEST(RepairedFaultMap, ShowsTheCellsThatStandForItsOwn) {
  const Voltage tested = volts("0.88");
  for (const char* text : {"0.93", "0.88", "0.84"}) {
    const Voltage voltage = volts(text);
    const CellMasks all = cells()->masks_at(voltage);
    expect_seen(RepairedFaultMap(cells(), kSpares, tested), voltage, all);
    expect_seen(RepairedFaultMap(cells(), kSpares, {}), voltage, all);
  }
}

TEST(RepairedFaultMap, IsRepairedByTheTestAtItsVoltageOrAtEach) {
  const RepairedFaultMap once(cells(), kSpares, volts("0.88"));
  const RepairedFaultMap anew(cells(), kSpares, {});
  const auto expected = [](const char* voltage) {
    return allocate(kSpares, cells()->masks_at(volts(voltage)));
  };
  EXPECT_EQ(once.repair_at(volts("0.84")).banks, expected("0.88").banks);
  EXPECT_EQ(anew.repair_at(volts("0.84")).banks, expected("0.84").banks);
  EXPECT_NE(expected("0.84").banks, expected("0.88").banks);
  EXPECT_EQ(once.faults_at(volts("0.88")).certain.count(), expected("0.88").counts.cells_left);
  EXPECT_LT(expected("0.88").counts.cells_left, expected("0.88").counts.cells_failing);
  EXPECT_EQ(anew.faults_at(volts("0.84")).certain.count(), expected("0.84").counts.cells_left);
}

TEST(RepairedFaultMap, FaultsOfOneTestNestInVoltage) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const RepairedFaultMap repaired(cells(seed), kSpares, volts("0.86"));
    CellMasks higher = repaired.faults_at(volts("0.95")).certain;
    for (std::int64_t micro = 945'000; micro >= 800'000; micro -= 5000) {
      CellMasks lower = repaired.faults_at(Voltage::from_micro(micro)).certain;
      higher.for_each([&](const CellAddress& cell, FaultKind kind) {
        ASSERT_EQ(lower.at(cell), kind) << micro << " " << to_string(cell);
      });
      higher = std::move(lower);
    }
  }
}

TEST(RepairedFaultMap, IntermittentCellsGoWithTheirLines) {
  const double sigma = 0.01;
  const Voltage voltage = volts("0.83");
  const RepairedFaultMap repaired(std::make_unique<NoisyFaultMap>(cells(), sigma), kSpares, {});
  const CellFaults all = NoisyFaultMap(cells(), sigma).faults_at(voltage);
  const CellFaults seen = repaired.faults_at(voltage);
  const Repair repair = repaired.repair_at(voltage);
  EXPECT_EQ(repair.banks, allocate(kSpares, all.certain).banks);  // of certain cells alone
  std::map<CellAddress, double> chances;
  for (const IntermittentCell& cell : all.intermittent) chances[cell.cell] = cell.probability;
  std::size_t moved = 0, on_used_lines = 0;
  EXPECT_TRUE(std::is_sorted(seen.intermittent.begin(), seen.intermittent.end(),
                             [](const auto& a, const auto& b) { return a.cell < b.cell; }));
  for (const IntermittentCell& cell : seen.intermittent) {
    const BankRepair& lines = repair.banks[cell.cell.bank];
    const CellAddress of{cell.cell.bank, lines.rows[cell.cell.row],
                         lines.columns[cell.cell.column]};
    EXPECT_EQ(chances.at(of), cell.probability);
    moved += of == cell.cell ? 0 : 1;
  }
  for (const auto& [cell, chance] : chances) {
    const BankRepair& lines = repair.banks[cell.bank];
    const auto has = [](const std::vector<std::uint32_t>& list, std::uint32_t line) {
      return std::find(list.begin(), list.end(), line) != list.end();
    };
    on_used_lines += has(lines.rows, cell.row) && has(lines.columns, cell.column) ? 1 : 0;
  }
  EXPECT_EQ(seen.intermittent.size(), on_used_lines);
  EXPECT_GT(moved, 0U);
  EXPECT_LT(seen.intermittent.size(), all.intermittent.size());
}

TEST(RepairedFaultMap, AMeasuredMapHasItsSparesBehindItsLines) {
  const SramGeometry geometry{1, 3, 4};  // 2 x 3 are seen
  const auto measured = [&](std::vector<Fault> faults) {
    return std::make_unique<SparseFaultMap>(FaultMapHeader{geometry, "V", volts("0.5"), "bench"},
                                            std::move(faults));
  };
  const Fault bad{{0, 0, 1}, volts("0.7"), FaultKind::kStuckAt1};
  const Fault worse{{0, 1, 1}, volts("0.8"), FaultKind::kFlip};
  const Fault spare{{0, 1, 3}, volts("0.6"), FaultKind::kStuckAt0};
  const RepairedFaultMap repaired(measured({bad, worse, spare}), {1, 1}, volts("0.65"));
  EXPECT_EQ(repaired.faults_at(volts("0.65")).certain.count(), 0U);
  const CellMasks later = repaired.faults_at(volts("0.55")).certain;
  EXPECT_EQ(later.count(), 1U);
  EXPECT_EQ(later.at({0, 1, 1}), FaultKind::kStuckAt0);  // the spare column's
  EXPECT_EQ(repaired.source(), "bench; 1 spare row and 1 spare column a bank, tested at 0.65");
  EXPECT_THROW(RepairedFaultMap(measured({}), {1, 1}, volts("0.45")), InputError);
  EXPECT_THROW(RepairedFaultMap(measured({}), {3, 0}, {}), std::logic_error);
}

TEST(RepairedFaultMap, AChipWithoutFaultsIsUntouched) {
  const RepairedFaultMap repaired(cells(), kSpares, {});
  EXPECT_EQ(repaired.faults_at(volts("1")).certain.count(), 0U);
  EXPECT_EQ(repaired.repair_at(volts("1")).counts, RepairCounts{});
}

}  // namespace
}  // namespace brownout::memory
