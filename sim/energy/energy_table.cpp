// The checks that make a table complete, and the sizes that its prices are multiplied with.
#include "sim/energy/energy_table.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::energy {
namespace {

using hardware::Event;
using hardware::OnChipMemory;

constexpr int kByte = 8;  // bits

[[noreturn]] void refuse(const std::string& key, const std::string& text) {
  throw InputError(key, text);
}

std::string event_key(std::size_t index) {
  return "events." + std::string(hardware::kEventNames[index]);
}

std::string leakage_key(std::size_t index) {
  return "leakage." + std::string(kLeakageUnits[index].name);
}

void check_number(const std::string& key, double value) {
  if (!(std::isfinite(value) && value >= 0)) refuse(key, "the price is not a number of at least 0");
}

void check_provenance(const std::string& key, const Provenance& provenance) {
  if (provenance.component.empty()) refuse(key, "component is empty");
  if (provenance.node.empty()) refuse(key, "node is empty");
  if (provenance.source.empty()) refuse(key, "source is empty");
  if (provenance.date.empty()) refuse(key, "date is empty");
}

// Reports speak of a memory's energy as the energy on its rail: nothing else may be on it, and
// nothing of it elsewhere.
void check_rail(const std::string& key, const Provenance& provenance,
                std::optional<OnChipMemory> of_memory) {
  const std::string rail = to_string(provenance.rail);
  for (const OnChipMemory memory : hardware::kOnChipMemories) {
    const std::string name = to_string(memory);
    if ((rail == name) == (of_memory == memory)) continue;
    const std::string is = memory == OnChipMemory::kAccumulator ? " are" : " is";
    const std::string is_on = "the " + title(memory) + is + " on the rail " + name;
    refuse(key + ".rail", of_memory == memory ? is_on : "only " + is_on);
  }
}

void check_model(const std::string& key, bool by_model, std::optional<OnChipMemory> of_memory,
                 const EnergyTableData& data) {
  if (!by_model) return;
  if (!of_memory) refuse(key, "is not of a memory that the SRAM model prices");
  if (!data.sram) refuse(key, "has no price, and the table no section sram");
}

void check_event(std::size_t index, const EnergyTableData& data) {
  const std::optional<EventPrice>& price = data.events[index];
  const std::string key = event_key(index);
  if (!price) refuse(key, "no price; every event needs one");
  const auto event = static_cast<Event>(index);
  check_number(key, price->joules);
  check_provenance(key, price->provenance);
  check_rail(key, price->provenance, memory_of(event));
  check_model(key, price->by_model, memory_of(event), data);
  if (price->per_bit && !event_bits(event, hardware::AcceleratorSpec{})) {
    refuse(key, "has no width in bits, give joules_per_event");
  }
}

void check_leakage(std::size_t index, const EnergyTableData& data) {
  const std::optional<LeakagePrice>& price = data.leakage[index];
  const std::string key = leakage_key(index);
  if (!price) refuse(key, "no price; everything that leaks needs one");
  check_number(key, price->watts);
  check_provenance(key, price->provenance);
  check_rail(key, price->provenance, memory_of(static_cast<Leaker>(index)));
  check_model(key, price->by_model, memory_of(static_cast<Leaker>(index)), data);
}

bool is_write(Event event) {
  return event == Event::kWeightSramWrite || event == Event::kActivationSramWrite ||
         event == Event::kAccumulatorWrite;
}

Leaker leaker_of(OnChipMemory memory) {
  switch (memory) {
    case OnChipMemory::kWeightSram:
      return Leaker::kWeightSram;
    case OnChipMemory::kActivationSram:
      return Leaker::kActivationSram;
    case OnChipMemory::kAccumulator:
      return Leaker::kAccumulator;
  }
  throw std::logic_error("unknown memory");
}

}  // namespace

std::string to_string(Rail rail) {
  return std::string(kRailNames.at(static_cast<std::size_t>(rail)));
}

std::string title(Rail rail) {
  switch (rail) {
    case Rail::kWeightSram:
      return title(OnChipMemory::kWeightSram);
    case Rail::kActivationSram:
      return title(OnChipMemory::kActivationSram);
    case Rail::kAccumulator:
      return title(OnChipMemory::kAccumulator);
    case Rail::kDram:
      return "DRAM";
    default:
      return to_string(rail);
  }
}

std::optional<OnChipMemory> memory_of(Event event) {
  switch (event) {
    case Event::kWeightSramRead:
    case Event::kWeightSramWrite:
      return OnChipMemory::kWeightSram;
    case Event::kActivationSramRead:
    case Event::kActivationSramWrite:
      return OnChipMemory::kActivationSram;
    case Event::kAccumulatorRead:
    case Event::kAccumulatorWrite:
      return OnChipMemory::kAccumulator;
    default:
      return std::nullopt;
  }
}

std::optional<OnChipMemory> memory_of(Leaker leaker) {
  switch (leaker) {
    case Leaker::kWeightSram:
      return OnChipMemory::kWeightSram;
    case Leaker::kActivationSram:
      return OnChipMemory::kActivationSram;
    case Leaker::kAccumulator:
      return OnChipMemory::kAccumulator;
    default:
      return std::nullopt;
  }
}

double leakage_units(Leaker leaker, const hardware::AcceleratorSpec& spec) {
  switch (leaker) {
    case Leaker::kArray:
      return static_cast<double>(spec.array.rows) * spec.array.columns;
    case Leaker::kWeightSram:
      return spec.weight_sram.leaking_kib();
    case Leaker::kActivationSram:
      return spec.activation_sram.capacity_kib;
    case Leaker::kAccumulator:  // two halves a column
      return 2.0 * spec.array.columns * spec.accumulator.depth * spec.accumulator.bits / 8 / 1024;
    case Leaker::kVectorUnit:
      return spec.vector_lanes;
    case Leaker::kDram:
      return 1;
    case Leaker::kCount:
      break;
  }
  throw std::logic_error("unknown leaker");
}

std::optional<double> event_bits(Event event, const hardware::AcceleratorSpec& spec) {
  switch (event) {
    case Event::kMacActive:
    case Event::kMacGated:
    case Event::kPeIdleCycle:
    case Event::kVectorOp:
    case Event::kCodeXor:
      return std::nullopt;
    case Event::kActivationShift:
    case Event::kWeightRegisterWrite:
    case Event::kActivationSramRead:
    case Event::kActivationSramWrite:
    case Event::kParameterRead:
    case Event::kDramRead:
    case Event::kDramWrite:
      return kByte;
    case Event::kPsumShift:
    case Event::kAccumulatorRead:
    case Event::kAccumulatorWrite:
      return spec.accumulator.bits;
    case Event::kWeightSramRead:
    case Event::kWeightSramWrite:
      return spec.weight_sram.access_bits();
    case Event::kCount:
      break;
  }
  throw std::logic_error("unknown event");
}

EnergyTable::EnergyTable(EnergyTableData data) : data_(std::move(data)) {
  for (const Rail rail : kReferenceRails) {
    const double volts = data_.reference_volts[rail];
    if (!(std::isfinite(volts) && volts > 0)) {
      refuse("reference_volts." + to_string(rail), "must be above 0");
    }
  }
  if (data_.sram) {
    try {
      data_.sram->validate();
    } catch (const InputError& error) {
      throw error.below("sram");
    }
  }
  if (data_.clock && data_.clock->threshold_v >= data_.reference_volts[Rail::kLogic]) {
    refuse("clock.threshold_v", "must be below reference_volts.logic");
  }
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) check_event(i, data_);
  for (std::size_t i = 0; i < kLeakerCount; ++i) check_leakage(i, data_);
}

double EnergyTable::reference_volts(Rail rail) const {
  if (std::find(kReferenceRails.begin(), kReferenceRails.end(), rail) == kReferenceRails.end()) {
    throw std::logic_error("the reference voltage of a rail that has none: " + to_string(rail));
  }
  return data_.reference_volts[rail];
}

const EventPrice& EnergyTable::price(Event event) const {
  return data_.events.at(static_cast<std::size_t>(event)).value();
}

const LeakagePrice& EnergyTable::price(Leaker leaker) const {
  return data_.leakage.at(static_cast<std::size_t>(leaker)).value();
}

double EnergyTable::joules(Event event, const hardware::AcceleratorSpec& spec) const {
  const EventPrice& entry = price(event);
  if (entry.by_model) {
    const SizeLaw& law = is_write(event) ? data_.sram->write : data_.sram->read;
    return at_bank(law, memory_of(event).value(), spec) * event_bits(event, spec).value();
  }
  return entry.per_bit ? entry.joules * event_bits(event, spec).value() : entry.joules;
}

double EnergyTable::watts(Leaker leaker, const hardware::AcceleratorSpec& spec) const {
  const LeakagePrice& entry = price(leaker);
  const double unit =
      entry.by_model ? at_bank(data_.sram->leakage, memory_of(leaker).value(), spec) : entry.watts;
  const double at_reference = unit * leakage_units(leaker, spec);
  return data_.temperature ? at_reference * data_.temperature->factor() : at_reference;
}

double EnergyTable::clock_factor(double volts) const {
  return data_.clock ? data_.clock->factor(volts, data_.reference_volts[Rail::kLogic]) : 1;
}

std::optional<double> EnergyTable::area_mm2(OnChipMemory memory,
                                            const hardware::AcceleratorSpec& spec) const {
  if (!data_.sram) return {};
  const double kib = memory == OnChipMemory::kWeightSram ? spec.weight_sram.area_kib()
                                                         : leakage_units(leaker_of(memory), spec);
  return at_bank(data_.sram->area, memory, spec) * kib;
}

std::vector<OnChipMemory> EnergyTable::uncovered(const hardware::AcceleratorSpec& spec) const {
  std::vector<OnChipMemory> memories;
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const auto memory = memory_of(static_cast<Event>(i));
    if (!data_.events[i]->by_model || data_.sram->covers(bank_of(spec, *memory))) continue;
    if (memories.empty() || memories.back() != *memory) memories.push_back(*memory);
  }
  return memories;
}

double EnergyTable::at_bank(const SizeLaw& law, OnChipMemory memory,
                            const hardware::AcceleratorSpec& spec) const {
  return law.at(data_.sram->nearest(bank_of(spec, memory)));
}

}  // namespace brownout::energy
