#include "sim/experiment/yield.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "memory/text_number.hpp"
#include "sim/experiment/csv_row.hpp"

namespace brownout::experiment {
namespace {

// A chip's points by falling voltage.
using ChipPoints = std::map<memory::Voltage, double, std::greater<>>;

std::map<std::uint64_t, ChipPoints> by_chip(const std::vector<PointSummary>& points) {
  std::map<std::uint64_t, ChipPoints> chips;
  for (const PointSummary& point : points) chips[point.chip][point.voltage] = point.top1;
  return chips;
}

std::optional<memory::Voltage> lowest_of(const ChipPoints& points, double min_top1) {
  std::optional<memory::Voltage> lowest;
  for (const auto& [voltage, top1] : points) {
    if (!passes(top1, min_top1)) break;
    lowest = voltage;
  }
  return lowest;
}

}  // namespace

bool passes(double top1, double min_top1) {
  constexpr double kRounding = 1e-12;  // of a target like 0.98 - 1 percentage point
  return top1 >= min_top1 - kRounding;
}

std::vector<VoltageYield> yields(const std::vector<PointSummary>& points, double min_top1) {
  std::map<memory::Voltage, VoltageYield, std::greater<>> counts;
  for (const PointSummary& point : points) {
    VoltageYield& count = counts[point.voltage];
    count.voltage = point.voltage;
    ++count.chips;
    if (passes(point.top1, min_top1)) ++count.passing;
  }
  std::vector<VoltageYield> result;
  for (auto& [voltage, count] : counts) {
    count.interval = wilson_interval(static_cast<std::int64_t>(count.passing),
                                     static_cast<std::int64_t>(count.chips));
    result.push_back(count);
  }
  return result;
}

std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     double min_top1) {
  std::string text = "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage\n";
  for (const auto& [chip, of_chip] : by_chip(points)) {
    const std::string map = maps.empty() ? "" : quoted(maps.at(chip).filename().string());
    const auto lowest = lowest_of(of_chip, min_top1);
    for (const auto& [voltage, top1] : of_chip) {
      text += std::to_string(chip) + ',' + map + ',' + voltage.text() + ',' + unit + ',' +
              memory::format_double(top1) + ',' + memory::format_double(min_top1) + ',' +
              (passes(top1, min_top1) ? "1" : "0") + ',' + (lowest ? lowest->text() : "") + '\n';
    }
  }
  return text;
}

}  // namespace brownout::experiment
