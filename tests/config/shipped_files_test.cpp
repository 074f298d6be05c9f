// Every YAML file that the repository ships is loaded, so none can rot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "memory/base/input_error.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/numbers/normal_distribution.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/energy/energy_report.hpp"

namespace brownout::config {
namespace {

const std::filesystem::path kSource = BROWNOUT_SOURCE_DIR;

std::vector<std::filesystem::path> yaml_files(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(ShippedFiles, EveryFolderOfConfigsIsCoveredHere) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "configs")) {
    if (entry.is_directory()) folders.push_back(entry.path().filename());
  }
  // Recipes of training are the Python tools' (tests/python/test_robust_training.py).
  EXPECT_THAT(folders,
              testing::UnorderedElementsAre("accelerators", "energy", "memories", "recipes"));
}

TEST(ShippedFiles, EveryAcceleratorLoads) {
  const auto files = yaml_files("configs/accelerators");
  EXPECT_GE(files.size(), 2U);
  for (const auto& file : files) EXPECT_NO_THROW(load_accelerator(file)) << file;
}

TEST(ShippedFiles, EveryEnergyTableLoads) {
  const auto files = yaml_files("configs/energy");
  EXPECT_GE(files.size(), 1U);
  for (const auto& file : files) EXPECT_NO_THROW(load_energy_table(file)) << file;
}

TEST(ShippedFiles, EveryMemoryProfileLoads) {
  const auto files = yaml_files("configs/memories");
  EXPECT_GE(files.size(), 1U);
  for (const auto& file : files) EXPECT_NO_THROW(load_memory_file(file)) << file;
}

TEST(ShippedFiles, TheAssumed8tCellsAreThe14nmOnesAtALowerVoltage) {
  const auto cells = load_memory_profile(kSource / "configs/memories/sram_14nm.yaml");
  const auto assumed = load_memory_profile(kSource / "configs/memories/sram_14nm_8t_assumed.yaml");
  for (std::int64_t micro = 750'000; micro <= 1'000'000; micro += 1000) {
    EXPECT_NEAR(assumed->ber(memory::Voltage::from_micro(micro - 150'000)),
                cells->ber(memory::Voltage::from_micro(micro)), 1e-12);
  }
}

TEST(ShippedFiles, EveryMemoryProfileSavesEnergyAsItsVoltageFalls) {
  for (const auto& file : yaml_files("configs/memories")) {
    SCOPED_TRACE(file);
    const auto profile = load_memory_profile(file);
    const memory::VoltageProfileData& data = profile->data();
    EXPECT_FALSE(data.source.empty());
    EXPECT_EQ(profile->ber(data.error_free_voltage), 0);
    EXPECT_EQ(profile->access_energy_factor(data.reference_voltage), 1);
    EXPECT_EQ(profile->leakage_factor(data.reference_voltage), 1);
    double energy = 0, leakage = 0, ber = 1;
    const memory::Voltage highest = std::max(data.error_free_voltage, data.reference_voltage);
    for (std::int64_t micro = profile->lowest().micro(); micro <= highest.micro(); micro += 1000) {
      const memory::Voltage voltage = memory::Voltage::from_micro(micro);
      EXPECT_GT(profile->access_energy_factor(voltage), energy);
      EXPECT_GT(profile->leakage_factor(voltage), leakage);
      EXPECT_LE(profile->ber(voltage), ber);
      energy = profile->access_energy_factor(voltage);
      leakage = profile->leakage_factor(voltage);
      ber = profile->ber(voltage);
    }
  }
}

// Failing cells of the 2^20 that were measured; the counts that were printed to four digits as
// such.
TEST(ShippedFiles, The14NmMemoryHasTheMeasuredRatesAndTheSquareLawOfEnergy) {
  const auto profile = load_memory_profile(kSource / "configs/memories/sram_14nm.yaml");
  const double rates[] = {0.2056, 0.05573, 0.01115, 0.00129, 72 * 0x1p-20, 2 * 0x1p-20, 0};
  for (int k = 18; k <= 24; ++k) {
    const memory::Voltage voltage = memory::Voltage::from_micro((k * 1'000'000 + 12) / 24);
    EXPECT_EQ(profile->ber(voltage), rates[k - 18]) << k;
    EXPECT_NEAR(profile->access_energy_factor(voltage), k * k / 576.0, 1e-6);
  }
}

TEST(ShippedFiles, TheSmooth14NmMemoryIsTheNormalDistributionThatItNames) {
  const auto measured = load_memory_profile(kSource / "configs/memories/sram_14nm.yaml");
  const auto smooth = load_memory_profile(kSource / "configs/memories/sram_14nm_gaussian.yaml");
  for (const memory::ProfileRow& row : smooth->data().rows) {
    const double z = (0.7056 - row.voltage.value()) / 0.0552;
    EXPECT_NEAR(row.ber / memory::reproducible_normal_cdf(z), 1, 1e-5) << row.voltage.text();
  }
  const double deviations[] = {0.228, -0.043, -0.167, -0.073, 0.067, 0.024};  // as the file tells
  for (std::size_t i = 0; i < std::size(deviations); ++i) {
    const memory::ProfileRow& row = measured->data().rows[i];
    EXPECT_NEAR(smooth->ber(row.voltage) / row.ber - 1, deviations[i], 6e-4) << row.voltage.text();
  }
}

TEST(ShippedFiles, TheIdealMemoryHasNoErrorsAndTheSquareLawOfEnergy) {
  const auto profile = load_memory_profile(kSource / "configs/memories/ideal.yaml");
  const memory::IidFaultMap chip({8, 1024, 128}, profile, {}, 1);
  for (const char* text : {"0.4", "0.55", "0.999999", "1"}) {
    const memory::Voltage voltage = memory::Voltage::parse(text);
    EXPECT_EQ(profile->ber(voltage), 0);
    EXPECT_EQ(chip.masks_at(voltage).count(), 0U);
    EXPECT_DOUBLE_EQ(profile->access_energy_factor(voltage), voltage.value() * voltage.value());
    EXPECT_DOUBLE_EQ(profile->leakage_factor(voltage), voltage.value());
  }
  EXPECT_TRUE(chip.faults().empty());
  EXPECT_THROW(profile->ber(memory::Voltage::parse("0.399999")), InputError);
  EXPECT_THROW(profile->voltage_for_ber(0.01), InputError);
}

void expect_to_load(const std::filesystem::path& file, const Overrides& overrides) {
  SCOPED_TRACE(file);
  const WorkloadConfig config = load_workload(file, overrides);
  EXPECT_NO_THROW(check_operating_point(config));
  EXPECT_NO_THROW(check_sweep(config));
  EXPECT_EQ(config.sweep.chips, 10);
  // Wrong sums, on a supply that accumulators share, allow less than wrong weights.
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram).text(),
            config.operating_point.any_joined() ? "0.96" : "0.85");
}

TEST(ShippedFiles, EveryWorkloadLoadsAndItsVoltagesAreCovered) {
  const auto files = yaml_files("workloads");
  EXPECT_GE(files.size(), 2U);
  for (const auto& file : files) expect_to_load(file, {});
}

// Their networks and inputs are made or fetched, so others that exist take their place.
TEST(ShippedFiles, EveryWorkloadOfAFolderLoadsWithAnotherNetwork) {
  for (const std::string folder : {"workloads/zoo", "workloads/mlperf_tiny"}) {
    const auto files = yaml_files(folder);
    EXPECT_GE(files.size(), 2U);
    for (const auto& file : files) {
      std::ifstream in(file);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      EXPECT_THAT(text, testing::HasSubstr("\n  made_by: ")) << file;
      Overrides overrides;
      overrides.set = {"workload.network=" + file.string()};
      if (text.find("format: npz") != std::string::npos) {
        overrides.set.push_back("workload.dataset.file=" + file.string());
      }
      expect_to_load(file, overrides);
    }
  }
}

TEST(ShippedFiles, PixelScaleOfTheWorkloadsIsThatOfTheirNetworks) {
  // The networks were exported with 0.00392156862745098 rounded to float32, which is 1/255.
  EXPECT_EQ(load_workload(kSource / "workloads/mnist_cnn.yaml").preprocess.scale, 1.0F / 255.0F);
  const models::Preprocess cifar =
      load_workload(kSource / "workloads/cifar10_resnet8.yaml").preprocess;
  EXPECT_EQ(cifar.scale, 1.0F / 255.0F);
  EXPECT_EQ(cifar.mean, (std::vector<float>{0.4914F, 0.4822F, 0.4465F}));
  EXPECT_EQ(cifar.std, (std::vector<float>{0.2470F, 0.2435F, 0.2616F}));
}

TEST(ShippedFiles, OlderNodeCostsMoreForEveryEventOnTheChip) {
  const energy::EnergyTable newer = load_energy_table(kSource / "configs/energy/cmos_22nm.yaml");
  const energy::EnergyTable older = load_energy_table(kSource / "configs/energy/cmos_45nm.yaml");
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const auto event = static_cast<hardware::Event>(i);
    if (event == hardware::Event::kDramRead || event == hardware::Event::kDramWrite) continue;
    EXPECT_GT(older.joules(event, {}), newer.joules(event, {})) << hardware::kEventNames[i];
  }
}

}  // namespace
}  // namespace brownout::config
