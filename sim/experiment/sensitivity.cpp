#include "sim/experiment/sensitivity.hpp"

#include <utility>

#include "memory/base/arithmetic.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/sensitivity_columns.hpp"

namespace brownout::experiment {
namespace {

/// Parts outside, chips inside.
std::vector<Point> points_of(const config::WorkloadConfig& config,
                             const std::vector<FaultPart>& parts, CosimPolicy policy,
                             std::uint64_t chips) {
  const memory::Voltage voltage =
      config.operating_point.voltage(hardware::OnChipMemory::kWeightSram);
  std::vector<Point> points;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::uint64_t key = memory::keyed_hash(config.run.seed, part);
    for (std::uint64_t chip = 0; chip < chips; ++chip) {
      points.push_back({.voltage = voltage,
                        .chip = chip,
                        .cosim_images = cosim_images(policy, chip, chips, key),
                        .faults = parts[part].filter,
                        .part = parts[part].name()});
    }
  }
  return points;
}

std::string dimensions_text(const std::vector<FaultDimension>& dimensions) {
  std::string text;
  for (const FaultDimension dimension : dimensions) {
    text += (text.empty() ? "" : ",") + to_string(dimension);
  }
  return text;
}

/// The whole network, to relate parts to.
FaultPart whole_network(const Plan& plan) {
  return split_faults(plan.network, plan.stored_weights(), plan.config.memory.scheme, {}, {})[1];
}

/// What is known of one part: its points by chip, and those without faults.
struct PartPoints {
  const FaultPart& part;
  const PointSummary* points;
  const PointSummary* clean;
  std::size_t chips;
};

PartSummary summary_of(const PartPoints& of, const FaultPart& whole, Metric metric) {
  const auto score = [&](const PointSummary& point) { return point.score[metric].value(); };
  PartSummary summary{.part = of.part,
                      .weights_share = share(of.part.weights, whole.weights),
                      .weight_bits_share = share(of.part.weight_bits, whole.weight_bits),
                      .chips = of.chips};
  std::vector<double> scores;
  for (std::size_t chip = 0; chip < of.chips; ++chip) {
    const PointSummary& point = of.points[chip];
    summary.effective_ber += point.effective_ber / static_cast<double>(of.chips);
    summary.weights_changed += point.weights_changed / static_cast<double>(of.chips);
    scores.push_back(score(point));
    summary.drops.push_back(drop(metric, score(of.clean[chip]), scores.back()));
  }
  summary.score = spread_of(std::move(scores));
  summary.drop = drop_over(summary.drops);
  return summary;
}

}  // namespace

SensitivityOutcome run_sensitivity(const Session& session, const SensitivityOptions& options) {
  const Plan& plan = session.plan();
  const auto chips = static_cast<std::size_t>(plan.config.sweep.chips);
  const std::vector<FaultPart> parts =
      split_faults(plan.network, plan.stored_weights(), plan.config.memory.scheme, plan.faults,
                   options.dimensions);
  const std::vector<Point> points = points_of(plan.config, parts, options.cosim, chips);
  const std::string manifest =
      manifest_json(plan, options.cosim, {{"sensitivity", dimensions_text(options.dimensions)}});
  RunnerOutcome finished = run_points(session, points, manifest, options.runner);
  SensitivityOutcome outcome{.parts = {},
                             .points = points.size(),
                             .resumed = finished.resumed,
                             .failures = std::move(finished.failures)};
  if (!outcome.failures.empty()) return outcome;

  const std::vector<PointSummary> summaries = summaries_of(plan.config, finished.rows);
  const FaultPart whole = whole_network(plan);
  std::vector<SensitivityRow> rows;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const PartPoints of{parts[i], &summaries[i * chips], &summaries[0], chips};
    for (std::size_t chip = 0; chip < chips; ++chip) {
      rows.push_back({parts[i], whole, of.points[chip], of.clean[chip], plan.unit()});
    }
    outcome.parts.push_back(summary_of(of, whole, session.images().metric));
  }
  write_whole_file(options.runner.out / "sensitivity.csv", csv_text(sensitivity_columns(), rows));
  return outcome;
}

}  // namespace brownout::experiment
