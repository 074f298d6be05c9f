// Sweeps side by side: all judged by one criterion, and compared at one point of each, by default
// the lowest voltage at which enough of its chips pass.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/experiment/compare/finished_sweep.hpp"
#include "sim/experiment/results/sweep_summary.hpp"
#include "sim/experiment/results/tolerance.hpp"
#include "sim/experiment/results/yield.hpp"

namespace brownout::experiment {

struct ComparisonRequest {
  AskedTarget target = {};
  std::optional<YieldClaim> claim = {};         ///< without it all chips have to pass
  std::optional<memory::Voltage> voltage = {};  ///< where to compare instead
};

struct ComparedSweep {
  FinishedSweep sweep;
  std::optional<PassMark> mark = {};     ///< nothing where the metric is no share
  std::vector<VoltageSummary> voltages;  ///< by falling voltage
  std::vector<VoltageYield> yields;      ///< of the same voltages, where there is a mark
  /// Of `voltages`: the lowest, from the highest down, at which enough chips pass; the one that is
  /// compared. Nothing where there is none.
  std::optional<std::size_t> safe = {}, at = {};

  const VoltageSummary* compared() const { return at ? &voltages[*at] : nullptr; }
};

/// Throws InputError where they are not judged by the same metric, a target is of another one, the
/// chips of a sweep do not decide the claim, or one has not the voltage that is asked for.
std::vector<ComparedSweep> compare(std::vector<FinishedSweep> sweeps,
                                   const ComparisonRequest& request);

/// By how much of `first` another value is more; negative: less. Nothing where one is missing or
/// `first` is 0.
std::optional<double> relative_change(std::optional<double> first, std::optional<double> other);

/// A voltage of a sweep, by what it costs and brings.
struct OperatingChoice {
  std::size_t sweep = 0, voltage = 0;
  double energy_j = 0, score = 0;  ///< means over the chips
};

/// Of all voltages of all sweeps those that no other beats in energy and metric; by rising energy.
std::vector<OperatingChoice> best_choices(const std::vector<ComparedSweep>& sweeps);

/// A layer by its name, in each sweep where it has one.
struct ComparedLayer {
  std::string layer;
  std::vector<std::optional<LayerSummary>> in_sweeps;
};

/// Of the point of each sweep that is compared; of a sweep without one, of its highest voltage. In
/// the order of the first sweep, those that only others have last.
std::vector<ComparedLayer> compare_layers(const std::vector<ComparedSweep>& sweeps);

}  // namespace brownout::experiment
