// Works on the list of faults, so that its cost does not depend on the size of the SRAM.
#include "sim/cli/map_statistics.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace brownout::cli {
namespace {

using memory::Fault;
using memory::Voltage;

// Of the occurrences of each number 0..kinds-1 in `numbers`.
std::optional<double> dispersion(std::vector<std::uint64_t> numbers, std::uint64_t kinds) {
  if (numbers.empty()) return {};
  std::sort(numbers.begin(), numbers.end());
  double squares = 0;
  for (auto first = numbers.begin(); first != numbers.end();) {
    const auto last = std::upper_bound(first, numbers.end(), *first);
    const auto count = static_cast<double>(last - first);
    squares += count * count;
    first = last;
  }
  const auto n = static_cast<double>(kinds);
  const double mean = static_cast<double>(numbers.size()) / n;
  return (squares / n - mean * mean) / mean;
}

void require_measured(const memory::SparseFaultMap& map, Voltage voltage) {
  const auto lowest = map.header().lowest_measured;
  if (!lowest || voltage >= *lowest) return;
  throw std::runtime_error(voltage.text() + " " + map.header().unit +
                           " is below the lowest measured voltage, " + lowest->text() + " " +
                           map.header().unit);
}

void count(FaultsAtVoltage& result, memory::FaultKind kind) {
  switch (kind) {
    case memory::FaultKind::kFlip:
      ++result.flips;
      return;
    case memory::FaultKind::kStuckAt0:
      ++result.stuck_at_0;
      return;
    case memory::FaultKind::kStuckAt1:
      ++result.stuck_at_1;
      return;
  }
}

}  // namespace

FaultsAtVoltage faults_at(const memory::SparseFaultMap& map, Voltage voltage) {
  require_measured(map, voltage);
  const memory::SramGeometry& geometry = map.geometry();
  FaultsAtVoltage result;
  result.voltage = voltage;
  std::vector<std::uint64_t> rows;
  std::vector<std::uint64_t> columns;
  for (const Fault& fault : map.faults()) {
    if (voltage > fault.vfail) continue;
    count(result, fault.kind);
    rows.push_back(std::uint64_t{fault.cell.bank} * geometry.rows + fault.cell.row);
    columns.push_back(std::uint64_t{fault.cell.bank} * geometry.columns + fault.cell.column);
  }
  result.ber = static_cast<double>(result.total()) / static_cast<double>(geometry.cells());
  result.row_dispersion =
      dispersion(std::move(rows), std::uint64_t{geometry.banks} * geometry.rows);
  result.column_dispersion =
      dispersion(std::move(columns), std::uint64_t{geometry.banks} * geometry.columns);
  return result;
}

std::vector<Voltage> telling_voltages(const memory::SparseFaultMap& map) {
  std::vector<Voltage> vfails;
  for (const Fault& fault : map.faults()) {
    if (!fault.vfail.is_infinite()) vfails.push_back(fault.vfail);
  }
  std::sort(vfails.begin(), vfails.end(), std::greater<>());
  std::vector<Voltage> voltages;
  for (const double share : {0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 1.0}) {
    if (vfails.empty()) break;
    voltages.push_back(
        vfails[static_cast<std::size_t>(share * static_cast<double>(vfails.size() - 1))]);
  }
  const auto lowest = map.header().lowest_measured;
  if (lowest) {
    std::erase_if(voltages, [&](Voltage voltage) { return voltage < *lowest; });
    voltages.push_back(*lowest);
  }
  voltages.erase(std::unique(voltages.begin(), voltages.end()), voltages.end());
  return voltages;
}

std::uint64_t defect_count(const memory::SparseFaultMap& map) {
  return static_cast<std::uint64_t>(
      std::count_if(map.faults().begin(), map.faults().end(),
                    [](const Fault& fault) { return fault.vfail.is_infinite(); }));
}

}  // namespace brownout::cli
