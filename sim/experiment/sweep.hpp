// A grid of voltages and chips, evaluated by forked workers, journalled point by point, resumable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/results/yield.hpp"
#include "sim/experiment/runner/cosim_policy.hpp"
#include "sim/experiment/runner/point_runner.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

struct SweepOptions {
  std::filesystem::path out;
  int jobs = 1;
  CosimPolicy cosim = CosimPolicy::kOne;  ///< of the chips of each voltage
  AccuracyTarget target = {};  ///< judges nothing where the workload's metric is no share
  /// Called after every finished point, and once at the start with what an earlier run finished.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

struct SweepOutcome {
  std::vector<PointSummary> points;  ///< by falling voltage, then chip
  std::size_t resumed = 0;           ///< points that an earlier run had finished
  std::vector<std::string>
      failures;  ///< points that failed, with the reason; then no CSV is written
  std::optional<PassMark> mark = {};  ///< what the target came to; nothing where there is no share
};

/// What a sweep is going to evaluate, by falling voltage, then chip; and its manifest.
struct SweepGrid {
  std::vector<Point> points;
  std::string manifest;
};

/// Throws InputError for all that run_sweep refuses before it creates anything.
SweepGrid validate_sweep(const Session& session, const SweepOptions& options);

/// Evaluates config.sweep and writes OUT/{results.sqlite, points.csv, layers.csv, manifest.json};
/// where the workload is judged by a share, OUT/{dies.csv, yields.csv} and the target into the
/// manifest, too.
/// Everything is validated before OUT is created. Throws InputError when OUT holds another
/// sweep. Forks: the calling process must not have run a point.
SweepOutcome run_sweep(const Session& session, const SweepOptions& options);

}  // namespace brownout::experiment
