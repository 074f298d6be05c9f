// Multiplications and sums in one fixed order; no library function, so every CPU gives the same
// bits.
#include "sim/energy/energy_report.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace brownout::energy {
namespace {

using hardware::OnChipMemory;

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

SupplyFactor SupplyFactors::of(std::optional<OnChipMemory> memory, Rail rail) const {
  if (memory && memories[*memory]) return *memories[*memory];
  return rail == Rail::kLogic ? logic : SupplyFactor{};
}

SupplyFactor logic_factor(const EnergyTable& table, double volts) {
  const double ratio = volts / table.reference_volts(Rail::kLogic);
  return {.dynamic = ratio * ratio, .leakage = ratio};
}

SupplyFactor memory_factor(const memory::VoltageProfile& profile, memory::Voltage voltage) {
  profile.require_covered(voltage);
  return {.dynamic = profile.access_energy_factor(voltage),
          .leakage = profile.leakage_factor(voltage)};
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
                                     const SupplyFactors& factors) {
  require_amount("the time", seconds);
  const auto require_factor = [](const SupplyFactor& factor) {
    require_amount("the dynamic factor", factor.dynamic);
    require_amount("the leakage factor", factor.leakage);
  };
  require_factor(factors.logic);
  for (const auto& factor : factors.memories.values) {
    if (factor) require_factor(*factor);
  }
  std::vector<EnergyTerm> terms;
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    const auto event = static_cast<hardware::Event>(i);
    const Provenance& provenance = table.price(event).provenance;
    terms.push_back({.name = std::string(hardware::kEventNames[i]),
                     .provenance = &provenance,
                     .memory = memory_of(event),
                     .is_leakage = false,
                     .amount = static_cast<double>(counts[event]),
                     .price = table.joules(event, spec),
                     .factor = factors.of(memory_of(event), provenance.rail).dynamic});
  }
  for (std::size_t i = 0; i < kLeakerCount; ++i) {
    const auto leaker = static_cast<Leaker>(i);
    const Provenance& provenance = table.price(leaker).provenance;
    terms.push_back({.name = "leakage." + std::string(kLeakageUnits[i].name),
                     .provenance = &provenance,
                     .memory = memory_of(leaker),
                     .is_leakage = true,
                     .amount = seconds,
                     .price = table.watts(leaker, spec),
                     .factor = factors.of(memory_of(leaker), provenance.rail).leakage});
  }
  return terms;
}

EnergyBreakdown energy_of(const EnergyTable& table, const hardware::AcceleratorSpec& spec,
                          const hardware::EventCounts& counts, double seconds,
                          const SupplyFactors& factors) {
  EnergyBreakdown breakdown;
  for (const EnergyTerm& term : energy_terms(table, spec, counts, seconds, factors)) {
    EnergyItem& item = item_of(breakdown, *term.provenance);
    (term.is_leakage ? item.leakage_joules : item.dynamic_joules) += term.joules();
  }
  return breakdown;
}

}  // namespace brownout::energy
