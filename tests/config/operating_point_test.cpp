// Supplies and their voltages: accelerator.supplies, operating_point, sweep.rail.
#include "sim/config/operating_point.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using hardware::OnChipMemory;
using testing::HasSubstr;
using testing::StartsWith;

// All three memories have a profile; that of the activation SRAM differs.
class SupplyKeys : public ::testing::Test {
 protected:
  SupplyKeys() {
    files_.edit("w.yaml", "operating_point: {weight_sram: 0.85}",
                "  activation_sram: {profile: parts/other.yaml}\n"
                "  accumulator: {profile: parts/profile.yaml}\n"
                "operating_point: {}");
    files_.directory.write("parts/other.yaml", kProfile);
    files_.edit("parts/other.yaml", "error_free_voltage: 1.0", "error_free_voltage: 0.97");
  }

  /// With a line in the accelerator's file, its fifth from the top.
  void supply(const std::string& supplies) const {
    files_.edit("parts/accelerator.yaml", "  placement: streaming",
                "  supplies: " + supplies + "\n  placement: streaming");
  }

  WorkloadFiles files_;
};

TEST_F(SupplyKeys, OneVoltageMovesAllThatASupplyFeeds) {
  supply("{vddm: [weight_sram, activation_sram, accumulator], vdd: [logic]}");
  const WorkloadConfig config = files_.load_with({"operating_point={vddm: 0.85, vdd: 0.7}"});
  for (const OnChipMemory memory : hardware::kOnChipMemories) {
    EXPECT_EQ(config.operating_point.voltage(memory).text(), "0.85");
  }
  EXPECT_EQ(config.operating_point.logic_volts, 0.7);
  EXPECT_TRUE(config.operating_point.any_joined());
  EXPECT_EQ(config.sweep.supply.name, "vddm");  // the weight SRAM's
  const auto entries = resolved_configuration(config);
  const auto has = [&](const std::string& key, const std::string& value) {
    return std::find(entries.begin(), entries.end(), std::pair(key, value)) != entries.end();
  };
  EXPECT_TRUE(has("accelerator.supplies.vddm", "[weight_sram, activation_sram, accumulator]"));
  EXPECT_TRUE(has("accelerator.supplies.vdd", "[logic]"));
  EXPECT_TRUE(has("operating_point.vddm", "0.85"));
  EXPECT_TRUE(has("operating_point.vdd", "0.7"));
  EXPECT_TRUE(has("sweep.rail", "vddm"));
}

TEST_F(SupplyKeys, TheDefaultIsInNoManifest) {
  for (const auto& [key, value] : resolved_configuration(files_.load())) {
    EXPECT_FALSE(key.starts_with("accelerator.supplies")) << key;
  }
}

TEST_F(SupplyKeys, AJoinedSupplyIsErrorFreeWhereAllOfItsMemoriesAre) {
  supply("{low: [activation_sram], high: [weight_sram, accumulator]}");
  const OperatingPoint apart = files_.load().operating_point;
  EXPECT_EQ(apart.voltage(OnChipMemory::kActivationSram).text(), "0.97");
  EXPECT_EQ(apart.voltage(OnChipMemory::kAccumulator).text(), "1");
  files_.edit("parts/accelerator.yaml", "{low: [activation_sram], high: [weight_sram,",
              "{all: [activation_sram, weight_sram,");
  OperatingPoint joined = files_.load().operating_point;
  ASSERT_EQ(joined.supplies.size(), 1U);
  EXPECT_EQ(joined.voltage(OnChipMemory::kActivationSram).text(), "1");
  joined.set("all", memory::Voltage::parse("0.8"));
  EXPECT_EQ(joined.voltage(OnChipMemory::kAccumulator).text(), "0.8");
  EXPECT_EQ(error_free(joined, files_.load().memory).supplies.front().voltage.text(), "1");
  EXPECT_THROW(joined.set("low", memory::Voltage::parse("0.8")), std::logic_error);
}

TEST_F(SupplyKeys, EveryMemoryOfASupplyMustCoverItsVoltages) {
  supply("{vddm: [weight_sram, activation_sram, accumulator]}");
  files_.edit("parts/other.yaml", "voltage: 0.75", "voltage: 0.8");
  const WorkloadConfig config = files_.load_with({"operating_point.vddm=0.77"});
  EXPECT_THAT(error_of([&] { check_operating_point(config); }),
              StartsWith("--set operating_point.vddm: voltage 0.77 is below"));
  EXPECT_THAT(error_of([&] { check_sweep(config); }),
              HasSubstr("w.yaml:15: sweep.voltages: voltage 0.75 is below"));
}

TEST_F(SupplyKeys, ASweepTakesASupplyByItsName) {
  supply("{vddm: [activation_sram, accumulator]}");
  EXPECT_EQ(files_.load().sweep.supply.name, "weight_sram");
  EXPECT_EQ(files_.load_with({"sweep.rail=vddm"}).sweep.supply.memories.front(),
            OnChipMemory::kActivationSram);
  EXPECT_EQ(files_.set_error("sweep.rail=logic"),
            "--set sweep.rail: 'logic' is not one of vddm, weight_sram");
}

TEST_F(SupplyKeys, WhatASupplyFeedsStandsForIt) {
  supply("{vddm: [weight_sram, accumulator], vdd: [logic]}");
  const WorkloadConfig config = files_.load_with(
      {"operating_point={accumulator: 0.8, logic: 0.6}", "sweep.rail=weight_sram"});
  EXPECT_EQ(config.operating_point.voltage(OnChipMemory::kWeightSram).text(), "0.8");
  EXPECT_EQ(config.operating_point.voltage(OnChipMemory::kActivationSram).text(), "0.97");
  EXPECT_EQ(config.operating_point.logic_volts, 0.6);
  EXPECT_EQ(config.sweep.supply.name, "vddm");
  EXPECT_THAT(files_.set_error("operating_point={vddm: 0.9, weight_sram: 0.9}"),
              HasSubstr("operating_point.weight_sram: the supply vddm has a voltage already"));
  EXPECT_THAT(files_.set_error("operating_point.vddn=0.9"),
              HasSubstr("operating_point.vddn: unknown key, did you mean vddm?"));
}

TEST_F(SupplyKeys, MemoriesOfOneSupplyHaveAVoltageInCommon) {
  supply("{vddm: [weight_sram, activation_sram, accumulator]}");
  const std::string place = "parts/accelerator.yaml:6: accelerator.supplies.vddm: ";
  files_.edit("parts/other.yaml", "unit: Vmin", "unit: V");
  EXPECT_EQ(files_.load_error(), place +
                                     "the profiles of weight_sram and activation_sram are in "
                                     "Vmin and V: one voltage has one unit");
  files_.edit("parts/other.yaml", "unit: V", "vmin_volts: 0.6\n  unit: Vmin");
  EXPECT_EQ(files_.load_error(),
            place +
                "the profiles of weight_sram and activation_sram have different vmin_volts: "
                "1 Vmin is not one voltage");
  files_.edit("w.yaml", "  activation_sram: {profile: parts/other.yaml}\n", "");
  EXPECT_EQ(files_.load_error(),
            place +
                "memory.activation_sram.profile is not given: memories of one supply fail "
                "together, or none");
}

TEST_F(SupplyKeys, ErrorFreeMemoriesMayShareASupply) {
  supply("{vddm: [activation_sram, accumulator]}");
  files_.edit("w.yaml", "  activation_sram: {profile: parts/other.yaml}\n", "");
  files_.edit("w.yaml", "  accumulator: {profile: parts/profile.yaml}\n", "");
  const WorkloadConfig config = files_.load();
  EXPECT_FALSE(config.operating_point.any_joined());
  EXPECT_EQ(config.operating_point.supplies.size(), 1U);
  EXPECT_THROW(config.operating_point.voltage(OnChipMemory::kAccumulator), std::logic_error);
  EXPECT_EQ(files_.set_error("sweep.rail=vddm"),
            "--set sweep.rail: memory.activation_sram is not given: that memory is error-free");
}

TEST_F(SupplyKeys, BadSuppliesAreNamedWithTheirPlace) {
  struct Case {
    std::string supplies, message;
  };
  const std::string place = "parts/accelerator.yaml:6: accelerator.supplies";
  const Case cases[] = {
      {"[weight_sram]", place + ": must be a map: {NAME: [weight_sram, ...]}"},
      {"{a: weight_sram}", place + ".a: must be a list, is"},
      {"{a: [weight_sram], b: [weight_sram]}", place + ".b: weight_sram is on two supplies"},
      {"{a: [weights]}", place + ".a[0]: 'weights' is not one of weight_sram, activation_sram, "
                                 "accumulator, logic"},
      {"{accumulator: [weight_sram]}",
       place + ".accumulator: the name is that of the accumulators"},
      {"{a: []}", place + ".a: feeds nothing"},
      {"{a: [logic, weight_sram]}", place + ".a: feeds logic and memories"},
      {"{Vdd: [logic]}", place + ": Vdd: a name is made of a-z, 0-9 and _"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("parts/accelerator.yaml", "  placement: streaming",
               "  supplies: " + bad.supplies + "\n  placement: streaming");
    EXPECT_THAT(files.load_error(), StartsWith(bad.message)) << bad.supplies;
  }
}

}  // namespace
}  // namespace brownout::config
