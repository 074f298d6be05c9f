// Multiplications and sums in one fixed order; no library function, so every CPU gives the same
// bits.
#include "sim/energy/energy_report.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace brownout::energy {
namespace {

using hardware::OnChipMemory;

/// Of those that may have a supply of their own beside the table's rails.
std::optional<OnChipMemory> memory_of(hardware::Event event) {
  switch (event) {
    case hardware::Event::kActivationSramRead:
    case hardware::Event::kActivationSramWrite:
      return OnChipMemory::kActivationSram;
    case hardware::Event::kAccumulatorRead:
    case hardware::Event::kAccumulatorWrite:
      return OnChipMemory::kAccumulator;
    default:
      return std::nullopt;
  }
}

std::optional<OnChipMemory> memory_of(Leaker leaker) {
  if (leaker == Leaker::kActivationSram) return OnChipMemory::kActivationSram;
  if (leaker == Leaker::kAccumulator) return OnChipMemory::kAccumulator;
  return std::nullopt;
}

void require_amount(const char* what, double value) {
  if (!(std::isfinite(value) && value >= 0)) {
    throw std::logic_error(std::string(what) +
                           " of an energy report is not a number of at least 0");
  }
}

EnergyItem& item_of(EnergyBreakdown& breakdown, const Provenance& provenance) {
  const auto found =
      std::find_if(breakdown.items.begin(), breakdown.items.end(), [&](const EnergyItem& item) {
        return item.component == provenance.component && item.rail == provenance.rail;
      });
  if (found != breakdown.items.end()) return *found;
  return breakdown.items.emplace_back(EnergyItem{provenance.component, provenance.rail, 0, 0});
}

}  // namespace

RailFactor scaled_rail(double volts, double reference_volts) {
  const double ratio = volts / reference_volts;
  return {.dynamic = ratio * ratio, .leakage = ratio};
}

RailFactor memory_factor(const memory::VoltageProfile& profile, memory::Voltage voltage) {
  profile.require_covered(voltage);
  return {.dynamic = profile.access_energy_factor(voltage),
          .leakage = profile.leakage_factor(voltage)};
}

const RailFactor& RailFactors::of(hardware::Event event, Rail rail) const {
  const auto memory = memory_of(event);
  return memory && own[*memory] ? *own[*memory] : (*this)[rail];
}

const RailFactor& RailFactors::of(Leaker leaker, Rail rail) const {
  const auto memory = memory_of(leaker);
  return memory && own[*memory] ? *own[*memory] : (*this)[rail];
}

RailFactors rail_factors(const EnergyTable& table, const memory::VoltageProfile& profile,
                         memory::Voltage weight_sram, std::optional<double> logic_volts) {
  RailFactors factors;
  factors[Rail::kWeightSram] = memory_factor(profile, weight_sram);
  if (logic_volts) {
    factors[Rail::kLogic] = scaled_rail(*logic_volts, table.reference_volts(Rail::kLogic));
  }
  return factors;
}

double EnergyBreakdown::joules() const {
  double sum = 0;
  for (const EnergyItem& item : items) sum += item.joules();
  return sum;
}

double EnergyBreakdown::joules(Rail rail) const {
  double sum = 0;
  for (const EnergyItem& item : items) {
    if (item.rail == rail) sum += item.joules();
  }
  return sum;
}

double EnergyBreakdown::dynamic_joules() const {
  double sum = 0;
  for (const EnergyItem& item : items) sum += item.dynamic_joules;
  return sum;
}

double EnergyBreakdown::leakage_joules() const {
  double sum = 0;
  for (const EnergyItem& item : items) sum += item.leakage_joules;
  return sum;
}

double EnergyBreakdown::weight_sram_share() const {
  const double total = joules();
  return total > 0 ? weight_sram_joules() / total : 0;
}

std::vector<EnergyTerm> energy_terms(const EnergyTable& table,
                                     const hardware::AcceleratorSpec& spec,
                                     const hardware::EventCounts& counts, double seconds,
                                     const RailFactors& factors) {
  require_amount("the time", seconds);
  const auto require_factor = [](const RailFactor& factor) {
    require_amount("the dynamic factor", factor.dynamic);
    require_amount("the leakage factor", factor.leakage);
  };
  for (const RailFactor& factor : factors.values) require_factor(factor);
  for (const auto& factor : factors.own.values) {
    if (factor) require_factor(*factor);
  }
  std::vector<EnergyTerm> terms;
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const auto event = static_cast<hardware::Event>(i);
    const Provenance& provenance = table.price(event).provenance;
    terms.push_back({.name = std::string(hardware::kEventNames[i]),
                     .provenance = &provenance,
                     .is_leakage = false,
                     .amount = static_cast<double>(counts[event]),
                     .price = table.joules(event, spec),
                     .factor = factors.of(event, provenance.rail).dynamic});
  }
  for (std::size_t i = 0; i < kLeakerCount; ++i) {
    const auto leaker = static_cast<Leaker>(i);
    const Provenance& provenance = table.price(leaker).provenance;
    terms.push_back({.name = "leakage." + std::string(kLeakageUnits[i].name),
                     .provenance = &provenance,
                     .is_leakage = true,
                     .amount = seconds,
                     .price = table.watts(leaker, spec),
                     .factor = factors.of(leaker, provenance.rail).leakage});
  }
  return terms;
}

EnergyBreakdown energy_of(const EnergyTable& table, const hardware::AcceleratorSpec& spec,
                          const hardware::EventCounts& counts, double seconds,
                          const RailFactors& factors) {
  EnergyBreakdown breakdown;
  for (const EnergyTerm& term : energy_terms(table, spec, counts, seconds, factors)) {
    EnergyItem& item = item_of(breakdown, *term.provenance);
    (term.is_leakage ? item.leakage_joules : item.dynamic_joules) += term.joules();
  }
  return breakdown;
}

}  // namespace brownout::energy
