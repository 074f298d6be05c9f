#include "sim/experiment/results/yield.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "memory/base/text_number.hpp"
#include "sim/experiment/results/csv_row.hpp"

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

// What the images say about the drop; fields are empty where there is no interval.
void add_drop(const Verdict& verdict, CsvRow& row) {
  row << verdict.drop;
  if (verdict.drop_interval) {
    row << verdict.drop_interval->low << verdict.drop_interval->high;
  } else {
    row << ""
        << "";
  }
  row << (verdict.settled ? *verdict.settled ? "1" : "0" : "");
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

std::vector<std::optional<memory::Voltage>> lowest_passing_voltages(
    const std::vector<PointSummary>& points, const PassMark& mark) {
  std::vector<std::optional<memory::Voltage>> lowest;
  for (const auto& [chip, verdicts] : by_chip(points, mark)) lowest.push_back(lowest_of(verdicts));
  std::sort(lowest.begin(), lowest.end(),
            [](const auto& left, const auto& right) { return left && (!right || *left < *right); });
  return lowest;
}

std::string dies_csv(const std::vector<PointSummary>& points,
                     const std::vector<std::filesystem::path>& maps, const std::string& unit,
                     const PassMark& mark) {
  const bool of_top1 = mark.metric == Metric::kTop1;
  std::string text =
      "chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage,auc,min_auc,drop,"
      "drop_ci_low,drop_ci_high,settled\n";
  const auto value = [](bool given, double number) {
    return given ? format_double(number) : std::string();
  };
  for (const auto& [chip, verdicts] : by_chip(points, mark)) {
    const auto lowest = lowest_of(verdicts);
    for (const auto& [voltage, verdict] : verdicts) {
      CsvRow row;
      row << chip << (maps.empty() ? "" : quoted(maps.at(chip).filename().string()))
          << voltage.text() << unit << value(of_top1, verdict.score) << value(of_top1, mark.minimum)
          << (verdict.pass ? "1" : "0") << (lowest ? lowest->text() : "")
          << value(!of_top1, verdict.score) << value(!of_top1, mark.minimum);
      add_drop(verdict, row);
      text += row.text() + '\n';
    }
  }
  return text;
}

std::string yields_csv(const std::vector<VoltageYield>& yields, const std::string& unit) {
  std::string text = "voltage,unit,chips,passing,yield,yield_ci_low,yield_ci_high,unsettled\n";
  for (const VoltageYield& of : yields) {
    CsvRow row;
    row << of.voltage.text() << unit << of.chips << of.passing << of.yield() << of.interval.low
        << of.interval.high << (of.unsettled ? std::to_string(*of.unsettled) : "");
    text += row.text() + '\n';
  }
  return text;
}

}  // namespace brownout::experiment
