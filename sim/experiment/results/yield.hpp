// Which dies meet an accuracy target: pass and fail of the points of a sweep, the yield at each
// voltage, the lowest voltage of each die.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

/// What a die has to reach: so much of a metric that is a share.
struct PassMark {
  Metric metric = Metric::kTop1;
  double minimum = 0;
};

/// Whether a share is at least the minimum; the minimum itself passes, roundings aside.
bool passes(double share, double minimum);

struct VoltageYield {
  memory::Voltage voltage;
  std::size_t chips = 0, passing = 0;
  Interval interval;  ///< Wilson's 95 % interval of passing / chips, for the dies not looked at

  double yield() const { return static_cast<double>(passing) / static_cast<double>(chips); }
};

/// By falling voltage.
std::vector<VoltageYield> yields(const std::vector<PointSummary>& points, const PassMark& mark);

/// Of each chip, the best first: the lowest voltage that it passes at without a failure above it;
/// nothing for one that fails at the highest.
std::vector<std::optional<memory::Voltage>> lowest_passing_voltages(
    const std::vector<PointSummary>& points, const PassMark& mark);

/// dies.csv: a row per chip and voltage, in the order of chips, then of falling voltages; with each
/// die's lowest voltage that it passes at without a failure above it, empty where it fails at the
/// highest. `maps` are the files of measured dies, or none.
std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     const PassMark& mark);

}  // namespace brownout::experiment
