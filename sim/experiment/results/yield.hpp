// Which dies meet an accuracy target: pass and fail of the points of a sweep, the yield at each
// voltage, the lowest voltage of each die.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// How many voltages, from the highest down, at most so many chips fail at, one after another.
std::size_t safe_steps(const std::vector<VoltageYield>& yields, std::size_t allowed_failures);

/// Of each chip, the best first: the lowest voltage that it passes at without a failure above it;
/// nothing for one that fails at the highest.
std::vector<std::optional<memory::Voltage>> lowest_passing_voltages(
    const std::vector<PointSummary>& points, const PassMark& mark);

/// A chip at a voltage.
struct DieVerdict {
  std::uint64_t chip = 0;
  memory::Voltage voltage;
  Verdict verdict;
  std::optional<memory::Voltage> lowest_passing = {};  ///< of the chip, as above
};

/// In the order of chips, then of falling voltages.
std::vector<DieVerdict> die_verdicts(const std::vector<PointSummary>& points, const PassMark& mark);

}  // namespace brownout::experiment
