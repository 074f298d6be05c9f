// What makes a table complete, and the sizes that prices are multiplied with.
#include "sim/energy/energy_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "tests/energy/tables.hpp"

namespace brownout::energy {
namespace {

using hardware::Event;

TEST(EnergyTable, EventWithoutAPriceIsAnError) {
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    EnergyTableData data = simple_table();
    data.events[i].reset();
    try {
      EnergyTable table(data);
      ADD_FAILURE() << hardware::kEventNames[i] << " is not missed";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), "events." + std::string(hardware::kEventNames[i]) +
                                               ": no price; every event needs one");
    }
  }
}

TEST(EnergyTable, LeakerWithoutAPriceIsAnError) {
  for (std::size_t i = 0; i < kLeakerCount; ++i) {
    EnergyTableData data = simple_table();
    data.leakage[i].reset();
    EXPECT_THROW(EnergyTable{data}, InputError);
  }
}

TEST(EnergyTable, BadPricesAreNamed) {
  const auto event = [](EnergyTableData& data, Event e) -> EventPrice& {
    return *data.events[static_cast<std::size_t>(e)];
  };
  struct Case {
    std::function<void(EnergyTableData&)> spoil;
    std::string message;
  };
  const Case cases[] = {
      {[&](auto& d) { event(d, Event::kMacActive).joules = -1; },
       "events.mac_active: the price is not a number of at least 0"},
      {[&](auto& d) {
         event(d, Event::kVectorOp).joules = std::numeric_limits<double>::infinity();
       },
       "events.vector_op: the price is not a number of at least 0"},
      {[&](auto& d) { event(d, Event::kMacActive).per_bit = true; },
       "events.mac_active: has no width in bits, give joules_per_event"},
      {[&](auto& d) { event(d, Event::kWeightSramRead).provenance.rail = Rail::kLogic; },
       "events.weight_sram_read.rail: the weight SRAM is on the rail weight_sram"},
      {[&](auto& d) { event(d, Event::kMacActive).provenance.rail = Rail::kWeightSram; },
       "events.mac_active.rail: only the weight SRAM is on the rail weight_sram"},
      {[&](auto& d) { event(d, Event::kAccumulatorRead).provenance.rail = Rail::kActivationSram; },
       "events.accumulator_read.rail: only the activation SRAM is on the rail activation_sram"},
      {[&](auto& d) { event(d, Event::kAccumulatorRead).provenance.rail = Rail::kDram; },
       "events.accumulator_read.rail: the accumulators are on the rail accumulator"},
      {[](auto& d) { d.leakage[0]->provenance.rail = Rail::kAccumulator; },
       "leakage.array.rail: only the accumulators are on the rail accumulator"},
      {[&](auto& d) { event(d, Event::kDramRead).provenance.source.clear(); },
       "events.dram_read: source is empty"},
      {[](auto& d) { d.leakage[0]->watts = std::numeric_limits<double>::quiet_NaN(); },
       "leakage.array: the price is not a number of at least 0"},
      {[&](auto& d) { event(d, Event::kAccumulatorRead).by_model = true; },
       "events.accumulator_read: has no price, and the table no section sram"},
      {[&](auto& d) { event(d, Event::kMacActive).by_model = true; },
       "events.mac_active: is not of a memory that the SRAM model prices"},
      {[](auto& d) { d.sram.emplace().smallest_kib = 2; },
       "sram.bank_kib.largest: must be at least bank_kib.smallest"},
      {[](auto& d) { d.clock = ClockLaw{.threshold_v = 0.8, .alpha = 1}; },
       "clock.threshold_v: must be below reference_volts.logic"},
      {[](auto& d) { d.reference_volts[Rail::kDram] = 0; },
       "reference_volts.dram: must be above 0"},
  };
  for (const Case& bad : cases) {
    SCOPED_TRACE(bad.message);
    EnergyTableData data = simple_table();
    bad.spoil(data);
    try {
      EnergyTable table(data);
      ADD_FAILURE() << "accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), bad.message);
    }
  }
}

TEST(EnergyTable, PricePerBitFollowsTheWordOfTheAccelerator) {
  const EnergyTable table(simple_table());
  hardware::AcceleratorSpec spec;
  spec.weight_sram.word_bits = 32;
  EXPECT_EQ(table.joules(Event::kWeightSramRead, spec), 16);
  spec.weight_sram.word_bits = 64;
  EXPECT_EQ(table.joules(Event::kWeightSramRead, spec), 32);
  EXPECT_EQ(table.joules(Event::kActivationSramRead, spec), 2);  // a byte
  EXPECT_EQ(table.joules(Event::kMacActive, spec), 1);           // has no width
}

TEST(EnergyTable, LeakageGrowsWithTheSizeOfWhatLeaks) {
  hardware::AcceleratorSpec spec;
  spec.array = {8, 4};
  spec.accumulator = {.bits = 32, .depth = 1024};
  EXPECT_EQ(leakage_units(Leaker::kArray, spec), 32);
  EXPECT_EQ(leakage_units(Leaker::kWeightSram, spec), 128);
  EXPECT_EQ(leakage_units(Leaker::kActivationSram, spec), 256);
  EXPECT_EQ(leakage_units(Leaker::kAccumulator, spec), 2 * 4 * 4);  // halves x columns x 4 KiB
  EXPECT_EQ(leakage_units(Leaker::kVectorUnit, spec), 32);
  EXPECT_EQ(leakage_units(Leaker::kDram, spec), 1);
}

/// simple_table() with a model: reads twice as dear with every doubling of the bank.
EnergyTableData modelled_table() {
  EnergyTableData data = simple_table();
  data.sram = SramModel{.source = "test",
                        .smallest_kib = 1,
                        .largest_kib = 64,
                        .narrowest_bits = 8,
                        .widest_bits = 64,
                        .read = {.reference = 3, .size = 1},
                        .write = {.reference = 5, .width = 1},
                        .leakage = {.reference = 7},
                        .area = {.reference = 0.5}};
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    if (memory_of(static_cast<Event>(i))) data.events[i]->by_model = true;
  }
  for (std::size_t i = 0; i < kLeakerCount; ++i) {
    if (memory_of(static_cast<Leaker>(i))) data.leakage[i]->by_model = true;
  }
  return data;
}

TEST(EnergyTable, AMemoryWithoutAPriceCostsWhatItsBanksDo) {
  const EnergyTable table(modelled_table());
  hardware::AcceleratorSpec spec;
  spec.weight_sram = {.capacity_kib = 64, .banks = 2, .word_bits = 16};
  EXPECT_DOUBLE_EQ(table.joules(Event::kWeightSramRead, spec), 16 * 3 * 2);  // banks of 32 KiB
  EXPECT_DOUBLE_EQ(table.joules(Event::kWeightSramWrite, spec), 16 * 5 * 0.5);
  spec.activation_sram = {.capacity_kib = 64, .banks = 8, .word_bits = 64};
  EXPECT_DOUBLE_EQ(table.joules(Event::kActivationSramRead, spec), 8 * 3 * 0.5);  // a byte
  EXPECT_DOUBLE_EQ(table.joules(Event::kActivationSramWrite, spec), 8 * 5 * 2);
  EXPECT_DOUBLE_EQ(table.watts(Leaker::kWeightSram, spec), 7 * 64);
  EXPECT_DOUBLE_EQ(table.area_mm2(hardware::OnChipMemory::kWeightSram, spec).value(), 32);
  EXPECT_FALSE(EnergyTable(simple_table()).area_mm2(hardware::OnChipMemory::kWeightSram, spec));
}

TEST(EnergyTable, ProtectedBitsAreDearerInABankThatIsNoLarger) {
  const EnergyTable table(modelled_table());
  hardware::AcceleratorSpec spec;
  const double plain = table.joules(Event::kWeightSramRead, spec);
  spec.weight_sram.protected_bits = {.bits = 2};
  EXPECT_DOUBLE_EQ(table.joules(Event::kWeightSramRead, spec), plain);
  spec.weight_sram.protected_costs.energy = 2;  // 8 of 32 bits
  EXPECT_DOUBLE_EQ(table.joules(Event::kWeightSramRead, spec), plain * 1.25);
}

TEST(EnergyTable, BanksThatTheModelDoesNotCoverAreTold) {
  const EnergyTable table(modelled_table());
  hardware::AcceleratorSpec spec;
  EXPECT_TRUE(table.uncovered(spec).empty());
  EXPECT_TRUE(EnergyTable(simple_table()).uncovered(spec).empty());
  spec.accumulator.depth = 16;
  spec.activation_sram.capacity_kib = 4096;
  EXPECT_EQ(table.uncovered(spec), (std::vector{hardware::OnChipMemory::kActivationSram,
                                                hardware::OnChipMemory::kAccumulator}));
}

TEST(EnergyTable, AllLeakageFollowsTheTemperature) {
  EnergyTableData data = modelled_table();
  const EnergyTable cold(data);
  data.temperature =
      LeakageTemperature{.kelvin = 360, .reference_kelvin = 350, .doubling_kelvin = 10};
  const EnergyTable warm(data);
  for (std::size_t i = 0; i < kLeakerCount; ++i) {
    const auto leaker = static_cast<Leaker>(i);
    EXPECT_DOUBLE_EQ(warm.watts(leaker, {}), 2 * cold.watts(leaker, {}));
  }
  EXPECT_EQ(warm.joules(Event::kWeightSramRead, {}), cold.joules(Event::kWeightSramRead, {}));
}

TEST(EnergyTable, WithoutALawTheClockIsFixed) {
  EnergyTableData data = simple_table();
  EXPECT_EQ(EnergyTable(data).clock_factor(0.5), 1);
  data.clock = ClockLaw{.threshold_v = 0.3, .alpha = 1};
  EXPECT_NEAR(EnergyTable(data).clock_factor(0.5), (0.2 / 0.5) / (0.5 / 0.8), 1e-15);
}

TEST(EnergyTable, WeightSramAndAccumulatorsHaveNoReferenceVoltageOfTheirOwn) {
  const EnergyTable table(simple_table());
  EXPECT_EQ(table.reference_volts(Rail::kLogic), 0.8);
  EXPECT_THROW(table.reference_volts(Rail::kWeightSram), std::logic_error);
  EXPECT_THROW(table.reference_volts(Rail::kAccumulator), std::logic_error);
}

}  // namespace
}  // namespace brownout::energy
