#include "sim/experiment/results/yield.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace brownout::experiment {
namespace {

// A chip's points by falling voltage.
using ChipVerdicts = std::map<memory::Voltage, Verdict, std::greater<>>;

std::map<std::uint64_t, ChipVerdicts> by_chip(const std::vector<PointSummary>& points,
                                              const PassMark& mark) {
  std::map<std::uint64_t, ChipVerdicts> chips;
  for (const PointSummary& point : points) chips[point.chip][point.voltage] = judge(point, mark);
  return chips;
}

std::optional<memory::Voltage> lowest_of(const ChipVerdicts& verdicts) {
  std::optional<memory::Voltage> lowest;
  for (const auto& [voltage, verdict] : verdicts) {
    if (!verdict.pass) break;
    lowest = voltage;
  }
  return lowest;
}

void add(const Verdict& verdict, VoltageYield& count) {
  ++count.chips;
  if (verdict.pass) ++count.passing;
  if (verdict.settled) count.unsettled = count.unsettled.value_or(0) + (*verdict.settled ? 0 : 1);
}

}  // namespace

std::vector<VoltageYield> yields(const std::vector<PointSummary>& points, const PassMark& mark) {
  std::map<memory::Voltage, VoltageYield, std::greater<>> counts;
  for (const PointSummary& point : points) {
    VoltageYield& count = counts[point.voltage];
    count.voltage = point.voltage;
    add(judge(point, mark), count);
  }
  std::vector<VoltageYield> result;
  for (auto& [voltage, count] : counts) {
    count.interval = wilson_interval(static_cast<std::int64_t>(count.passing),
                                     static_cast<std::int64_t>(count.chips));
    result.push_back(count);
  }
  return result;
}

std::size_t safe_steps(const std::vector<VoltageYield>& yields, std::size_t allowed_failures) {
  const auto refused = std::find_if(yields.begin(), yields.end(), [&](const VoltageYield& yield) {
    return yield.chips - yield.passing > allowed_failures;
  });
  return static_cast<std::size_t>(refused - yields.begin());
}

std::vector<std::optional<memory::Voltage>> lowest_passing_voltages(
    const std::vector<PointSummary>& points, const PassMark& mark) {
  std::vector<std::optional<memory::Voltage>> lowest;
  for (const auto& [chip, verdicts] : by_chip(points, mark)) lowest.push_back(lowest_of(verdicts));
  std::sort(lowest.begin(), lowest.end(),
            [](const auto& left, const auto& right) { return left && (!right || *left < *right); });
  return lowest;
}

std::vector<DieVerdict> die_verdicts(const std::vector<PointSummary>& points,
                                     const PassMark& mark) {
  std::vector<DieVerdict> dies;
  for (const auto& [chip, verdicts] : by_chip(points, mark)) {
    const auto lowest = lowest_of(verdicts);
    for (const auto& [voltage, verdict] : verdicts) {
      dies.push_back({chip, voltage, verdict, lowest});
    }
  }
  return dies;
}

}  // namespace brownout::experiment
