// Memory profiles and the `memory` section of a workload; chip_config_test.cpp: its chips.
#include "sim/config/memory_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

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

TEST(MemoryConfig, OtherMemoriesAreErrorFreeUnlessTheyHaveAProfile) {
  const WorkloadFiles files;
  const MemoryConfig memory = files.load().memory;
  EXPECT_EQ(memory.find(hardware::OnChipMemory::kWeightSram)->profile,
            memory.weight_sram().profile);
  EXPECT_EQ(memory.find(hardware::OnChipMemory::kActivationSram), nullptr);
  EXPECT_EQ(memory.map_count(), 0U);
}

TEST(MemoryConfig, AnotherMemoryHasItsOwnProfileChipAndVoltage) {
  const WorkloadFiles files;
  files.edit("w.yaml", "operating_point: {weight_sram: 0.85}",
             "  activation_sram: {profile: parts/other.yaml, chip: {generator: iid, seed: 9}}\n"
             "operating_point: {weight_sram: 0.85}");
  std::string text = kProfile;
  text.replace(text.find("error_free_voltage: 1.0"), 23, "error_free_voltage: 0.97");
  files.directory.write("parts/other.yaml", text);
  const WorkloadConfig config = files.load();
  const FaultyMemory* other = config.memory.find(hardware::OnChipMemory::kActivationSram);
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->chip.seed, 9U);
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kActivationSram).text(), "0.97");
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram).text(), "0.85");
  const auto entries = resolved_configuration(config);
  const auto has = [&](const std::string& key, const std::string& value) {
    return std::find(entries.begin(), entries.end(), std::pair(key, value)) != entries.end();
  };
  EXPECT_TRUE(has("memory.activation_sram.profile.error_free_voltage", "0.97"));
  EXPECT_TRUE(has("memory.activation_sram.chip.seed", "9"));
  EXPECT_TRUE(has("operating_point.activation_sram", "0.97"));
  EXPECT_TRUE(has("memory.profile.error_free_voltage", "1"));
}

TEST(MemoryConfig, EveryEncodingIsRead) {
  for (const memory::Encoding encoding :
       {memory::Encoding::kTwosComplement, memory::Encoding::kOffsetBinary,
        memory::Encoding::kSignMagnitude, memory::Encoding::kGray}) {
    const WorkloadFiles files;
    files.edit("w.yaml", "encoding: twos_complement", "encoding: " + memory::to_string(encoding));
    EXPECT_EQ(files.load().memory.scheme.encoding, encoding);
  }
}

}  // namespace
}  // namespace brownout::config
