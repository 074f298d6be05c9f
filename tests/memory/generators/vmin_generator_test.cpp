// Chips of cells with a Vmin: nested faults, the right number of them, each term where it belongs,
// and a list that says the same.
#include "memory/generators/vmin_generator.hpp"
#include "memory/chip_draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <tuple>

#include "memory/files/fault_map_csv.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "memory/numbers/normal_distribution.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kSmall{2, 32, 100};    // rows that end inside a mask word
constexpr SramGeometry kLarge{8, 1024, 128};  // 128 KiB
constexpr FaultMixture kFlips{};
constexpr FaultMixture kStuck{.stuck = true, .stuck_at_0_share = 0.5};
// The 28 nm chip, with terms of row and die added.
constexpr VminTerms kAllTerms{.mu = 0.3908,
                              .mu_shift = 0.004,
                              .sigma_die = 0.01,
                              .sigma_bitline = 0.0293,
                              .sigma_row = 0.012,
                              .sigma_cell = 0.025,
                              .bitlines = {.cells = 20}};
// The same with patches of neighbours that share a term, and bitlines that take rows in turn.
constexpr VminTerms kClusters{.mu = 0.3908,
                              .sigma_bitline = 0.0293,
                              .sigma_row = 0.012,
                              .sigma_cluster = 0.02,
                              .sigma_cell = 0.025,
                              .bitlines = {.cells = 8, .interleave = 2},
                              .cluster_rows = 5,
                              .cluster_columns = 12};
constexpr VminTerms kCellsAlone{.mu = 0.3908, .sigma_cell = 0.0385};

// Only its range matters to these chips.
std::shared_ptr<const VoltageProfile> wide_profile() {
  VoltageProfileData data;
  data.name = "wide";
  data.source = "test";
  data.unit = VoltageUnit::kVolts;
  data.error_free_voltage = volts("0.6");
  data.reference_voltage = volts("1");
  data.rows = {{volts("0.35"), 0.5, {}, {}}, {volts("0.55"), 1e-5, {}, {}}};
  return std::make_shared<const VoltageProfile>(std::move(data));
}

VminFaultMap chip(const SramGeometry& geometry, const VminTerms& terms, std::uint64_t number,
                  const FaultMixture& mixture = kFlips) {
  return VminFaultMap("test", geometry, wide_profile(), terms, mixture, chip_seed(0, number));
}

std::vector<std::pair<CellAddress, FaultKind>> list(const CellMasks& masks) {
  std::vector<std::pair<CellAddress, FaultKind>> cells;
  masks.for_each([&](const CellAddress& cell, FaultKind kind) { cells.emplace_back(cell, kind); });
  return cells;
}

double share(const CellMasks& masks) {
  return static_cast<double>(masks.count()) / static_cast<double>(masks.geometry().cells());
}

struct Spread {
  double mean = 0, deviation = 0;
};

template <typename Measure>
Spread over_chips(std::uint64_t chips, Measure&& measure) {
  double sum = 0, squares = 0;
  for (std::uint64_t number = 0; number < chips; ++number) {
    const double value = measure(number);
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(chips);
  return {sum / n, std::sqrt(std::max(0.0, squares / n - sum * sum / n / n) * n / (n - 1))};
}

TEST(VminFaultMap, FaultsNestAsVoltageFalls) {
  for (const VminTerms& terms : {kCellsAlone, kAllTerms, kClusters}) {
    for (const FaultMixture& mixture : {kFlips, kStuck}) {
      const VminFaultMap map = chip(kSmall, terms, 1, mixture);
      CellMasks higher = map.masks_at(volts("0.6"));
      EXPECT_EQ(higher.count(), 0u);
      std::size_t grown = 0;
      for (std::int64_t micro = 600'000; micro >= 350'000; micro -= 1000) {
        const CellMasks lower = map.masks_at(Voltage::from_micro(micro));
        higher.for_each([&](const CellAddress& cell, FaultKind kind) {
          ASSERT_EQ(lower.at(cell), kind) << micro << " " << to_string(cell);
        });
        grown += lower.count() > higher.count();
        higher = lower;
      }
      EXPECT_GT(grown, 100u);
    }
  }
}

TEST(VminFaultMap, IndependentCellsFailAtTheRateOfTheNormalDistribution) {
  for (const char* voltage : {"0.35", "0.38", "0.3908", "0.42", "0.46", "0.5"}) {
    const double p = reproducible_normal_cdf((0.3908 - volts(voltage).value()) / 0.0385);
    const double bound = 5 * std::sqrt(p * (1 - p) / static_cast<double>(kLarge.cells()));
    EXPECT_NEAR(share(chip(kLarge, kCellsAlone, 0).masks_at(volts(voltage))), p, bound) << voltage;
  }
}

// Whatever shares a term, over many chips a cell's Vmin is normal with the sum of the variances.
// The bound is five standard errors of the chips' own spread.
TEST(VminFaultMap, EveryTermAddsItsVarianceToTheErrorRate) {
  VminTerms die = kCellsAlone, bitline = kCellsAlone, row = kCellsAlone, cluster = kCellsAlone;
  die.sigma_die = bitline.sigma_bitline = row.sigma_row = cluster.sigma_cluster = 0.03;
  bitline.bitlines.cells = 16;
  constexpr std::uint64_t kChips = 400;
  for (const VminTerms& terms : {die, bitline, row, cluster, kAllTerms, kClusters}) {
    double variance = 0;
    for (const double sigma : {terms.sigma_die, terms.sigma_bitline, terms.sigma_row,
                               terms.sigma_cluster, terms.sigma_cell}) {
      variance += sigma * sigma;
    }
    const double sigma = std::sqrt(variance);
    for (const char* voltage : {"0.36", "0.45"}) {
      const double p =
          reproducible_normal_cdf((terms.mu + terms.mu_shift - volts(voltage).value()) / sigma);
      const Spread found = over_chips(kChips, [&](std::uint64_t number) {
        return share(chip(kSmall, terms, number).masks_at(volts(voltage)));
      });
      const double error = found.deviation / std::sqrt(static_cast<double>(kChips));
      EXPECT_LT(error, 0.1 * p);
      EXPECT_NEAR(found.mean, p, 5 * error) << voltage << " sigma " << sigma;
    }
  }
}

TEST(VminFaultMap, VfailIsTheVminRoundedDownToTheGrid) {
  for (const VminTerms& terms : {kCellsAlone, kAllTerms, kClusters}) {
    const VminFaultMap map = chip(kSmall, terms, 2);
    const std::vector<Fault> faults = map.faults();
    ASSERT_GT(faults.size(), 3000u);
    for (const Fault& fault : faults) {
      const double steps = map.vmin(fault.cell) * 1e6;
      // The two routes to a Vmin agree to some 1e-10 V; a cell so near a step may lie on either
      // side.
      if (std::abs(steps - std::round(steps)) < 1e-3) continue;
      ASSERT_EQ(fault.vfail.micro(), static_cast<std::int64_t>(std::floor(steps)))
          << to_string(fault.cell);
    }
  }
}

TEST(VminFaultMap, TheListOfFaultsSaysTheSameAtEveryVoltage) {
  for (const VminTerms& terms : {kCellsAlone, kAllTerms, kClusters}) {
    const VminFaultMap map = chip(kSmall, terms, 4, kStuck);
    const FaultMapHeader header{kSmall, "V", volts("0.35"), map.source()};
    std::stringstream file;
    write_fault_map_csv(file, SparseFaultMap(header, map.faults()));
    const SparseFaultMap read = read_fault_map_csv(file.str(), "file");
    ASSERT_GT(read.faults().size(), 3000u);
    std::vector<std::int64_t> voltages = {350'000, 350'001, 599'999, 600'000, 600'001};
    for (std::int64_t micro = 350'000; micro < 600'100; micro += 1997) voltages.push_back(micro);
    for (std::size_t i = 0; i < read.faults().size(); i += 29) {  // the step where a cell fails
      voltages.push_back(read.faults()[i].vfail.micro());
      voltages.push_back(read.faults()[i].vfail.micro() + 1);
    }
    for (const std::int64_t micro : voltages) {
      const Voltage voltage = Voltage::from_micro(micro);
      ASSERT_EQ(list(read.faults_at(voltage).certain), list(map.masks_at(voltage)))
          << voltage.text();
    }
  }
}

// What a term adds to the Vmin of each cell.
std::vector<double> added(const SramGeometry& geometry, const VminTerms& without,
                          const VminTerms& with) {
  const VminFaultMap before = chip(geometry, without, 5), after = chip(geometry, with, 5);
  std::vector<double> result;
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const CellAddress cell{bank, row, column};
        result.push_back(after.vmin(cell) - before.vmin(cell));
      }
    }
  }
  return result;
}

// The number of different values, a picovolt apart.
std::size_t different(const std::vector<double>& values) {
  std::map<std::int64_t, int> found;
  for (const double value : values) ++found[std::llround(value * 1e12)];
  return found.size();
}

TEST(VminFaultMap, EachTermHasOneValueForEachOfItsObjects) {
  VminTerms die = kCellsAlone, bitline = kCellsAlone, row = kCellsAlone;
  die.sigma_die = bitline.sigma_bitline = row.sigma_row = 0.03;
  EXPECT_EQ(different(added(kSmall, kCellsAlone, die)), 1u);
  EXPECT_EQ(different(added(kSmall, kCellsAlone, row)), 2u * 32u);
  EXPECT_EQ(different(added(kSmall, kCellsAlone, bitline)), 2u * 100u);
  for (const auto& [cells, bitlines] : {std::pair{32u, 1u}, {20u, 2u}, {16u, 2u}, {1u, 32u}}) {
    bitline.bitlines.cells = cells;
    EXPECT_EQ(different(added(kSmall, kCellsAlone, bitline)), 2u * 100u * bitlines) << cells;
  }
}

TEST(VminFaultMap, AClusterIsAPatchOfRowsAndColumns) {
  VminTerms with = kCellsAlone;
  with.sigma_cluster = 0.03;
  with.cluster_rows = 5;
  with.cluster_columns = 12;
  const VminFaultMap before = chip(kSmall, kCellsAlone, 5), after = chip(kSmall, with, 5);
  const auto term = [&](std::uint32_t bank, std::uint32_t row, std::uint32_t column) {
    return std::llround((after.vmin({bank, row, column}) - before.vmin({bank, row, column})) *
                        1e12);
  };
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::int64_t> patches;
  std::map<std::int64_t, int> values;
  for (std::uint32_t bank = 0; bank < kSmall.banks; ++bank) {
    for (std::uint32_t row = 0; row < kSmall.rows; ++row) {
      for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
        const auto [patch, first] =
            patches.emplace(std::tuple{bank, row / 5, column / 12}, term(bank, row, column));
        if (first) ++values[patch->second];
        ASSERT_EQ(term(bank, row, column), patch->second) << bank << " " << row << " " << column;
      }
    }
  }
  EXPECT_EQ(patches.size(), 2u * 7u * 9u);
  EXPECT_EQ(values.size(), patches.size());  // each its own
}

TEST(VminFaultMap, InterleavedBitlinesTakeTheRowsInTurn) {
  VminTerms terms{.mu = 0.45,
                  .sigma_bitline = 0.03,
                  .sigma_cell = 1e-9,
                  .bitlines = {.cells = 8, .interleave = 2}};
  const CellMasks masks = chip(kSmall, terms, 6).masks_at(volts("0.45"));
  std::size_t parities_differ = 0;
  for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
    for (std::uint32_t row = 0; row < kSmall.rows; ++row) {
      const std::uint32_t first = row / 16 * 16 + row % 2;  // of its bitline
      ASSERT_EQ(masks.at({1, row, column}), masks.at({1, first, column})) << row << " " << column;
    }
    parities_differ += masks.at({1, 0, column}) != masks.at({1, 1, column});
  }
  EXPECT_NEAR(static_cast<double>(parities_differ), 50, 5 * 5);  // half of 100 columns
}

// Variance over mean of the faults per patch: 1 - p for independent cells; with a shared term that
// makes the failure probability q of a patch random, (n - 1) Var(q) / p more.
TEST(VminFaultMap, ClustersSpreadTheFaultsOfPatches) {
  VminTerms clustered = kCellsAlone;
  clustered.sigma_cluster = 0.03;
  for (const bool shared : {false, true}) {
    const VminTerms& terms = shared ? clustered : kCellsAlone;
    const CellMasks masks = chip(kLarge, terms, 2).masks_at(volts("0.45"));
    constexpr std::size_t kPatches = 8 * 128 * 16;
    constexpr double kCells = 64;
    std::vector<double> counts(kPatches);
    masks.for_each([&](const CellAddress& cell, FaultKind) {
      ++counts[(cell.bank * 128 + cell.row / 8) * 16 + cell.column / 8];
    });
    double sum = 0, squares = 0;
    for (const double count : counts) sum += count, squares += count * count;
    const double mean = sum / kPatches;
    const double found = (squares / kPatches - mean * mean) / mean;
    // Moments of q(b) = cdf(a + b * ratio) over the normal b, by the trapezoidal rule.
    double p = 0, square = 0;
    for (double b = -9; b <= 9; b += 0.01) {
      const double shift = shared ? 0.03 * b : 0;
      const double q = reproducible_normal_cdf((0.3908 + shift - 0.45) / 0.0385);
      const double density = 0.01 * std::exp(-b * b / 2) / std::sqrt(2 * 3.14159265358979);
      p += density * q;
      square += density * q * q;
    }
    const double expected = 1 - p + (kCells - 1) * (square - p * p) / p;
    // The standard error of an index of dispersion of n counts is about sqrt(2 / n) of it; long
    // tails double it.
    EXPECT_NEAR(found, expected, 5 * 2 * expected * std::sqrt(2.0 / kPatches)) << shared;
  }
}

TEST(VminFaultMap, BitlinesAreSplitEveryCellsPerBitlineRows) {
  VminTerms terms{.mu = 0.45, .sigma_bitline = 0.03, .sigma_cell = 1e-9, .bitlines = {.cells = 20}};
  const CellMasks masks = chip(kSmall, terms, 6).masks_at(volts("0.45"));
  std::size_t changes = 0;
  for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
    for (std::uint32_t row = 1; row < kSmall.rows; ++row) {
      const bool changed = masks.at({1, row, column}) != masks.at({1, row - 1, column});
      ASSERT_TRUE(!changed || row == 20) << row << " " << column;
      changes += changed;
    }
  }
  EXPECT_NEAR(static_cast<double>(changes), 50, 5 * 5);  // half of 100 columns
}

TEST(VminFaultMap, ShiftOfTheMeanIsAShiftOfTheVoltage) {
  VminTerms shifted = kAllTerms;
  shifted.mu_shift += 0.05;
  EXPECT_EQ(list(chip(kSmall, shifted, 7).masks_at(volts("0.45"))),
            list(chip(kSmall, kAllTerms, 7).masks_at(volts("0.4"))));
}

TEST(VminFaultMap, IndependentCellsAreThoseOfTheIidGeneratorAtThatErrorRate) {
  const Voltage voltage = volts("0.45");
  VoltageProfileData data = wide_profile()->data();
  data.rows = {{volts("0.4"), 0.9, {}, {}},
               {voltage, reproducible_normal_cdf((0.3908 - 0.45) / 0.0385), {}, {}}};
  const auto profile = std::make_shared<const VoltageProfile>(data);
  EXPECT_EQ(list(chip(kSmall, kCellsAlone, 8, kStuck).masks_at(voltage)),
            list(IidFaultMap(kSmall, profile, kStuck, chip_seed(0, 8)).masks_at(voltage)));
}

// A change of these cells changes every published result. They come from a few lines of Python
// that know only the constants of keyed_random.hpp and SciPy's normal distribution.
TEST(VminFaultMap, CellsAreFixedForGood) {
  const VminFaultMap map("test", {2, 4, 100}, wide_profile(),
                         {.mu = 0.3908,
                          .mu_shift = 0.004,
                          .sigma_die = 0.01,
                          .sigma_bitline = 0.0293,
                          .sigma_row = 0.012,
                          .sigma_cell = 0.025,
                          .bitlines = {.cells = 2}},
                         kStuck, chip_seed(0, 3));
  const std::vector<std::pair<CellAddress, FaultKind>> expected = {
      {{0, 0, 55}, FaultKind::kStuckAt0}, {{0, 1, 44}, FaultKind::kStuckAt0},
      {{0, 1, 49}, FaultKind::kStuckAt0}, {{0, 1, 57}, FaultKind::kStuckAt1},
      {{0, 1, 62}, FaultKind::kStuckAt0}, {{0, 1, 90}, FaultKind::kStuckAt1},
      {{0, 3, 15}, FaultKind::kStuckAt1}, {{0, 3, 21}, FaultKind::kStuckAt1},
      {{0, 3, 53}, FaultKind::kStuckAt1}, {{0, 3, 55}, FaultKind::kStuckAt0},
      {{0, 3, 59}, FaultKind::kStuckAt0}, {{0, 3, 73}, FaultKind::kStuckAt1},
      {{1, 2, 0}, FaultKind::kStuckAt0},  {{1, 2, 14}, FaultKind::kStuckAt0},
      {{1, 2, 39}, FaultKind::kStuckAt1}, {{1, 2, 90}, FaultKind::kStuckAt1},
      {{1, 3, 14}, FaultKind::kStuckAt0}};
  EXPECT_EQ(list(map.masks_at(volts("0.46"))), expected);
}

TEST(VminFaultMap, OutsideTheProfileIsAnErrorBelowAndFaultlessAbove) {
  const VminFaultMap map = chip(kSmall, {.mu = 0.65, .sigma_cell = 0.025}, 0);
  EXPECT_EQ(message_of([&] { (void)map.masks_at(volts("0.349999")); }),
            "voltage 0.349999 is below the range of the profile wide, 0.35 to 0.6 V");
  EXPECT_GT(map.masks_at(volts("0.599999")).count(), 6000u);
  EXPECT_EQ(map.masks_at(volts("0.6")).count(), 0u);
  EXPECT_EQ(map.faults().front().vfail, volts("0.599999"));
}

TEST(VminFaultMap, SaysWhereItComesFrom) {
  EXPECT_EQ(VminFaultMap("gaussian_vmin", kSmall, wide_profile(), kCellsAlone, kFlips, 17).source(),
            "generated: gaussian_vmin flips, mu 0.3908, sigma_cell 0.0385, profile wide, "
            "chip seed 17");
  EXPECT_EQ(VminFaultMap("bitline_vmin", kSmall, wide_profile(), kAllTerms, kStuck, 17).source(),
            "generated: bitline_vmin stuck cells, 0.5 of them at 0, mu 0.3908, mu_shift 0.004, "
            "sigma_die 0.01, sigma_bitline 0.0293, sigma_row 0.012, sigma_cell 0.025, "
            "20 cells a bitline, profile wide, chip seed 17");
  EXPECT_EQ(VminFaultMap("bitline_vmin", kSmall, wide_profile(), kClusters, kFlips, 17).source(),
            "generated: bitline_vmin flips, mu 0.3908, sigma_bitline 0.0293, sigma_row 0.012, "
            "sigma_cluster 0.02, sigma_cell 0.025, clusters of 5 rows x 12 columns, "
            "8 cells a bitline, 2 bitlines interleaved, profile wide, chip seed 17");
}

TEST(VminFaultMap, ImpossibleTermsAreRefused) {
  const std::tuple<VminTerms, const char*> bad[] = {
      {{.mu = 0.4}, "sigma_cell: 0 is not above 0"},
      {{.mu = 0.4, .sigma_row = -1, .sigma_cell = 1}, "sigma_row: -1 is not in 0..1e6"},
      {{.mu = std::nan(""), .sigma_cell = 1}, "mu: nan is not in -1e6..1e6"},
      {{.sigma_cluster = -1, .sigma_cell = 1}, "sigma_cluster: -1 is not in 0..1e6"},
      {{.sigma_cell = 1, .bitlines = {.cells = 0}}, "cells_per_bitline: 0 is not above 0"},
      {{.sigma_cell = 1, .cluster_rows = 0}, "cluster_rows: 0 is not above 0"},
      {{.sigma_cell = 1, .cluster_columns = 0}, "cluster_columns: 0 is not above 0"}};
  for (const auto& [terms, message] : bad) {
    EXPECT_EQ(message_of([&, &t = terms] { chip(kSmall, t, 0); }), message);
  }
  EXPECT_THROW(chip(kSmall, kCellsAlone, 0, {.stuck = true, .stuck_at_0_share = 2}),
               std::runtime_error);
  EXPECT_THROW(VminFaultMap("test", kSmall, nullptr, kCellsAlone, kFlips, 0), std::logic_error);
  EXPECT_THROW((void)chip(kSmall, kCellsAlone, 0).vmin({2, 0, 0}), std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
