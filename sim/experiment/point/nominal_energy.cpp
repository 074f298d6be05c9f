// Nominal and error-free voltage differ in the weight SRAM's energy alone: no fault acts at either,
// so the same multiplications are gated.
#include "sim/experiment/point/nominal_energy.hpp"

#include "sim/energy/energy_report.hpp"

namespace brownout::experiment {
namespace {

double weight_sram_joules(const Workbench& bench, memory::Voltage voltage) {
  hardware::EventCounts counts = bench.counts.transfers;
  for (const hardware::EventCounts& layer : bench.counts.layers) counts += layer;
  const hardware::AcceleratorSpec& spec = bench.program.spec;
  const double seconds = static_cast<double>(bench.times.total) / spec.clock_hz;
  const energy::EnergyTable& table = bench.config.energy_table;
  const energy::RailFactors factors =
      energy::rail_factors(table, *bench.config.memory.profile, voltage);
  return energy::energy_of(table, spec, counts, seconds, factors).weight_sram_joules();
}

}  // namespace

std::optional<NominalSaving> saving_against_nominal(const Workbench& bench,
                                                    const PointResult& point) {
  const auto nominal = bench.config.memory.profile->data().nominal_voltage;
  if (!nominal) return {};
  const double nominal_sram = weight_sram_joules(bench, *nominal);
  const double error_free_sram = weight_sram_joules(bench, bench.error_free_voltage());
  const double error_free_total = point.energy.total() / point.energy_rel;
  const double nominal_total = error_free_total - error_free_sram + nominal_sram;
  return NominalSaving{.nominal = *nominal,
                       .total = 1 - point.energy.total() / nominal_total,
                       .weight_sram = 1 - point.energy.weight_sram / nominal_sram};
}

}  // namespace brownout::experiment
