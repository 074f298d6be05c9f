// Chips of cells with a Vmin: the right number of faults, and a list that says the same.
// every_generator_test.cpp: faults nest. vmin_terms_test.cpp: each term where it belongs.
#include "memory/generators/vmin_generator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "memory/base/input_error.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "memory/numbers/normal_distribution.hpp"
#include "tests/memory/generators/vmin_chips.hpp"

namespace brownout::memory {
namespace {

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
            "generated: bitline_vmin stuck cells, 50 % of them at 0, mu 0.3908, mu_shift 0.004, "
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
  EXPECT_THROW(chip(kSmall, kCellsAlone, 0, {.stuck = true, .stuck_at_0_share = 2}), InputError);
  EXPECT_THROW(VminFaultMap("test", kSmall, nullptr, kCellsAlone, kFlips, 0), std::logic_error);
  EXPECT_THROW((void)chip(kSmall, kCellsAlone, 0).vmin({2, 0, 0}), std::logic_error);
}

}  // namespace
}  // namespace brownout::memory
