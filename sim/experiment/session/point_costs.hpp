// What an operating point costs: the closed form's cycles and counts, priced by the energy table.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/energy/energy_report.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

/// The accelerator's, at the voltage of the logic.
double clock_hz(const Plan& plan, const config::OperatingPoint& voltages);

/// The closed forms of a run's inferences, summed: they differ where words are fetched again for
/// cells that fail in some inferences only.
struct RunForm {
  models::ByNode<hardware::CycleBreakdown> layers;
  hardware::Cycle transfer_cycles = 0;  ///< of input and output
  hardware::Cycle total = 0;            ///< all of these
  timing::ProgramCounts counts;
  std::int64_t inferences = 0;

  /// Of so many inferences.
  void add(const Plan& plan, const ClosedForm& form, std::int64_t times);
};

/// Fills layers (one a node, then the transfers), energy, cycles, stall cycles and latency of
/// `result`, which has its images: means over the inferences, cycles to a whole one. `gated_macs`
/// are summed over these.
void add_costs(const Plan& plan, const RunForm& run, const config::OperatingPoint& voltages,
               const models::ByNode<std::uint64_t>& gated_macs, PointResult& result);

/// Where the energy of an inference goes: every event and every leaker, summed over the layers of
/// `result`. What banks and
/// reads at other voltages than the supply's take beyond it comes last. Points into the plan.
std::vector<energy::EnergyTerm> energy_terms(const Plan& plan,
                                             const config::OperatingPoint& voltages,
                                             const PointResult& result);

/// Of these what the memories of a supply take.
double supply_joules(const Plan& plan, const config::OperatingPoint& voltages,
                     const hardware::Supply& supply, const PointResult& result);

/// Joules per inference that mitigations of weights cost: what they would cost less without check
/// bits, spare lines and what protected bits take beyond others, without the logic of a word code,
/// and without words that are fetched again or hold flags.
double mitigation_joules(const Plan& plan, const RunForm& run,
                         const config::OperatingPoint& voltages, const PointResult& result);

}  // namespace brownout::experiment
