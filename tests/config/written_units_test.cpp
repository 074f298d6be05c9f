// A voltage keeps the unit in which its file writes it, or is refused.
#include "sim/config/written_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using testing::HasSubstr;

constexpr const char* kVolts = R"(memory_profile:
  name: in-volts
  source: "made up"
  unit: V
  error_free_voltage: 0.9
  reference_voltage: 1.0
  rows:
    - {voltage: 0.5, ber: 0.2}
    - {voltage: 0.6, ber: 0.001}
)";

/// The workload's profile is in Vmin, as are its voltages; parts/volts.yaml is one in volts.
class WrittenUnits : public testing::Test {
 protected:
  WrittenUnits() { files_.directory.write("parts/volts.yaml", kVolts); }

  WorkloadConfig load(const std::vector<std::string>& set = {}) const {
    Overrides overrides;
    overrides.memory_profile = files_.directory / "parts/volts.yaml";
    overrides.set = set;
    return files_.load(overrides);
  }

  WorkloadFiles files_;
};

TEST_F(WrittenUnits, AnOperatingPointOfAnotherUnitIsRefused) {
  const WorkloadConfig config = load();
  const std::string error = error_of([&] { check_operating_point(config); });
  EXPECT_THAT(error, HasSubstr("w.yaml:12: operating_point.weight_sram: written in Vmin, the unit "
                               "of the file's own profile; in-volts, which takes its place, has "
                               "V: give it again by an option"));
  EXPECT_THAT(error_of([&] { check_sweep(config); }),
              HasSubstr("w.yaml:13: sweep.voltages: written in Vmin"));
}

TEST_F(WrittenUnits, HoweverTheProfileIsReplaced) {
  for (const std::string set :
       {"memory.profile=parts/volts.yaml", "memory.profile.unit=V",
        "memory={profile: {name: x, source: y, unit: V, error_free_voltage: 0.9, "
        "reference_voltage: 1, rows: [{voltage: 0.5, ber: 0}]}}"}) {
    const WorkloadConfig config = files_.load_with({set});
    EXPECT_THAT(error_of([&] { check_operating_point(config); }), HasSubstr("written in Vmin"))
        << set;
  }
}

TEST_F(WrittenUnits, AVoltageThatIsGivenAgainIsInTheNewUnit) {
  WorkloadConfig config =
      load({"operating_point.weight_sram=0.55", "sweep.voltages=\"0.9:0.6:0.1\""});
  EXPECT_NO_THROW(check_operating_point(config));
  EXPECT_NO_THROW(check_sweep(config));
  config = load();
  config.operating_point.set("weight_sram", memory::Voltage::parse("0.55"), "--voltage");
  EXPECT_NO_THROW(check_operating_point(config));
}

TEST_F(WrittenUnits, AProfileOfTheSameUnitChangesNothing) {
  files_.edit("parts/volts.yaml", "unit: V", "unit: Vmin");
  files_.edit("parts/volts.yaml", "error_free_voltage: 0.9", "error_free_voltage: 1.0");
  const WorkloadConfig config = load();
  EXPECT_TRUE(config.foreign_voltages.empty());
  EXPECT_NO_THROW(check_operating_point(config));
}

TEST_F(WrittenUnits, WithoutAVoltageInTheFileThereIsNothingToRefuse) {
  files_.edit("w.yaml", "operating_point: {weight_sram: 0.85}\n", "");
  EXPECT_NO_THROW(check_operating_point(load()));
}

TEST_F(WrittenUnits, AChipsOwnVoltagesAreRefusedToo) {
  const std::string generated = "chip: {generator: iid, kind: flip, seed: 7}";
  files_.edit("w.yaml", generated, "chip: {generator: gaussian_vmin, mu: 0.7, sigma: 0.05}");
  const auto error = [&](const std::vector<std::string>& set) {
    return error_of([&] { load(set); });
  };
  EXPECT_THAT(error({}), HasSubstr("w.yaml:9: memory.chip.mu: written in Vmin"));
  EXPECT_THAT(error({"memory.chip.mu=0.5"}), HasSubstr("memory.chip.sigma: written in Vmin"));
  EXPECT_EQ(error({"memory.chip.mu=0.5", "memory.chip.sigma=0.03"}), "");
  EXPECT_EQ(error({"memory.chip={generator: iid}"}), "");
}

TEST_F(WrittenUnits, AChipBesideTheNewProfileHasItsUnit) {
  const std::string chip = "chip: {generator: gaussian_vmin, mu: 0.5, sigma: 0.03}\n";
  files_.directory.write("parts/volts.yaml", kVolts + chip);
  EXPECT_EQ(error_of([&] { load(); }), "");
  files_.edit("w.yaml", "parts/profile.yaml", "parts/volts.yaml");
  EXPECT_EQ(error_of([&] { check_operating_point(files_.load()); }), "");
}

TEST_F(WrittenUnits, OtherMemoriesHaveTheirOwn) {
  files_.edit("w.yaml",
              "  encoding:", "  activation_sram: {profile: parts/profile.yaml}\n  encoding:");
  files_.edit("w.yaml", "{weight_sram: 0.85}", "{weight_sram: 0.85, activation_sram: 0.8}");
  const std::string set = "memory.activation_sram.profile=parts/volts.yaml";
  EXPECT_THAT(error_of([&] { check_operating_point(files_.load_with({set})); }),
              HasSubstr("operating_point.activation_sram: written in Vmin"));
  EXPECT_NO_THROW(
      check_operating_point(files_.load_with({set, "operating_point.activation_sram=0.55"})));
  EXPECT_NO_THROW(check_operating_point(files_.load()));
}

}  // namespace
}  // namespace brownout::config
