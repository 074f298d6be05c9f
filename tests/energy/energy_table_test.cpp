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

TEST(EnergyTable, WeightSramAndAccumulatorsHaveNoReferenceVoltageOfTheirOwn) {
  const EnergyTable table(simple_table());
  EXPECT_EQ(table.reference_volts(Rail::kLogic), 0.8);
  EXPECT_THROW(table.reference_volts(Rail::kWeightSram), std::logic_error);
  EXPECT_THROW(table.reference_volts(Rail::kAccumulator), std::logic_error);
}

}  // namespace
}  // namespace brownout::energy
