#include "sim/experiment/sweep.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "memory/keyed_random.hpp"
#include "sim/experiment/directory_lock.hpp"
#include "sim/experiment/evaluate_point.hpp"
#include "sim/experiment/journal.hpp"
#include "sim/experiment/manifest.hpp"
#include "sim/experiment/whole_file.hpp"
#include "sim/experiment/worker_pool.hpp"

namespace brownout::experiment {
namespace {

/// The grid, by falling voltage, then chip: the order of the CSV files.
std::vector<Point> make_grid(const Workbench& bench, CosimPolicy policy) {
  std::vector<memory::Voltage> voltages = bench.config.sweep.voltages;
  std::sort(voltages.rbegin(), voltages.rend());
  const auto chips =
      static_cast<std::uint64_t>(bench.config.memory.chip.map ? 1 : bench.config.sweep.chips);
  std::vector<Point> grid;
  for (const memory::Voltage voltage : voltages) {
    const std::uint64_t chosen =
        memory::keyed_hash(bench.config.run.seed, static_cast<std::uint64_t>(voltage.micro())) %
        chips;
    for (std::uint64_t chip = 0; chip < chips; ++chip) {
      const bool cosim =
          policy == CosimPolicy::kAll || (policy == CosimPolicy::kOne && chip == chosen);
      grid.push_back({voltage, chip, cosim ? 1 : 0});
    }
  }
  return grid;
}

/// Everything that can be wrong with the input is wrong before a directory appears: the voltages
/// against profile and map, and an existing directory against this sweep.
void validate(const Workbench& bench, const std::vector<Point>& grid,
              const std::filesystem::path& out, const std::string& manifest) {
  config::check_sweep(bench.config);
  const std::unique_ptr<memory::FaultMap> chip = make_chip(bench, 0);
  chip->masks_at(grid.back().voltage);
  if (!std::filesystem::exists(out)) return;
  if (!std::filesystem::is_directory(out)) {
    throw std::runtime_error(out.string() + ": exists and is no directory");
  }
  if (std::filesystem::exists(out / "manifest.json")) {
    require_same_manifest(out / "manifest.json", manifest);
  } else if (!std::filesystem::is_empty(out)) {
    throw std::runtime_error(out.string() +
                             ": holds other files and no sweep; choose another --out");
  }
}

constexpr char kRowEnd = '\n';  // between the point's row and its layers' in a worker's answer

std::string evaluate_to_text(Evaluator& evaluator, const Point& point) {
  const PointResult result = evaluator.evaluate(point);
  return point_row(result) + kRowEnd + layer_rows(result);
}

PointRows rows_of(const std::string& text) {
  const std::size_t end = text.find(kRowEnd);
  return {text.substr(0, end), text.substr(end + 1)};
}

void write_csv_files(const std::filesystem::path& out, const std::vector<Point>& grid,
                     const std::map<Journal::Key, PointRows>& finished) {
  std::string points = points_header() + '\n';
  std::string layers = layers_header() + '\n';
  for (const Point& point : grid) {
    const PointRows& rows = finished.at({point.voltage, point.chip});
    points += rows.point + '\n';
    layers += rows.layers;
  }
  write_whole_file(out / "points.csv", points);
  write_whole_file(out / "layers.csv", layers);
}

std::string describe(const Workbench& bench, const Point& point) {
  return point.voltage.text() + " " + bench.unit() + ", chip " + std::to_string(point.chip);
}

}  // namespace

CosimPolicy parse_cosim_policy(std::string_view name) {
  if (name == "none") return CosimPolicy::kNone;
  if (name == "one") return CosimPolicy::kOne;
  if (name == "all") return CosimPolicy::kAll;
  throw std::runtime_error("'" + std::string(name) + "' is not one of none, one, all");
}

std::string to_string(CosimPolicy policy) {
  switch (policy) {
    case CosimPolicy::kNone:
      return "none";
    case CosimPolicy::kOne:
      return "one";
    case CosimPolicy::kAll:
      return "all";
  }
  throw std::logic_error("unknown co-simulation policy");
}

SweepOutcome run_sweep(const Workbench& bench, const SweepOptions& options) {
  const std::vector<Point> grid = make_grid(bench, options.cosim);
  const std::string manifest = manifest_json(bench, options.cosim);
  validate(bench, grid, options.out, manifest);
  std::filesystem::create_directories(options.out);
  DirectoryLock lock(options.out);
  write_whole_file(options.out / "manifest.json", manifest);
  Journal journal(options.out / "results.sqlite");
  std::map<Journal::Key, PointRows> finished = journal.read();

  SweepOutcome outcome;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (!finished.contains({grid[i].voltage, grid[i].chip})) open.push_back(i);
  }
  outcome.resumed = grid.size() - open.size();
  const auto report = [&] {
    if (options.progress) options.progress(finished.size(), grid.size());
  };
  report();

  PoolHooks hooks;
  hooks.make_worker = [&] {
    lock.leave_to_parent();
    const auto evaluator = std::make_shared<Evaluator>(bench);
    return
        [&grid, evaluator](std::size_t task) { return evaluate_to_text(*evaluator, grid[task]); };
  };
  hooks.on_result = [&](std::size_t task, const std::string& text) {
    const Journal::Key key{grid[task].voltage, grid[task].chip};
    finished[key] = rows_of(text);
    journal.add(key, finished[key]);
    report();
  };
  for (const TaskFailure& failure : run_in_workers(open, options.jobs, hooks)) {
    outcome.failures.push_back(describe(bench, grid[failure.task]) + ": " + failure.reason);
  }
  if (!outcome.failures.empty()) return outcome;
  write_csv_files(options.out, grid, finished);
  for (const Point& point : grid) {
    outcome.points.push_back(parse_point_row(finished.at({point.voltage, point.chip}).point));
  }
  return outcome;
}

}  // namespace brownout::experiment
