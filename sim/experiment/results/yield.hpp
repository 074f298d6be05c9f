// Which dies meet an accuracy target: pass and fail of the points of a sweep, the yield at each
// voltage, the lowest voltage of each die. Owns dies.csv and yields.csv.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/results/verdict.hpp"

namespace brownout::experiment {

struct VoltageYield {
  memory::Voltage voltage;
  std::size_t chips = 0, passing = 0;
  Interval interval;  ///< Wilson's 95 % interval of passing / chips, for the dies not looked at
  /// Chips whose verdict the images do not settle; nothing where there is no interval to tell.
  std::optional<std::size_t> unsettled = {};

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

/// yields.csv: a row per voltage.
std::string yields_csv(const std::vector<VoltageYield>& yields, const std::string& unit);

}  // namespace brownout::experiment
