// A small energy table whose sums can be done by hand.
#pragma once

#include "sim/energy/energy_table.hpp"

namespace brownout::energy {

inline Provenance provenance(const std::string& component, Rail rail) {
  return {.component = component, .rail = rail, .node = "any", .source = "test", .date = "2020"};
}

/// Event i costs i + 1 joules on logic's "array", except for the weight SRAM's (0.5 J a bit), the
/// activation SRAM's, the accumulators' and the DRAM's. Leakage: 1 W per unit.
inline EnergyTableData simple_table() {
  using hardware::Event;
  EnergyTableData data;
  data.name = "test";
  data.source = "test";
  data.reference_volts[Rail::kLogic] = 0.8;
  data.reference_volts[Rail::kActivationSram] = 0.9;
  data.reference_volts[Rail::kDram] = 1.1;
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    data.events[i] =
        EventPrice{static_cast<double>(i + 1), false, provenance("array", Rail::kLogic), false};
  }
  const auto price = [&](Event event) -> EventPrice& {
    return *data.events[static_cast<std::size_t>(event)];
  };
  for (const Event event : {Event::kWeightSramRead, Event::kWeightSramWrite}) {
    price(event) = {0.5, true, provenance("weight_sram", Rail::kWeightSram)};
  }
  for (const Event event : {Event::kActivationSramRead, Event::kActivationSramWrite}) {
    price(event) = {0.25, true, provenance("activation_sram", Rail::kActivationSram)};
  }
  for (const Event event : {Event::kAccumulatorRead, Event::kAccumulatorWrite}) {
    price(event).provenance = provenance("accumulator", Rail::kAccumulator);
  }
  for (const Event event : {Event::kDramRead, Event::kDramWrite}) {
    price(event) = {2, true, provenance("dram", Rail::kDram)};
  }
  const auto leak = [&](Leaker leaker, const std::string& component, Rail rail) {
    data.leakage[static_cast<std::size_t>(leaker)] = {1, provenance(component, rail)};
  };
  leak(Leaker::kArray, "array", Rail::kLogic);
  leak(Leaker::kWeightSram, "weight_sram", Rail::kWeightSram);
  leak(Leaker::kActivationSram, "activation_sram", Rail::kActivationSram);
  leak(Leaker::kAccumulator, "accumulator", Rail::kAccumulator);
  leak(Leaker::kVectorUnit, "vector_unit", Rail::kLogic);
  leak(Leaker::kDram, "dram", Rail::kDram);
  return data;
}

}  // namespace brownout::energy
