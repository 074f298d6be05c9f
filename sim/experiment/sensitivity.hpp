// Where it hurts: the accuracy when only a part of the weight SRAM's faults acts, at one voltage on
// the same chips for every part.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/fault_parts.hpp"
#include "sim/experiment/results/spread.hpp"
#include "sim/experiment/runner/cosim_policy.hpp"
#include "sim/experiment/runner/point_runner.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

/// One part over the chips. Drops are of the workload's metric, against the same chip without
/// faults in its weights: how much worse it is.
struct PartSummary {
  FaultPart part;
  double weights_share = 0, weight_bits_share = 0;  ///< of all weights, of all their bits
  std::size_t chips = 0;
  double effective_ber = 0, weights_changed = 0;  ///< means
  Spread score = {};                              ///< of the workload's metric
  std::vector<double> drops = {};                 ///< chip by chip
  Spread drop = {};                               ///< of them
};

struct SensitivityOptions {
  std::vector<FaultDimension> dimensions;
  CosimPolicy cosim = CosimPolicy::kOne;  ///< of the chips of each part
  RunnerOptions runner;
};

struct SensitivityOutcome {
  std::vector<PartSummary> parts;  ///< in the order of split_faults; none when a point failed
  std::size_t points = 0, resumed = 0;
  std::vector<std::string> failures;
};

/// At config.operating_point, on config.sweep.chips chips; the parts are of config.memory.faults.
/// Writes OUT/{sensitivity.csv, manifest.json, results.sqlite}, the first with a row per part and
/// chip. Throws and forks as run_points does.
SensitivityOutcome run_sensitivity(const Session& session, const SensitivityOptions& options);

}  // namespace brownout::experiment
