#include "sim/experiment/runner/point_runner.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/runner/directory_lock.hpp"
#include "sim/experiment/runner/interruption.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/runner/worker_pool.hpp"
#include "sim/experiment/session/chip.hpp"

namespace brownout::experiment {
namespace {

// A map may end above the voltage.
void require_measured(const Plan& plan, const Chip& chip, const config::OperatingPoint& voltages) {
  const std::vector<std::filesystem::path>& maps = plan.config.memory.weight_sram().chip.maps;
  for (const auto& [which, memory] : plan.config.memory.memories) {
    try {
      chip.faults_at(which, voltages.voltage(which));
    } catch (const InputError& error) {
      if (which != hardware::OnChipMemory::kWeightSram || maps.size() < 2) throw;
      throw error.within(maps[chip.number()].string());
    }
  }
}

/// Everything that can be wrong with the input is wrong before a directory appears: the voltages
/// against profile and maps, and an existing directory against these points.
void validate(const Plan& plan, const std::vector<Point>& points, const std::filesystem::path& out,
              const std::string& manifest) {
  const auto lowest = std::min_element(
      points.begin(), points.end(),
      [](const Point& left, const Point& right) { return left.voltage < right.voltage; });
  const config::OperatingPoint voltages = voltages_at(plan, *lowest);
  const std::size_t maps = plan.config.memory.map_count();
  for (std::uint64_t number = 0; number < std::max<std::size_t>(1, maps); ++number) {
    require_measured(plan, Chip(plan, number), voltages);
  }
  if (!std::filesystem::exists(out)) return;
  if (!std::filesystem::is_directory(out)) {
    throw InputError("exists and is no directory").within(out.string());
  }
  if (std::filesystem::exists(out / "manifest.json")) {
    require_same_manifest(out / "manifest.json", manifest);
  } else if (!std::filesystem::is_empty(out)) {
    throw InputError("holds other files and no results; choose another --out").within(out.string());
  }
}

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

constexpr char kRowEnd = '\n';  // between the point's row and its layers' in a worker's answer

std::string run_to_text(Session& session, const Point& point) {
  const PointResult result = session.run(point);
  return point_row(result) + kRowEnd + layer_rows(result);
}

PointRows rows_of(const std::string& text) {
  const std::size_t end = text.find(kRowEnd);
  return {text.substr(0, end), text.substr(end + 1)};
}

std::string describe(const Plan& plan, const Point& point) {
  return point.voltage.text() + " " + plan.unit(plan.supply(point.supply).memories.front()) +
         ", chip " + std::to_string(point.chip) +
         (point.part.empty() ? "" : ", faults of " + point.part);
}

void make_directory(const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) fail_world(out.string() + ": cannot be made", error.value());
}

/// The same, and whatever ends the work early says how much of it is kept.
std::vector<TaskFailure> run_or_say_what_is_kept(const std::vector<std::size_t>& tasks,
                                                 const PoolHooks& hooks,
                                                 const RunnerOptions& options,
                                                 const std::function<std::string()>& kept) {
  try {
    return run_in_workers(tasks, options.jobs, hooks);
  } catch (const Interrupted& interrupted) {
    throw Interrupted(interrupted.signal(), kept());
  } catch (const WorldError& error) {
    throw WorldError(std::string(error.what()) + " (" + kept() + "; the same command goes on)");
  }
}

}  // namespace

RunnerOutcome run_points(const Session& session, const std::vector<Point>& points,
                         const std::string& manifest, const RunnerOptions& options) {
  validate(session.plan(), points, options.out, manifest);
  make_directory(options.out);
  DirectoryLock lock(options.out);
  const std::filesystem::path manifest_file = options.out / "manifest.json";
  if (!std::filesystem::exists(manifest_file)) write_whole_file(manifest_file, manifest);
  const std::filesystem::path journal_file = options.out / "results.sqlite";
  Journal journal(journal_file);
  std::map<Journal::Key, PointRows> finished = journal.read();
  require_fitting(finished, points_header(columns_of(session.plan().config)), points, journal_file);

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
    lock.leave_to_parent();
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
  for (const TaskFailure& failure : run_or_say_what_is_kept(open, hooks, options, kept)) {
    outcome.failures.push_back(describe(session.plan(), points[failure.task]) + ": " +
                               failure.reason);
  }
  if (!outcome.failures.empty()) return outcome;
  for (const Point& point : points) outcome.rows.push_back(finished.at(key_of(point)));
  return outcome;
}

}  // namespace brownout::experiment
