// Counts times prices, by hand; how each rail follows its voltage.
#include "sim/energy/energy_report.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "tests/energy/tables.hpp"

namespace brownout::energy {
namespace {

using hardware::Event;
using hardware::EventCounts;
using memory::Voltage;

memory::VoltageProfile profile(bool columns = false) {
  memory::VoltageProfileData data;
  data.name = "test";
  data.source = "test";
  data.error_free_voltage = Voltage::parse("1");
  data.reference_voltage = Voltage::parse("1");
  data.rows = {{Voltage::parse("0.5"), 0.1, {}, {}}, {Voltage::parse("0.75"), 0.01, {}, {}}};
  if (columns) {
    data.rows[0].access_energy = 0.3;
    data.rows[0].leakage = 0.4;
    data.rows[1].access_energy = 0.6;
    data.rows[1].leakage = 0.7;
  }
  return memory::VoltageProfile(data);
}

EventCounts some_counts() {
  EventCounts counts;
  counts[Event::kMacActive] = 10;      // 1 J
  counts[Event::kMacGated] = 5;        // 2 J
  counts[Event::kWeightSramRead] = 3;  // 0.5 J x 32 bits
  counts[Event::kDramRead] = 7;        // 2 J x 8 bits
  return counts;
}

SupplyFactors weight_sram_at(const char* voltage) {
  SupplyFactors factors;
  factors.memories[hardware::OnChipMemory::kWeightSram] =
      memory_factor(profile(), Voltage::parse(voltage));
  return factors;
}

const EnergyItem& item(const EnergyBreakdown& breakdown, const std::string& component) {
  for (const EnergyItem& candidate : breakdown.items) {
    if (candidate.component == component) return candidate;
  }
  throw std::runtime_error("no component " + component);
}

TEST(EnergyReport, CountsTimesPricesByHand) {
  const EnergyTable table(simple_table());
  const EnergyBreakdown result = energy_of(table, {}, some_counts(), 0, {});
  EXPECT_EQ(item(result, "array").dynamic_joules, 10 * 1 + 5 * 2);
  EXPECT_EQ(item(result, "weight_sram").dynamic_joules, 3 * 16);
  EXPECT_EQ(item(result, "dram").dynamic_joules, 7 * 16);
  EXPECT_EQ(result.joules(), 20 + 48 + 112);
  EXPECT_EQ(result.weight_sram_joules(), 48);
  EXPECT_EQ(result.weight_sram_share(), 48.0 / 180);
  EXPECT_EQ(result.leakage_joules(), 0);
}

TEST(EnergyReport, TermsAreCountPriceAndFactorUnderTheKeysOfTheTable) {
  const EnergyTable table(simple_table());
  const SupplyFactors factors = weight_sram_at("0.5");
  const std::vector<EnergyTerm> terms = energy_terms(table, {}, some_counts(), 2, factors);
  ASSERT_EQ(terms.size(), hardware::kEventCount + kLeakerCount);
  const EnergyTerm& read = terms[static_cast<std::size_t>(Event::kWeightSramRead)];
  EXPECT_EQ(read.name, "weight_sram_read");
  EXPECT_EQ(read.provenance->rail, Rail::kWeightSram);
  EXPECT_EQ(read.amount, 3);
  EXPECT_EQ(read.price, 16);
  EXPECT_EQ(read.joules(), 3 * 16 * 0.25);
  EXPECT_EQ(terms[hardware::kEventCount].name, "leakage.array");
  EXPECT_EQ(terms[hardware::kEventCount].amount, 2);
  double sum = 0;
  for (const EnergyTerm& term : terms) sum += term.joules();
  EXPECT_DOUBLE_EQ(sum, energy_of(table, {}, some_counts(), 2, factors).joules());
}

TEST(EnergyReport, LeakageIsPowerTimesTimeAndStaysApart) {
  const EnergyTable table(simple_table());
  const EnergyBreakdown result = energy_of(table, {}, EventCounts{}, 0.5, {});
  EXPECT_EQ(item(result, "array").leakage_joules, 0.5 * 32 * 32);
  EXPECT_EQ(item(result, "weight_sram").leakage_joules, 0.5 * 128);
  EXPECT_EQ(item(result, "accumulator").leakage_joules, 0.5 * 2 * 32 * 16);
  EXPECT_EQ(result.dynamic_joules(), 0);
  EXPECT_EQ(result.joules(), result.leakage_joules());
}

TEST(EnergyReport, RailsAndPartsAddUpToTheTotal) {
  const EnergyTable table(simple_table());
  EventCounts counts;
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) counts.counts[i] = 11 * i + 1;
  const EnergyBreakdown result = energy_of(table, {}, counts, 0.25, {});
  double rails = 0;
  for (std::size_t i = 0; i < kRailCount; ++i) rails += result.joules(static_cast<Rail>(i));
  EXPECT_DOUBLE_EQ(rails, result.joules());
  EXPECT_DOUBLE_EQ(result.dynamic_joules() + result.leakage_joules(), result.joules());
}

TEST(EnergyReport, EveryEventReachesTheTotal) {
  const EnergyTable table(simple_table());
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    EventCounts counts;
    counts.counts[i] = 1;
    EXPECT_GT(energy_of(table, {}, counts, 0, {}).joules(), 0) << hardware::kEventNames[i];
  }
}

TEST(EnergyReport, HalfTheVoltageIsExactlyAQuarterOfTheDynamicEnergyAndHalfTheLeakage) {
  EXPECT_EQ(logic_factor(EnergyTable(simple_table()), 0.4),
            (SupplyFactor{.dynamic = 0.25, .leakage = 0.5}));
  const EnergyTable table(simple_table());
  const SupplyFactors low = weight_sram_at("0.5");
  const EnergyBreakdown full = energy_of(table, {}, some_counts(), 2, {});
  const EnergyBreakdown half = energy_of(table, {}, some_counts(), 2, low);
  EXPECT_EQ(item(half, "weight_sram").dynamic_joules, item(full, "weight_sram").dynamic_joules / 4);
  EXPECT_EQ(item(half, "weight_sram").leakage_joules, item(full, "weight_sram").leakage_joules / 2);
  for (const Rail rail : {Rail::kLogic, Rail::kActivationSram, Rail::kDram}) {
    EXPECT_EQ(half.joules(rail), full.joules(rail)) << to_string(rail);
  }
}

TEST(EnergyReport, MeasuredColumnsOfTheProfileReplaceTheSquareLaw) {
  EXPECT_EQ(memory_factor(profile(true), Voltage::parse("0.5")),
            (SupplyFactor{.dynamic = 0.3, .leakage = 0.4}));
}

TEST(EnergyReport, WhatHasNoProfileIsOnTheRailOfTheTable) {
  const SupplyFactor low{.dynamic = 0.25, .leakage = 0.5};
  const SupplyFactors factors{.logic = low};
  EXPECT_EQ(factors.of(std::nullopt, Rail::kLogic), low);
  EXPECT_EQ(factors.of(hardware::OnChipMemory::kAccumulator, Rail::kLogic),
            low);  // if the table says so
  for (const Rail rail : {Rail::kWeightSram, Rail::kActivationSram, Rail::kDram}) {
    EXPECT_EQ(factors.of(std::nullopt, rail), SupplyFactor{}) << to_string(rail);
  }
}

TEST(EnergyReport, LogicFollowsItsOwnVoltageOnly) {
  const EnergyTable table(simple_table());
  const SupplyFactors factors{.logic = logic_factor(table, 0.4)};
  const EnergyBreakdown before = energy_of(table, {}, some_counts(), 2, {});
  const EnergyBreakdown after = energy_of(table, {}, some_counts(), 2, factors);
  EXPECT_LT(after.joules(Rail::kLogic), before.joules(Rail::kLogic) / 2);
  for (const Rail rail : {Rail::kWeightSram, Rail::kActivationSram, Rail::kDram}) {
    EXPECT_EQ(after.joules(rail), before.joules(rail)) << to_string(rail);
  }
}

TEST(EnergyReport, AMemoryWithASupplyOfItsOwnLeavesTheRestOfItsRailAlone) {
  const EnergyTable table(simple_table());
  EventCounts all;
  all.counts.fill(1000);
  const EnergyBreakdown before = energy_of(table, {}, all, 2, {});
  for (const auto memory :
       {hardware::OnChipMemory::kActivationSram, hardware::OnChipMemory::kAccumulator}) {
    const bool activations = memory == hardware::OnChipMemory::kActivationSram;
    const Event read = activations ? Event::kActivationSramRead : Event::kAccumulatorRead;
    const Event write = activations ? Event::kActivationSramWrite : Event::kAccumulatorWrite;
    const Leaker leaker = activations ? Leaker::kActivationSram : Leaker::kAccumulator;
    SupplyFactors factors;
    factors.memories[memory] = memory_factor(profile(), Voltage::parse("0.5"));
    const EnergyBreakdown after = energy_of(table, {}, all, 2, factors);
    const double dynamic = 1000 * (table.joules(read, {}) + table.joules(write, {}));
    const double leakage = 2 * table.watts(leaker, {});
    EXPECT_GT(dynamic, 0);
    EXPECT_GT(leakage, 0);
    EXPECT_NEAR(before.joules() - after.joules(), 0.75 * dynamic + 0.5 * leakage,
                1e-12 * before.joules());
    EXPECT_EQ(after.weight_sram_joules(), before.weight_sram_joules());
  }
}

TEST(EnergyReport, VoltageBelowTheProfileIsAnError) {
  EXPECT_THROW(memory_factor(profile(), Voltage::parse("0.49")), InputError);
}

TEST(EnergyReport, ImpossibleTimesAndFactorsAreOurBugs) {
  const EnergyTable table(simple_table());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(energy_of(table, {}, {}, nan, {}), std::logic_error);
  EXPECT_THROW(energy_of(table, {}, {}, -1, {}), std::logic_error);
  SupplyFactors factors;
  factors.logic.dynamic = -1;
  EXPECT_THROW(energy_of(table, {}, {}, 1, factors), std::logic_error);
}

TEST(EnergyReport, NothingAtAllHasNoShare) {
  EXPECT_EQ(energy_of(EnergyTable(simple_table()), {}, {}, 0, {}).weight_sram_share(), 0);
}

}  // namespace
}  // namespace brownout::energy
