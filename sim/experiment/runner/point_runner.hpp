// Many points, evaluated by forked workers into a directory: journalled one by one, resumable.
// Which points they are and which files come of them is for the caller to say.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

struct RunnerOptions {
  std::filesystem::path out;
  int jobs = 1;
  /// Called after every finished point, and once at the start with what an earlier run finished.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

struct RunnerOutcome {
  std::vector<PointRows> rows;        ///< in the order of the points; none when a point failed
  std::size_t resumed = 0;            ///< points that an earlier run had finished
  std::vector<std::string> failures;  ///< points that failed, with the reason
};

/// What run_points checks before it creates anything. Throws InputError.
void check_points(const Session& session, const std::vector<Point>& points,
                  const std::string& manifest, const std::filesystem::path& out);

/// Writes OUT/{manifest.json, results.sqlite}. Points differ in voltage, chip or part. Everything
/// is validated before OUT is created. Throws InputError for a voltage outside profile or
/// map, and when OUT holds other results or its journal other points; WorldError and Interrupted
/// say what is kept. Forks: the calling process must not have run a point.
RunnerOutcome run_points(const Session& session, const std::vector<Point>& points,
                         const std::string& manifest, const RunnerOptions& options);

/// What the rows of a workload's points say.
std::vector<PointSummary> summaries_of(const config::WorkloadConfig& config,
                                       const std::vector<PointRows>& rows);

}  // namespace brownout::experiment
