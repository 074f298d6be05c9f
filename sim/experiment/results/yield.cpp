#include "sim/experiment/results/yield.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "memory/numbers/text_number.hpp"
#include "sim/experiment/results/csv_row.hpp"

namespace brownout::experiment {
namespace {

// A chip's points by falling voltage.
using ChipPoints = std::map<memory::Voltage, double, std::greater<>>;

std::map<std::uint64_t, ChipPoints> by_chip(const std::vector<PointSummary>& points,
                                            Metric metric) {
  std::map<std::uint64_t, ChipPoints> chips;
  for (const PointSummary& point : points) {
    chips[point.chip][point.voltage] = point.score[metric].value();
  }
  return chips;
}

std::optional<memory::Voltage> lowest_of(const ChipPoints& points, double minimum) {
  std::optional<memory::Voltage> lowest;
  for (const auto& [voltage, share] : points) {
    if (!passes(share, minimum)) break;
    lowest = voltage;
  }
  return lowest;
}

}  // namespace

bool passes(double share, double minimum) {
  constexpr double kRounding = 1e-12;  // of a target like 0.98 - 1 percentage point
  return share >= minimum - kRounding;
}

std::vector<VoltageYield> yields(const std::vector<PointSummary>& points, const PassMark& mark) {
  std::map<memory::Voltage, VoltageYield, std::greater<>> counts;
  for (const PointSummary& point : points) {
    VoltageYield& count = counts[point.voltage];
    count.voltage = point.voltage;
    ++count.chips;
    if (passes(point.score[mark.metric].value(), mark.minimum)) ++count.passing;
  }
  std::vector<VoltageYield> result;
  for (auto& [voltage, count] : counts) {
    count.interval = wilson_interval(static_cast<std::int64_t>(count.passing),
                                     static_cast<std::int64_t>(count.chips));
    result.push_back(count);
  }
  return result;
}

std::vector<std::optional<memory::Voltage>> lowest_passing_voltages(
    const std::vector<PointSummary>& points, const PassMark& mark) {
  std::vector<std::optional<memory::Voltage>> lowest;
  for (const auto& [chip, of_chip] : by_chip(points, mark.metric)) {
    lowest.push_back(lowest_of(of_chip, mark.minimum));
  }
  std::sort(lowest.begin(), lowest.end(),
            [](const auto& left, const auto& right) { return left && (!right || *left < *right); });
  return lowest;
}

std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     const PassMark& mark) {
  const bool of_top1 = mark.metric == Metric::kTop1;
  const std::string minimum = memory::format_double(mark.minimum);
  std::string text =
      "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc\n";
  for (const auto& [chip, of_chip] : by_chip(points, mark.metric)) {
    const std::string map = maps.empty() ? "" : quoted(maps.at(chip).filename().string());
    const auto lowest = lowest_of(of_chip, mark.minimum);
    for (const auto& [voltage, share] : of_chip) {
      const std::string values = memory::format_double(share) + ',' + minimum;
      text += std::to_string(chip) + ',' + map + ',' + voltage.text() + ',' + unit + ',' +
              (of_top1 ? values : ",") + ',' + (passes(share, mark.minimum) ? "1" : "0") + ',' +
              (lowest ? lowest->text() : "") + ',' + (of_top1 ? "," : values) + '\n';
    }
  }
  return text;
}

}  // namespace brownout::experiment
