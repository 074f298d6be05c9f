#include "sim/experiment/sweep.hpp"

#include <algorithm>

#include "memory/base/text_number.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/config/sweep_rates.hpp"
#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/results/statistics_columns.hpp"
#include "sim/experiment/results/yield_columns.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::experiment {
namespace {

/// The grid, by falling voltage, then chip: the order of the CSV files.
std::vector<Point> make_grid(const config::WorkloadConfig& config, CosimPolicy policy) {
  std::vector<memory::Voltage> voltages = config.sweep.voltages;
  std::sort(voltages.rbegin(), voltages.rend());
  const auto chips = static_cast<std::uint64_t>(config.sweep.chips);
  std::vector<Point> grid;
  for (const memory::Voltage voltage : voltages) {
    const std::uint64_t key =
        memory::keyed_hash(config.run.seed, static_cast<std::uint64_t>(voltage.micro()));
    for (std::uint64_t chip = 0; chip < chips; ++chip) {
      grid.push_back({.voltage = voltage,
                      .chip = chip,
                      .cosim_images = cosim_images(policy, chip, chips, key),
                      .supply = config.sweep.supply.name,
                      .ber_asked = config::rate_at(config.sweep, voltage)});
    }
  }
  return grid;
}

/// For the manifest: the bit error rates that were asked for, by voltage.
ManifestEntries rates_of(const config::SweepConfig& sweep) {
  if (sweep.rates.empty()) return {};
  std::string text;
  for (auto entry = sweep.rates.rbegin(); entry != sweep.rates.rend(); ++entry) {
    text += (text.empty() ? "" : "; ") + entry->first.text() + ": ";
    for (std::size_t i = 0; i < entry->second.size(); ++i) {
      text += (i == 0 ? "" : ", ") + format_double(entry->second[i]);
    }
  }
  return {{"ber_asked", text}};
}

SweepGrid grid_of(const Plan& plan, CosimPolicy policy) {
  config::check_sweep(plan.config);
  return {make_grid(plan.config, policy), manifest_json(plan, policy, rates_of(plan.config.sweep))};
}

void write_csv_files(const std::filesystem::path& out, const OptionalColumns& columns,
                     const std::vector<PointRows>& rows) {
  std::string points = points_header(columns) + '\n';
  std::string layers = layers_header(columns) + '\n';
  for (const PointRows& row : rows) {
    points += row.point + '\n';
    layers += row.layers;
  }
  write_whole_file(out / "points.csv", points);
  write_whole_file(out / "layers.csv", layers);
}

std::string swept_unit(const Plan& plan) {
  return plan.unit(plan.config.sweep.supply.memories.front());
}

void write_verdicts(const std::filesystem::path& out, const Plan& plan,
                    const std::vector<PointSummary>& points, const PassMark& mark) {
  const std::string unit = swept_unit(plan);
  write_whole_file(out / "dies.csv",
                   dies_csv(points, plan.config.memory.weight_sram().chip.maps, unit, mark));
  write_whole_file(out / "yields.csv", yields_csv(yields(points, mark), unit));
}

}  // namespace

SweepGrid validate_sweep(const Session& session, const SweepOptions& options) {
  SweepGrid grid = grid_of(session.plan(), options.cosim);
  check_points(session, grid.points, grid.manifest, options.out);
  return grid;
}

SweepOutcome run_sweep(const Session& session, const SweepOptions& options) {
  const Plan& plan = session.plan();
  const SweepGrid grid = grid_of(plan, options.cosim);
  RunnerOutcome outcome = run_points(session, grid.points, grid.manifest,
                                     {options.out, options.jobs, options.progress});
  SweepOutcome result{
      .points = {}, .resumed = outcome.resumed, .failures = std::move(outcome.failures)};
  if (!result.failures.empty()) return result;
  const OptionalColumns columns = columns_of(plan.config);
  write_csv_files(options.out, columns, outcome.rows);
  result.points = summaries_of(plan.config, outcome.rows);
  write_whole_file(options.out / "statistics.csv",
                   csv_text(statistics_columns(), statistics_of(result.points, swept_unit(plan))));
  if (!is_share(session.images().metric)) return result;
  result.mark = mark_of(options.target, session.images().metric, result.points.front().reference);
  write_verdicts(options.out, plan, result.points, *result.mark);
  write_whole_file(options.out / "manifest.json", with_criterion(grid.manifest, *result.mark));
  return result;
}

}  // namespace brownout::experiment
