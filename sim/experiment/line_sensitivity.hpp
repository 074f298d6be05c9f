// Which lines of the weight SRAM cost the accuracy: what the faults of a line cost alone, and what
// comes back when the line is repaired, at one voltage.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/line_columns.hpp"
#include "sim/experiment/results/spread.hpp"
#include "sim/experiment/runner/cosim_policy.hpp"
#include "sim/experiment/runner/point_runner.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

/// "bank", "row", "bitline"; nothing for any other word.
std::optional<memory::LineKind> line_kind_of(std::string_view name);

/// The lines of one rank, over the chips.
struct LineSummary {
  std::vector<LineRow> chips;
  std::vector<double> regained_by_chip;
  Spread faults, error_share, drop_alone, regained;
};

struct LineSensitivityOptions {
  memory::LineKind kind{};
  std::size_t lines = 0;  ///< of each chip, at most; banks are all
  CosimPolicy cosim = CosimPolicy::kOne;
  RunnerOptions runner;
};

struct LineSensitivityOutcome {
  /// By rank; none when a point failed, or where on one of the chips no fault changes a weight.
  std::vector<LineSummary> lines;
  Spread drop_of_all;  ///< what all faults cost the chips
  std::size_t points = 0, resumed = 0;
  std::vector<std::string> failures;
};

/// At config.operating_point, on config.sweep.chips chips, with config.memory.faults. Writes
/// OUT/{lines.csv, manifest.json, results.sqlite}, the first with a row per rank and chip. Throws
/// and forks as run_points does.
LineSensitivityOutcome run_line_sensitivity(const Session& session,
                                            const LineSensitivityOptions& options);

}  // namespace brownout::experiment
