// Independent cells: the right number of faults, and a list that says the same.
// every_generator_test.cpp: faults nest.
#include "memory/generators/iid_generator.hpp"
#include "memory/chip_draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "memory/base/input_error.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kSmall{2, 16, 100};    // rows that end inside a mask word
constexpr SramGeometry kLarge{8, 1024, 128};  // 128 KiB
constexpr FaultMixture kFlips{};
constexpr FaultMixture kStuck{.stuck = true, .stuck_at_0_share = 0.5};

IidFaultMap chip(const SramGeometry& geometry, const FaultMixture& mixture, std::uint64_t number) {
  return IidFaultMap(geometry, profile_14nm(), mixture, chip_seed(0, number));
}

// The failing cells, with their kinds.
std::vector<std::pair<CellAddress, FaultKind>> list(const CellMasks& masks) {
  std::vector<std::pair<CellAddress, FaultKind>> cells;
  masks.for_each([&](const CellAddress& cell, FaultKind kind) { cells.emplace_back(cell, kind); });
  return cells;
}

// Five standard deviations of a binomial share.
double bound(double p, std::uint64_t n) {
  return 5 * std::sqrt(p * (1 - p) / static_cast<double>(n));
}

TEST(IidFaultMap, BitErrorRateIsTheProfiles) {
  const auto profile = profile_14nm();
  for (std::uint64_t number = 0; number < 3; ++number) {
    const IidFaultMap map = chip(kLarge, kFlips, number);
    for (const char* voltage : {"0.75", "0.77", "0.8", "0.833333", "0.86", "0.9"}) {
      const double p = profile->ber(volts(voltage));
      const double share = static_cast<double>(map.masks_at(volts(voltage)).count()) /
                           static_cast<double>(kLarge.cells());
      EXPECT_NEAR(share, p, bound(p, kLarge.cells())) << voltage << " chip " << number;
    }
  }
}

// Over columns, rows and banks alike: no position may be weaker than another.
TEST(IidFaultMap, FaultsSpreadEvenlyOverColumnsRowsAndBanks) {
  const CellMasks masks = chip(kLarge, kFlips, 7).masks_at(volts("0.8"));
  std::vector<std::uint64_t> columns(kLarge.columns), rows(kLarge.rows), banks(kLarge.banks);
  masks.for_each([&](const CellAddress& cell, FaultKind) {
    ++columns[cell.column];
    ++rows[cell.row];
    ++banks[cell.bank];
  });
  for (const auto* counts : {&columns, &rows, &banks}) {
    const auto bins = static_cast<double>(counts->size());
    const double expected = static_cast<double>(masks.count()) / bins;
    double chi_square = 0;
    for (const std::uint64_t count : *counts) {
      chi_square += (static_cast<double>(count) - expected) *
                    (static_cast<double>(count) - expected) / expected;
    }
    const double deviation = std::sqrt(2 * (bins - 1));
    EXPECT_NEAR(chi_square, bins - 1, 5 * deviation) << bins << " bins";
  }
}

TEST(IidFaultMap, StuckAtZeroHasItsShare) {
  for (const double share : {0.0, 0.2, 0.5, 1.0}) {
    const IidFaultMap map = chip(kLarge, {.stuck = true, .stuck_at_0_share = share}, 0);
    std::uint64_t zeros = 0, total = 0;
    map.masks_at(volts("0.78")).for_each([&](const CellAddress&, FaultKind kind) {
      ASSERT_NE(kind, FaultKind::kFlip);
      zeros += kind == FaultKind::kStuckAt0;
      ++total;
    });
    ASSERT_GT(total, 50'000u);
    EXPECT_NEAR(static_cast<double>(zeros) / static_cast<double>(total), share,
                bound(share, total));
  }
}

TEST(IidFaultMap, FlipsAndStuckCellsOfAChipAreTheSameCells) {
  const CellMasks flips = chip(kSmall, kFlips, 2).masks_at(volts("0.78"));
  const CellMasks stuck = chip(kSmall, kStuck, 2).masks_at(volts("0.78"));
  EXPECT_EQ(flips.count(), stuck.count());
  flips.for_each([&](const CellAddress& cell, FaultKind kind) {
    EXPECT_EQ(kind, FaultKind::kFlip);
    EXPECT_TRUE(stuck.at(cell).has_value());
  });
}

TEST(IidFaultMap, ChipsAndSeedsDiffer) {
  const auto profile = profile_14nm();
  const Voltage voltage = volts("0.75");
  const double p = profile->ber(voltage);
  const CellMasks first = chip(kLarge, kFlips, 0).masks_at(voltage);
  for (const std::uint64_t seed : {chip_seed(0, 1), chip_seed(1, 0), chip_seed(0, 1'000'000)}) {
    const CellMasks other = IidFaultMap(kLarge, profile, kFlips, seed).masks_at(voltage);
    std::uint64_t common = 0;
    first.for_each(
        [&](const CellAddress& cell, FaultKind) { common += other.at(cell).has_value(); });
    EXPECT_NEAR(static_cast<double>(common) / static_cast<double>(kLarge.cells()), p * p,
                bound(p * p, kLarge.cells()));
  }
}

TEST(IidFaultMap, ACellDoesNotDependOnTheSizeOfTheSram) {
  const CellMasks small = chip(kSmall, kStuck, 3).masks_at(volts("0.75"));
  const CellMasks large = chip(kLarge, kStuck, 3).masks_at(volts("0.75"));
  for (std::uint32_t row = 0; row < kSmall.rows; ++row) {
    for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
      EXPECT_EQ(small.at({1, row, column}), large.at({1, row, column}));
    }
  }
}

// A change of these cells changes every generated chip, hence every published result. They come
// from a few lines of Python that know only the constants of keyed_random.hpp.
TEST(IidFaultMap, CellsAreFixedForGood) {
  const IidFaultMap map({2, 4, 100}, profile_14nm(), kStuck, chip_seed(0, 3));
  const Voltage voltage = profile_14nm()->voltage_for_ber(0.01);
  const std::vector<std::pair<CellAddress, FaultKind>> expected = {
      {{0, 0, 19}, FaultKind::kStuckAt0}, {{0, 0, 29}, FaultKind::kStuckAt1},
      {{0, 0, 36}, FaultKind::kStuckAt1}, {{0, 1, 49}, FaultKind::kStuckAt0},
      {{1, 1, 17}, FaultKind::kStuckAt1}, {{1, 1, 69}, FaultKind::kStuckAt1}};
  EXPECT_EQ(list(map.masks_at(voltage)), expected);
}

TEST(IidFaultMap, TheListOfFaultsSaysTheSameAtEveryVoltage) {
  for (const FaultMixture& mixture : {kFlips, kStuck}) {
    const IidFaultMap map = chip(kSmall, mixture, 4);
    const FaultMapHeader header{kSmall, "Vmin", volts("0.75"), map.source()};
    std::stringstream file;
    write_fault_map_csv(file, SparseFaultMap(header, map.faults()));
    const SparseFaultMap read = read_fault_map_csv(file.str(), "file");
    ASSERT_GT(read.faults().size(), 500u);
    std::vector<std::int64_t> voltages;
    for (std::int64_t micro = 750'000; micro < 1'000'100; micro += 997) voltages.push_back(micro);
    for (std::size_t i = 0; i < read.faults().size(); i += 7) {  // the step where a cell fails
      voltages.push_back(read.faults()[i].vfail.micro());
      voltages.push_back(read.faults()[i].vfail.micro() + 1);
    }
    for (const ProfileRow& row : profile_data_14nm().rows) {
      for (const int step : {0, 1, -1}) voltages.push_back(row.voltage.micro() + step);
    }
    for (const std::int64_t micro : voltages) {
      const Voltage voltage = Voltage::from_micro(micro);
      if (voltage < volts("0.75")) continue;
      ASSERT_EQ(list(read.faults_at(voltage).certain), list(map.masks_at(voltage)))
          << voltage.text();
    }
  }
}

TEST(IidFaultMap, BelowTheProfileIsAnError) {
  EXPECT_EQ(message_of([] { (void)chip(kSmall, kFlips, 0).masks_at(volts("0.74")); }),
            "voltage 0.74 is below the range of the profile sram-14nm, 0.75 to 1 Vmin");
}

TEST(IidFaultMap, SaysWhereItComesFrom) {
  const auto profile = profile_14nm();
  EXPECT_EQ(IidFaultMap(kSmall, profile, kFlips, 17).source(),
            "generated: iid flips, profile sram-14nm, chip seed 17");
  EXPECT_EQ(IidFaultMap(kSmall, profile, {.stuck = true, .stuck_at_0_share = 0.25}, 17).source(),
            "generated: iid stuck cells, 25 % of them at 0, profile sram-14nm, chip seed 17");
}

TEST(IidFaultMap, ImpossibleSharesAreRefused) {
  for (const double share : {-0.1, 1.1, std::nan("")}) {
    EXPECT_THROW(chip(kSmall, {.stuck = true, .stuck_at_0_share = share}, 0), InputError);
  }
  EXPECT_THROW(IidFaultMap(kSmall, nullptr, kFlips, 0), std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
