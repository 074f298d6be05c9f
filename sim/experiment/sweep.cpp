#include "sim/experiment/sweep.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "memory/numbers/keyed_random.hpp"
#include "memory/numbers/text_number.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/runner/worker_pool.hpp"

namespace brownout::experiment {
namespace {

/// The grid, by falling voltage, then chip: the order of the CSV files.
std::vector<Point> make_grid(const Workbench& bench, CosimPolicy policy) {
  std::vector<memory::Voltage> voltages = bench.config.sweep.voltages;
  std::sort(voltages.rbegin(), voltages.rend());
  const auto chips = static_cast<std::uint64_t>(bench.config.sweep.chips);
  std::vector<Point> grid;
  for (const memory::Voltage voltage : voltages) {
    const std::uint64_t key =
        memory::keyed_hash(bench.config.run.seed, static_cast<std::uint64_t>(voltage.micro()));
    for (std::uint64_t chip = 0; chip < chips; ++chip) {
      grid.push_back({.voltage = voltage,
                      .chip = chip,
                      .cosim_images = cosim_images(policy, chip, chips, key),
                      .rail = bench.config.sweep.rail});
    }
  }
  return grid;
}

void write_csv_files(const std::filesystem::path& out, bool other_rails,
                     const std::vector<PointRows>& rows) {
  std::string points = points_header(other_rails) + '\n';
  std::string layers = layers_header() + '\n';
  for (const PointRows& row : rows) {
    points += row.point + '\n';
    layers += row.layers;
  }
  write_whole_file(out / "points.csv", points);
  write_whole_file(out / "layers.csv", layers);
}

// In a process of its own: this one must not have used the engine before it forks others.
double clean_value(const Workbench& bench) {
  double value = 0;
  PoolHooks hooks;
  hooks.make_worker = [&] {
    const auto evaluator = std::make_shared<Evaluator>(bench);
    return [&bench, evaluator](std::size_t) {
      return memory::format_double(evaluator->clean_score()[bench.metric()].value().value);
    };
  };
  hooks.on_result = [&](std::size_t, const std::string& text) {
    value = memory::parse_double(text).value();
  };
  const std::vector<TaskFailure> failures = run_in_workers({0}, 1, hooks);
  if (failures.empty()) return value;
  throw std::runtime_error("the network without faults: " + failures.front().reason);
}

PassMark mark_of(const Workbench& bench, const AccuracyTarget& target) {
  if (!is_share(bench.metric())) throw std::logic_error("mark_of: the metric is no share");
  const double minimum =
      target.minimum ? *target.minimum : std::max(0.0, clean_value(bench) - target.max_drop / 100);
  return {bench.metric(), minimum};
}

}  // namespace

SweepOutcome run_sweep(const Workbench& bench, const SweepOptions& options) {
  config::check_sweep(bench.config);
  const std::vector<Point> grid = make_grid(bench, options.cosim);
  RunnerOutcome outcome = run_points(bench, grid, manifest_json(bench, options.cosim),
                                     {options.out, options.jobs, options.progress});
  SweepOutcome result{
      .points = {}, .resumed = outcome.resumed, .failures = std::move(outcome.failures)};
  if (!result.failures.empty()) return result;
  write_csv_files(options.out, bench.config.memory.has_other_rails(), outcome.rows);
  for (const PointRows& row : outcome.rows) result.points.push_back(parse_point_row(row.point));
  if (options.target) {
    result.mark = mark_of(bench, *options.target);
    write_whole_file(
        options.out / "dies.csv",
        dies_csv(result.points, bench.config.memory.chip.maps, bench.unit(), *result.mark));
  }
  return result;
}

}  // namespace brownout::experiment
