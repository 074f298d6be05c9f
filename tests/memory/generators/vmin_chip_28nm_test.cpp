// bitline_vmin against the 28 nm chip that it was fitted to: how strongly faults gather on
// bitlines.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "memory/chip_draws.hpp"
#include "memory/generators/vmin_generator.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

// 14,240 bitlines of 512 cells, two to a column: as many as the block RAMs of the KC705 hold.
constexpr SramGeometry kChip{89, 1024, 80};
constexpr std::uint32_t kCellsPerBitline = 512;
constexpr double kBitlines = 14'240;
constexpr VminTerms kTerms{.mu = 0.3908,
                           .sigma_bitline = 0.0293,
                           .sigma_cell = 0.025,
                           .bitlines = {.cells = kCellsPerBitline}};
constexpr int kSeeds = 20;

std::shared_ptr<const VoltageProfile> profile() {
  VoltageProfileData data;
  data.name = "28nm";
  data.source = "test";
  data.unit = VoltageUnit::kVolts;
  data.error_free_voltage = volts("0.6");
  data.reference_voltage = volts("1");
  data.rows = {{volts("0.53"), 1.559e-4, {}, {}}, {volts("0.59"), 1.372e-7, {}, {}}};
  return std::make_shared<const VoltageProfile>(std::move(data));
}

// Faults of each bitline.
std::vector<std::uint32_t> counts(const CellMasks& masks) {
  std::vector<std::uint32_t> result(static_cast<std::size_t>(kBitlines));
  masks.for_each([&](const CellAddress& cell, FaultKind) {
    const std::uint32_t segment = cell.row / kCellsPerBitline;
    ++result[(cell.bank * 2 + segment) * kChip.columns + cell.column];
  });
  return result;
}

struct Spread {
  double mean = 0, deviation = 0;
};

// Of all seeds; the voltages are drawn once for all tests.
const std::vector<std::vector<std::uint32_t>>& counts_of_seeds(Voltage voltage) {
  static std::map<Voltage, std::vector<std::vector<std::uint32_t>>> known;
  auto& seeds = known[voltage];
  for (std::uint64_t seed = seeds.size(); seed < kSeeds; ++seed) {
    const VminFaultMap map("bitline_vmin", kChip, profile(), kTerms, {}, chip_seed(seed, 0));
    seeds.push_back(counts(map.masks_at(voltage)));
  }
  return seeds;
}

template <typename Measure>
Spread over_seeds(Voltage voltage, Measure&& measure) {
  double sum = 0, squares = 0;
  for (const auto& bitlines : counts_of_seeds(voltage)) {
    const double value = measure(bitlines);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kSeeds;
  return {mean, std::sqrt((squares / kSeeds - mean * mean) * kSeeds / (kSeeds - 1))};
}

struct Expected {
  const char* voltage;
  std::uint32_t least_faults;  // of a bitline that counts
  double share;                // what integrating the two normal distributions gives
  double measured;             // on the chip
};

// The mean of the seeds meets the integral within five of its standard errors. One chip scatters by
// `deviation`; the measured one is one chip, and lies within four of them.
void expect_share(const Expected& expected, const Spread& found) {
  testing::Test::RecordProperty(
      "share_" + std::string(expected.voltage) + "_" + std::to_string(expected.least_faults),
      std::to_string(found.mean) + " +- " + std::to_string(found.deviation));
  const double error = found.deviation / std::sqrt(kSeeds);
  EXPECT_NEAR(found.mean, expected.share, 5 * error) << expected.voltage;
  EXPECT_NEAR(expected.measured, found.mean, 4 * found.deviation) << expected.voltage;
}

TEST(VminChip28nm, ShareOfBitlinesWithAFault) {
  const Expected shares[] = {{"0.55", 1, 0.0036823, 0.0038},
                             {"0.54", 1, 0.0090923, 0.0087},
                             {"0.53", 1, 0.0205523, 0.0199}};
  for (const Expected& expected : shares) {
    expect_share(expected, over_seeds(volts(expected.voltage), [](const auto& bitlines) {
                   double faulty = 0;
                   for (const std::uint32_t faults : bitlines) faulty += faults > 0;
                   return faulty / kBitlines;
                 }));
  }
}

TEST(VminChip28nm, ShareOfFaultsOnBitlinesThatHaveMany) {
  const Expected shares[] = {{"0.53", 2, 0.854527, 0.86},
                             {"0.53", 5, 0.657125, 0.65},
                             {"0.53", 10, 0.497185, 0.48},
                             {"0.53", 20, 0.336143, 0.32}};
  for (const Expected& expected : shares) {
    expect_share(expected, over_seeds(volts(expected.voltage), [&](const auto& bitlines) {
                   double all = 0, there = 0;
                   for (const std::uint32_t faults : bitlines) {
                     all += faults;
                     if (faults >= expected.least_faults) there += faults;
                   }
                   return there / all;
                 }));
  }
}

TEST(VminChip28nm, BitErrorRate) {
  const Expected rates[] = {{"0.55", 0, 1.78767e-5, 1.728e-5},
                            {"0.54", 0, 5.35966e-5, 4.732e-5},
                            {"0.53", 0, 1.50712e-4, 1.559e-4}};
  for (const Expected& expected : rates) {
    expect_share(expected, over_seeds(volts(expected.voltage), [](const auto& bitlines) {
                   double all = 0;
                   for (const std::uint32_t faults : bitlines) all += faults;
                   return all / static_cast<double>(kChip.cells());
                 }));
  }
}

}  // namespace
}  // namespace brownout::memory
