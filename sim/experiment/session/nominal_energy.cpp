// Nominal and error-free voltage differ in the energy of the weight SRAM's supply alone: no fault
// acts at either, so the same multiplications are gated.
#include "sim/experiment/session/nominal_energy.hpp"

#include "sim/energy/energy_report.hpp"
#include "sim/experiment/session/point_costs.hpp"

namespace brownout::experiment {
namespace {

using hardware::OnChipMemory;

struct MemoryJoules {
  double supply = 0;       ///< of all memories on the weight SRAM's supply
  double weight_sram = 0;  ///< of these
};

/// Of an inference, with that supply at `voltage`.
MemoryJoules joules_at(const Plan& plan, memory::Voltage voltage) {
  hardware::EventCounts counts = plan.clean.counts.transfers;
  for (const hardware::EventCounts& layer : plan.clean.counts.layers) counts += layer;
  const hardware::AcceleratorSpec& spec = plan.program.spec;
  const double seconds =
      static_cast<double>(plan.clean.times.total) / clock_hz(plan, plan.config.operating_point);
  const hardware::Supply& supply = plan.supply();
  energy::SupplyFactors factors;
  for (const hardware::OnChipMemory memory : supply.memories) {
    factors.memories[memory] =
        energy::memory_factor(*plan.config.memory.find(memory)->profile, voltage);
  }
  MemoryJoules joules;
  for (const energy::EnergyTerm& term :
       energy::energy_terms(plan.config.energy_table, spec, counts, seconds, factors)) {
    if (!term.memory || !supply.feeds(*term.memory)) continue;
    joules.supply += term.joules();
    if (*term.memory == hardware::OnChipMemory::kWeightSram) joules.weight_sram += term.joules();
  }
  return joules;
}

}  // namespace

std::optional<NominalSaving> saving_against_nominal(const Plan& plan, const PointEnergy& energy) {
  const config::MemoryConfig& memory = plan.config.memory;
  const auto nominal = memory.weight_sram().profile->data().nominal_voltage;
  if (!nominal) return {};
  const MemoryJoules at_nominal = joules_at(plan, *nominal);
  const memory::Voltage error_free =
      config::error_free(plan.config.operating_point, memory).of(OnChipMemory::kWeightSram).voltage;
  const double error_free_total = energy.total / energy.relative;
  const double nominal_total =
      error_free_total - joules_at(plan, error_free).supply + at_nominal.supply;
  NominalSaving saving{.nominal = *nominal,
                       .total = 1 - energy.total / nominal_total,
                       .weight_sram = 1 - energy.weight_sram / at_nominal.weight_sram};
  if (energy.supply) saving.supply = 1 - *energy.supply / at_nominal.supply;
  return saving;
}

}  // namespace brownout::experiment
