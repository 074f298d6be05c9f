// Memory profiles and the `memory` section of a workload.
#include "sim/config/memory_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

struct Case {
  std::string from, to, message;
};

TEST(MemoryConfig, EveryKeyOfAProfileIsRead) {
  const TemporaryDirectory directory;
  const auto path = directory.write("p.yaml", R"(memory_profile:
  name: all
  source: somewhere
  unit: V
  error_free_voltage: 0.9
  nominal_voltage: 1.0
  reference_voltage: 0.9
  vmin_volts: 0.61
  rows:
    - {voltage: 0.7, ber: 0.1, access_energy: 0.5, leakage: 0.6}
    - {voltage: 0.8, ber: 0.01, access_energy: 0.75, leakage: 0.8}
)");
  const auto profile = load_memory_profile(path);
  const memory::VoltageProfileData& data = profile->data();
  EXPECT_EQ(data.name, "all");
  EXPECT_EQ(data.source, "somewhere");
  EXPECT_EQ(data.unit, memory::VoltageUnit::kVolts);
  EXPECT_EQ(data.error_free_voltage.text(), "0.9");
  EXPECT_EQ(data.nominal_voltage.value().text(), "1");
  EXPECT_EQ(data.vmin_volts, 0.61);
  ASSERT_EQ(data.rows.size(), 2U);
  EXPECT_EQ(profile->ber(memory::Voltage::parse("0.7")), 0.1);
  EXPECT_EQ(profile->access_energy_factor(memory::Voltage::parse("0.8")), 0.75);
  EXPECT_EQ(profile->leakage_factor(memory::Voltage::parse("0.7")), 0.6);
}

TEST(MemoryConfig, MistakesInAProfileAreFoundWithFileAndLine) {
  const Case cases[] = {
      {"unit: Vmin", "unit: mV",
       "parts/profile.yaml:4: memory_profile.unit: 'mV' is not one of V, Vmin"},
      {"  name: test-profile\n", "",
       "parts/profile.yaml:1: memory_profile: the key name is missing"},
      {"ber: 0.2", "bre: 0.2",
       "parts/profile.yaml:8: memory_profile.rows[0].bre: unknown key, did you mean ber?"},
      {"ber: 0.001", "ber: \"0.001\"",
       "parts/profile.yaml:9: memory_profile.rows[1].ber: \"0.001\""},
      {"ber: 0.001", "ber: .nan",
       "parts/profile.yaml:9: memory_profile.rows[1].ber: \".nan\" is not a finite number"},
      {"ber: 0.2", "ber: 2", "parts/profile.yaml:7: memory_profile.rows: ber 2 at 0.75"},
      {"voltage: 0.9", "voltage: 0.75",
       "parts/profile.yaml:7: memory_profile.rows: voltage 0.75 appears twice"},
      {"    - {voltage: 0.9, ber: 0.001}\n", "",
       "parts/profile.yaml:7: memory_profile.rows: a profile needs at least two"},
      {"error_free_voltage: 1.0", "error_free_voltage: 0",
       "parts/profile.yaml:5: memory_profile.error_free_voltage: 0 is not above 0"},
      {"memory_profile:", "profile:", "parts/profile.yaml:1: profile: unknown key"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("parts/profile.yaml", bad.from, bad.to);
    EXPECT_THAT(files.load_error(), testing::StartsWith(bad.message)) << bad.to;
  }
}

TEST(MemoryConfig, ChipIsGeneratedOrMeasuredButNotBoth) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const Case cases[] = {
      {chip, "{map: gone.csv}", "w.yaml:9: memory.chip.map: no such file: gone.csv"},
      {chip, "{map: net.onnx, seed: 1}", "w.yaml:9: memory.chip: a chip has either a map or"},
      {chip, "{kind: flip}", "w.yaml:9: memory.chip: the key generator is missing"},
      {chip, "{generator: gaussian}",
       "w.yaml:9: memory.chip.generator: 'gaussian' is not one of iid"},
      {"kind: flip", "kind: stuck_at", "w.yaml:9: memory.chip.kind: 'stuck_at' is not one of"},
      {"kind: flip", "stuck_at_0_share: 1.5",
       "w.yaml:9: memory.chip.stuck_at_0_share: 1.5 is not in 0..1"},
      {"seed: 7", "seed: -7", "w.yaml:9: memory.chip.seed: \"-7\" is not an integer of 0 to"},
      {"encoding: twos_complement", "encoding: gray",
       "w.yaml:10: memory.encoding: \"gray\" is not"},
      {"mitigations: []", "mitigations: [secded]",
       "w.yaml:11: memory.mitigations[0]: no mitigation is supported yet; leave the list empty"},
      {"mitigations: []", "mitigations: secded",
       "w.yaml:11: memory.mitigations: must be a list, is a single value"},
      {"  profile: parts/profile.yaml\n", "", "w.yaml:7: memory: the key profile is missing"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("w.yaml", bad.from, bad.to);
    EXPECT_THAT(files.load_error(), testing::StartsWith(bad.message)) << bad.to;
  }
}

TEST(MemoryConfig, ChipOfStuckCellsKeepsItsShareAndSeed) {
  const WorkloadFiles files;
  files.edit("w.yaml", "kind: flip", "kind: stuck, stuck_at_0_share: 0.25");
  const ChipConfig chip = files.load().memory.chip;
  EXPECT_TRUE(chip.mixture.stuck);
  EXPECT_EQ(chip.mixture.stuck_at_0_share, 0.25);
  EXPECT_EQ(chip.seed, 7U);
}

}  // namespace
}  // namespace brownout::config
