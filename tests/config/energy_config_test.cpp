// The energy table file.
#include "sim/config/energy_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using hardware::Event;

TEST(EnergyConfig, ValuesOfTheFileReachTheTable) {
  const energy::EnergyTable table =
      load_energy_table(BROWNOUT_SOURCE_DIR "/configs/energy/cmos_22nm.yaml");
  EXPECT_EQ(table.price(Event::kMacActive).joules, 1.16e-13);
  EXPECT_FALSE(table.price(Event::kMacActive).per_bit);
  EXPECT_EQ(table.price(Event::kWeightSramRead).joules, 5.43e-14);
  EXPECT_TRUE(table.price(Event::kWeightSramRead).per_bit);
  EXPECT_EQ(table.price(Event::kPsumShift).provenance.source,
            table.price(Event::kActivationShift).provenance.source);  // an alias
  EXPECT_EQ(table.price(energy::Leaker::kArray).watts, 1.56e-6);
  EXPECT_EQ(table.reference_volts(energy::Rail::kDram), 1.1);
}

// The derivations that the file states, recomputed.
TEST(EnergyConfig, DerivedPricesOf22NanometresFollowTheirRules) {
  const energy::EnergyTable table =
      load_energy_table(BROWNOUT_SOURCE_DIR "/configs/energy/cmos_22nm.yaml");
  const double scale = 22.0 / 45 * (0.8 / 0.9) * (0.8 / 0.9);
  const double rounding = 0.02;
  const auto near = [&](double value, double expected) {
    EXPECT_NEAR(value / expected, 1, rounding);
  };
  near(table.price(Event::kMacActive).joules, 0.3e-12 * scale);
  near(table.price(Event::kPsumShift).joules, 0.144e-12 / 16 * scale);
  near(table.price(Event::kPeIdleCycle).joules, 0.1 * 48 * 0.144e-12 / 16 * scale);
  near(table.price(Event::kVectorOp).joules, 4.6e-12 * scale);
  near(table.price(Event::kDramRead).joules, 512e-12 / 64);
  near(table.price(energy::Leaker::kArray).watts, 3.6e-6 * (22.0 / 45) * (0.8 / 0.9));
  near(table.price(energy::Leaker::kVectorUnit).watts, 82.4e-6 * (22.0 / 40) * (0.8 / 0.9));
}

// 31 runs of CACTI are behind the laws; these are some of them.
TEST(EnergyConfig, MemoriesOf22NanometresCostWhatCactiSays) {
  const energy::EnergyTable table =
      load_energy_table(BROWNOUT_SOURCE_DIR "/configs/energy/cmos_22nm_sram.yaml");
  struct Run {
    int kib, bits;
    double read_pj, leakage_uw, mm2;
  };
  const Run runs[] = {{8, 8, 0.579, 5.97, 0.00682},    {8, 32, 1.186, 6.37, 0.00747},
                      {32, 32, 2.547, 22.8, 0.0291},   {32, 64, 3.478, 22.6, 0.0316},
                      {128, 128, 11.85, 79.9, 0.1137}, {1024, 64, 21.73, 637, 0.8134}};
  for (const Run& run : runs) {
    hardware::AcceleratorSpec spec;
    spec.weight_sram = {.capacity_kib = run.kib, .banks = 1, .word_bits = run.bits};
    EXPECT_NEAR(table.joules(Event::kWeightSramRead, spec) / (run.read_pj * 1e-12), 1, 0.143);
    EXPECT_NEAR(table.watts(energy::Leaker::kWeightSram, spec) / (run.leakage_uw * 1e-6), 1, 0.118);
    EXPECT_NEAR(table.area_mm2(hardware::OnChipMemory::kWeightSram, spec).value() / run.mm2, 1,
                0.145);
  }
}

TEST(EnergyConfig, TheTwoTablesOf22NanometresDifferInTheirMemoriesAlone) {
  const auto table = [](const std::string& name) {
    return load_energy_table(BROWNOUT_SOURCE_DIR "/configs/energy/" + name);
  };
  const energy::EnergyTable fixed = table("cmos_22nm.yaml"), fitted = table("cmos_22nm_sram.yaml");
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const auto event = static_cast<Event>(i);
    EXPECT_EQ(fitted.price(event).by_model, energy::memory_of(event).has_value());
    if (energy::memory_of(event)) continue;
    EXPECT_EQ(fitted.price(event).joules, fixed.price(event).joules);
  }
  // Of the banks that the fixed prices are for.
  EXPECT_NEAR(fitted.joules(Event::kWeightSramRead, {}) / fixed.joules(Event::kWeightSramRead, {}),
              1, 0.08);
}

struct Case {
  std::string from, to, message;
};

TEST(EnergyConfig, MistakesAreFoundWithFileAndLine) {
  const std::string text = energy_table_text();
  const auto line_of = [&](const std::string& part) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(part));
    return "t.yaml:" + std::to_string(std::count(text.begin(), end, '\n') + 1) + ": ";
  };
  const std::string mac = line_of("mac_active:");
  const Case cases[] = {
      {"    mac_active:", "    mac_activ:",
       mac + "energy.events.mac_activ: unknown key, did you mean mac_active?"},
      {"joules_per_event: 1.16e-13", "joules_per_event: 1.16 pJ",
       line_of("joules_per_event: 1.16e-13") +
           "energy.events.mac_active.joules_per_event: \"1.16 pJ\" is not a finite number"},
      {"joules_per_event: 1.16e-13", "joules_per_event: -1",
       mac + "energy.events.mac_active: the price is not a number of at least 0"},
      {"joules_per_event: 1.16e-13", "joules_per_bit: 1.16e-13",
       mac + "energy.events.mac_active: has no width in bits, give joules_per_event"},
      {"      joules_per_event: 1.16e-13\n", "",
       mac + "energy.events.mac_active: needs either joules_per_event or joules_per_bit"},
      {"joules_per_event: 1.16e-13", "joules_per_event: 1\n      joules_per_bit: 1",
       mac + "energy.events.mac_active: needs either joules_per_event or joules_per_bit"},
      {"rail: weight_sram", "rail: logic",
       line_of("rail: weight_sram") +
           "energy.events.weight_sram_read.rail: the weight SRAM is on the rail weight_sram"},
      {"rail: logic", "rail: core",
       line_of("rail: logic") + "energy.events.mac_active.rail: 'core' is not one of logic,"},
      {"      date: \"2014\"\n", "", mac + "energy.events.mac_active: the key date is missing"},
      {"watts_per_pe: 1.56e-6", "watts: 1.56e-6",
       line_of("watts_per_pe: 1.56e-6") +
           "energy.leakage.array.watts: unknown key; known are watts_per_pe,"},
      {"{logic: 0.8,", "{logic: 0,",
       line_of("{logic: 0.8,") + "energy.reference_volts.logic: must be above 0"},
      {"{logic: 0.8,", "{weight_sram: 0.8, logic: 0.8,",
       line_of("{logic: 0.8,") + "energy.reference_volts.weight_sram: unknown key"},
  };
  for (const Case& bad : cases) {
    std::string spoilt = text;
    ASSERT_NE(spoilt.find(bad.from), std::string::npos) << bad.from;
    spoilt.replace(spoilt.find(bad.from), bad.from.size(), bad.to);
    const TemporaryDirectory directory;
    const auto path = directory.write("t.yaml", spoilt);
    EXPECT_THAT(error_of([&] { load_energy_table(path); }), testing::HasSubstr("/" + bad.message))
        << bad.to;
  }
}

TEST(EnergyConfig, EventThatTheFileDoesNotPriceIsAnError) {
  const WorkloadFiles files;
  std::string text = energy_table_text();
  const std::size_t start = text.find("    vector_op:");
  text.erase(start, text.find("    parameter_read:") - start);
  files.directory.write("parts/table.yaml", text);
  EXPECT_THAT(files.load_error(),
              testing::HasSubstr("energy.events.vector_op: no price; every event needs one"));
}

}  // namespace
}  // namespace brownout::config
