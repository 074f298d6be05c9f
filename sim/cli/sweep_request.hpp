// What a command line asks of a sweep: the workload with the grid in it, and the claim to decide.
#pragma once

#include <optional>
#include <vector>

#include "sim/cli/notes.hpp"
#include "sim/cli/options.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/experiment/results/tolerance.hpp"

namespace brownout::cli {

struct SweepRequest {
  config::WorkloadConfig config;
  std::optional<experiment::YieldClaim> claim = {};  ///< that its chips decide
  Notes notes;                                       ///< about bit error rates
};

/// `axes`: of every axis one value.
SweepRequest sweep_request(const Arguments& arguments,
                           const std::vector<config::Setting>& axes = {});

/// By another metric no chip passes.
void require_share(const std::optional<experiment::YieldClaim>& claim, experiment::Metric metric);

}  // namespace brownout::cli
