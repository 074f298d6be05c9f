#include "sim/experiment/sweep.hpp"

#include <algorithm>

#include "memory/keyed_random.hpp"
#include "sim/experiment/manifest.hpp"
#include "sim/experiment/whole_file.hpp"

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
    const std::uint64_t key =
        memory::keyed_hash(bench.config.run.seed, static_cast<std::uint64_t>(voltage.micro()));
    for (std::uint64_t chip = 0; chip < chips; ++chip) {
      grid.push_back({voltage, chip, cosim_images(policy, chip, chips, key)});
    }
  }
  return grid;
}

void write_csv_files(const std::filesystem::path& out, const std::vector<PointRows>& rows) {
  std::string points = points_header() + '\n';
  std::string layers = layers_header() + '\n';
  for (const PointRows& row : rows) {
    points += row.point + '\n';
    layers += row.layers;
  }
  write_whole_file(out / "points.csv", points);
  write_whole_file(out / "layers.csv", layers);
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
  write_csv_files(options.out, outcome.rows);
  for (const PointRows& row : outcome.rows) result.points.push_back(parse_point_row(row.point));
  return result;
}

}  // namespace brownout::experiment
