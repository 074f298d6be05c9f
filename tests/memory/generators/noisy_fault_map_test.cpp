// Read noise on generated chips, against the same noise on a list of all their cells.
#include "memory/generators/noisy_fault_map.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/base/input_error.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/generators/vmin_generator.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "memory/numbers/normal_distribution.hpp"
#include "memory/read_noise.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const SramGeometry kGeometry{2, 100, 70};
constexpr double kSigma = 0.004;

std::unique_ptr<GeneratedFaultMap> iid(bool stuck = false) {
  FaultMixture mixture;
  mixture.stuck = stuck;
  return std::make_unique<IidFaultMap>(kGeometry, profile_14nm(), mixture, 5);
}

std::unique_ptr<GeneratedFaultMap> vmin() {
  VminTerms terms;
  terms.mu = 0.72;
  terms.sigma_bitline = 0.05;
  terms.sigma_cell = 0.03;
  return std::make_unique<VminFaultMap>("bitline_vmin", kGeometry, profile_14nm(), terms,
                                        FaultMixture{}, 5);
}

TEST(NoisyFaultMap, EqualsTheNoiseOfAListOfItsCells) {
  for (const auto make :
       {+[] { return iid(false); }, +[] { return iid(true); }, +[] { return vmin(); }}) {
    FaultMapHeader header{kGeometry, "Vmin", volts("0.75"), "list", kSigma};
    const SparseFaultMap list(header, make()->faults());
    const NoisyFaultMap noisy(make(), kSigma);
    for (const char* voltage : {"0.774", "0.8", "0.801234", "0.85"}) {
      const CellFaults expected = list.faults_at(volts(voltage));
      const CellFaults got = noisy.faults_at(volts(voltage));
      ASSERT_GT(expected.intermittent.size(), 20u);
      EXPECT_EQ(got.intermittent, expected.intermittent) << voltage;
      EXPECT_EQ(got.certain.count(), expected.certain.count());
      expected.certain.for_each(
          [&](const CellAddress& cell, FaultKind kind) { ASSERT_EQ(got.certain.at(cell), kind); });
    }
  }
}

// Noise adds its variance to that of the cells: the mean number of failures is that of a chip with
// the root of both.
TEST(NoisyFaultMap, WidensTheDistributionOfVmin) {
  constexpr double kCell = 0.03;
  constexpr double kNoise = 0.006;
  VminTerms terms;
  terms.mu = 0.85;
  terms.sigma_cell = kCell;
  const SramGeometry large{1, 1000, 500};
  const NoisyFaultMap noisy(std::make_unique<VminFaultMap>("gaussian_vmin", large, profile_14nm(),
                                                           terms, FaultMixture{}, 8),
                            kNoise);
  for (const double v : {0.83, 0.88, 0.9}) {
    const double p =
        reproducible_normal_cdf((terms.mu - v) / std::sqrt(kCell * kCell + kNoise * kNoise));
    const Voltage voltage = Voltage::from_micro(std::llround(v * 1e6));
    EXPECT_NEAR(noisy.faults_at(voltage).bit_error_rate(), p, 5 * std::sqrt(p / 500'000)) << v;
  }
}

TEST(NoisyFaultMap, IsFreeOfErrorsAtAndAboveTheErrorFreeVoltage) {
  VminTerms terms;  // most cells fail just below it
  terms.mu = 1.0;
  terms.sigma_cell = 0.01;
  const NoisyFaultMap noisy(
      std::make_unique<VminFaultMap>("gaussian_vmin", kGeometry, profile_14nm(), terms,
                                     FaultMixture{}, 8),
      0.02);
  for (const Voltage voltage : {volts("1"), volts("1.01"), Voltage::infinite()}) {
    const CellFaults faults = noisy.faults_at(voltage);
    EXPECT_EQ(faults.certain.count(), 0u);
    EXPECT_TRUE(faults.intermittent.empty());
  }
  EXPECT_GT(noisy.faults_at(volts("0.999999")).intermittent.size(), 1000u);
}

TEST(NoisyFaultMap, NeedsTheProfileBelowTheVoltage) {
  const NoisyFaultMap noisy(iid(), kSigma);
  EXPECT_NO_THROW((void)noisy.faults_at(volts("0.774")));
  EXPECT_EQ(message_of([&] { (void)noisy.faults_at(volts("0.773999")); }),
            "voltage 0.773999 Vmin with a sigma_read of 0.004: cells count that fail up to "
            "0.749999 Vmin, which is below the lowest voltage of profile sram-14nm, 0.75 Vmin");
  EXPECT_NO_THROW((void)NoisyFaultMap(iid(), 0).faults_at(volts("0.75")));
  EXPECT_THROW((void)noisy.faults_at(volts("0.7")), InputError);
}

TEST(NoisyFaultMap, SaysItsNoiseAndRefusesANegativeOne) {
  EXPECT_TRUE(NoisyFaultMap(iid(), kSigma).source().ends_with("chip seed 5, sigma_read 0.004"));
  EXPECT_EQ(message_of([] { NoisyFaultMap(iid(), -1); }), "sigma_read: -1 is not in 0..1000");
}

}  // namespace
}  // namespace brownout::memory
