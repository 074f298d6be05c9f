#include "sim/experiment/line_sensitivity.hpp"

#include <algorithm>
#include <utility>

#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::experiment {
namespace {

using memory::LineFaults;
using memory::LineKind;

/// The damaged lines of each chip.
using LinesOfChips = std::vector<std::vector<DamagedLine>>;

LinesOfChips lines_of_chips(const Plan& plan, const LineSensitivityOptions& options) {
  LinesOfChips chips;
  for (int number = 0; number < plan.config.sweep.chips; ++number) {
    const auto chip = static_cast<std::uint64_t>(number);
    chips.push_back(
        damaged_lines(plan, Chip(plan, chip), operating_point(plan.config, chip), options.kind));
    if (options.kind != LineKind::kBank && chips.back().size() > options.lines) {
      chips.back().resize(options.lines);
    }
  }
  return chips;
}

/// So many ranks do all chips have.
std::size_t ranks_of(const LinesOfChips& chips) {
  std::size_t ranks = chips.front().size();
  for (const auto& lines : chips) ranks = std::min(ranks, lines.size());
  return ranks;
}

/// The points of all chips by what fails on them: nothing, everything, then rank by rank a line
/// alone and all but the line.
class LinePoints {
 public:
  LinePoints(const Plan& plan, const LinesOfChips& lines, const LineSensitivityOptions& options)
      : plan_(plan), lines_(lines), options_(options) {
    storage::FaultFilter none = plan.faults;
    none.bits = 0;
    add("none", none, [](const auto&) { return std::nullopt; });
    add("all", plan.faults, [](const auto&) { return std::nullopt; });
    for (std::size_t rank = 0; rank < ranks_of(lines); ++rank) {
      for (const auto which : {LineFaults::Which::kAlone, LineFaults::Which::kRepaired}) {
        const std::string name = memory::to_string(options.kind) + " #" + std::to_string(rank) +
                                 (which == LineFaults::Which::kAlone ? " alone" : " repaired");
        add(name, plan.faults, [&](const std::vector<DamagedLine>& of_chip) {
          return std::optional(LineFaults{of_chip[rank].line, which});
        });
      }
    }
  }
  const std::vector<Point>& points() const { return points_; }

 private:
  template <typename LineOfChip>
  void add(const std::string& name, const storage::FaultFilter& faults, LineOfChip&& line) {
    const std::uint64_t key = memory::keyed_hash(plan_.config.run.seed, points_.size());
    for (std::uint64_t chip = 0; chip < lines_.size(); ++chip) {
      Point point = operating_point(plan_.config, chip);
      point.cosim_images = cosim_images(options_.cosim, chip, lines_.size(), key);
      point.faults = faults;
      point.line = line(lines_[chip]);
      point.part = name;
      points_.push_back(std::move(point));
    }
  }

  const Plan& plan_;
  const LinesOfChips& lines_;
  const LineSensitivityOptions& options_;
  std::vector<Point> points_;
};

LineSummary summary_of(std::vector<LineRow> chips) {
  std::vector<double> faults, shares, alone, regained;
  for (const LineRow& row : chips) {
    faults.push_back(static_cast<double>(row.damage.faults));
    shares.push_back(row.damage.error_share);
    alone.push_back(row.drop_alone());
    regained.push_back(row.regained());
  }
  return {.chips = std::move(chips),
          .regained_by_chip = regained,
          .faults = spread_of(std::move(faults)),
          .error_share = spread_of(std::move(shares)),
          .drop_alone = drop_over(alone),
          .regained = drop_over(regained)};
}

/// `summaries` of the points.
std::vector<LineSummary> summarize_lines(const std::vector<PointSummary>& summaries,
                                         const LinesOfChips& lines, const std::string& unit,
                                         Metric metric) {
  const std::size_t chips = lines.size();
  std::vector<LineSummary> ranks;
  for (std::size_t rank = 0; rank < ranks_of(lines); ++rank) {
    std::vector<LineRow> rows;
    for (std::size_t chip = 0; chip < chips; ++chip) {
      const auto at = [&](std::size_t what) { return summaries[what * chips + chip]; };
      rows.push_back({.rank = rank,
                      .damage = lines[chip][rank],
                      .unit = unit,
                      .metric = metric,
                      .clean = at(0),
                      .all = at(1),
                      .alone = at(2 + 2 * rank),
                      .repaired = at(3 + 2 * rank)});
    }
    ranks.push_back(summary_of(std::move(rows)));
  }
  return ranks;
}

Spread drop_of_all(const std::vector<PointSummary>& summaries, std::size_t chips, Metric metric) {
  std::vector<double> drops;
  for (std::size_t chip = 0; chip < chips; ++chip) {
    drops.push_back(drop(metric, summaries[chip].score[metric].value(),
                         summaries[chips + chip].score[metric].value()));
  }
  return drop_over(drops);
}

}  // namespace

std::optional<LineKind> line_kind_of(std::string_view name) {
  for (const LineKind kind : {LineKind::kBank, LineKind::kRow, LineKind::kBitline}) {
    if (name == memory::to_string(kind)) return kind;
  }
  return {};
}

LineSensitivityOutcome run_line_sensitivity(const Session& session,
                                            const LineSensitivityOptions& options) {
  const Plan& plan = session.plan();
  const LinesOfChips lines = lines_of_chips(plan, options);
  const LinePoints asked(plan, lines, options);
  const std::string manifest = manifest_json(
      plan, options.cosim,
      {{"sensitivity", memory::to_string(options.kind) + " " + std::to_string(ranks_of(lines))}});
  RunnerOutcome finished = run_points(session, asked.points(), manifest, options.runner);
  LineSensitivityOutcome outcome{.lines = {},
                                 .drop_of_all = Spread{},
                                 .points = asked.points().size(),
                                 .resumed = finished.resumed,
                                 .failures = std::move(finished.failures)};
  if (!outcome.failures.empty()) return outcome;

  const std::vector<PointSummary> summaries = summaries_of(plan.config, finished.rows);
  const Metric metric = session.images().metric;
  outcome.drop_of_all = drop_of_all(summaries, lines.size(), metric);
  outcome.lines = summarize_lines(summaries, lines, plan.unit(), metric);
  std::vector<LineRow> rows;
  for (const LineSummary& rank : outcome.lines) {
    rows.insert(rows.end(), rank.chips.begin(), rank.chips.end());
  }
  write_whole_file(options.runner.out / "lines.csv", csv_text(line_columns(), rows));
  return outcome;
}

}  // namespace brownout::experiment
