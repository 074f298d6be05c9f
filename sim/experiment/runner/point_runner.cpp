#include "sim/experiment/runner/point_runner.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/runner/point_text.hpp"
#include "sim/experiment/runner/results_directory.hpp"
#include "sim/experiment/runner/worker_pool.hpp"

namespace brownout::experiment {
namespace {

Journal::Key key_of(const Point& point) { return {point.voltage, point.chip, point.part}; }

/// A journal of other points must not be mixed into these. `header`: of its rows.
void require_fitting(const std::map<Journal::Key, PointRows>& finished, const std::string& header,
                     const std::vector<Point>& points, const std::filesystem::path& journal) {
  std::set<Journal::Key> wanted;
  for (const Point& point : points) {
    if (wanted.insert(key_of(point)).second) continue;
    throw std::logic_error("run_points: the point " + point.voltage.text() + ", chip " +
                           std::to_string(point.chip) + " is asked for twice");
  }
  const auto refuse = [&](const Journal::Key& key, const std::string& why) {
    throw InputError("the row of voltage " + key.voltage.text() + ", chip " +
                     std::to_string(key.chip) + " " + why + "; choose another --out")
        .within(journal.string());
  };
  for (const auto& [key, rows] : finished) {
    if (!wanted.contains(key)) refuse(key, "is of no point that is asked for");
    try {
      const PointSummary found = parse_point_row(header, rows.point);
      if (found.voltage == key.voltage && found.chip == key.chip) continue;
    } catch (const InputError&) {  // refused below
    }
    refuse(key, "does not hold that point's results");
  }
}

const Point& lowest_of(const std::vector<Point>& points) {
  return *std::min_element(points.begin(), points.end(), [](const Point& left, const Point& right) {
    return left.voltage < right.voltage;
  });
}

}  // namespace

void check_points(const Session& session, const std::vector<Point>& points,
                  const std::string& manifest, const std::filesystem::path& out) {
  check_directory(session.plan(), lowest_of(points), out, manifest);
}

RunnerOutcome run_points(const Session& session, const std::vector<Point>& points,
                         const std::string& manifest, const RunnerOptions& options) {
  ResultsDirectory directory(session.plan(), lowest_of(points), options.out, manifest);
  Journal& journal = directory.journal();
  std::map<Journal::Key, PointRows> finished = journal.read();
  require_fitting(finished, points_header(columns_of(session.plan().config)), points,
                  directory.journal_file());

  RunnerOutcome outcome;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!finished.contains(key_of(points[i]))) open.push_back(i);
  }
  outcome.resumed = points.size() - open.size();
  const auto report = [&] {
    if (options.progress) options.progress(finished.size(), points.size());
  };
  report();

  PoolHooks hooks;
  hooks.make_worker = [&] {
    directory.leave_to_parent();
    const auto own = std::make_shared<Session>(session.another());
    return [&points, own](std::size_t task) { return run_to_text(*own, points[task]); };
  };
  hooks.on_result = [&](std::size_t task, const std::string& text) {
    const Journal::Key key = key_of(points[task]);
    const PointRows rows = rows_of(text);
    journal.add(key, rows);
    finished[key] = rows;
    report();
  };
  const auto kept = [&] {
    return std::to_string(finished.size()) + " of " + std::to_string(points.size()) +
           " points are kept in " + options.out.string();
  };
  for (const TaskFailure& failure :
       saying_what_is_kept(kept, [&] { return run_in_workers(open, options.jobs, hooks); })) {
    outcome.failures.push_back(describe(session.plan(), points[failure.task]) + ": " +
                               failure.reason);
  }
  if (!outcome.failures.empty()) return outcome;
  for (const Point& point : points) outcome.rows.push_back(finished.at(key_of(point)));
  return outcome;
}

std::vector<PointSummary> summaries_of(const config::WorkloadConfig& config,
                                       const std::vector<PointRows>& rows) {
  const std::string header = points_header(columns_of(config));
  std::vector<PointSummary> summaries;
  for (const PointRows& row : rows) summaries.push_back(parse_point_row(header, row.point));
  return summaries;
}

}  // namespace brownout::experiment
