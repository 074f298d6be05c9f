#include "memory/fit/fit_data.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <string>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr std::size_t kMostVoltages = 12;

// The voltages at which the map's cells fail first, thinned out where it has very many: a
// generated chip has one per cell.
std::vector<Voltage> voltages_of(const SparseFaultMap& map) {
  if (!map.header().lowest_measured) {
    throw InputError(
        "the map does not say lowest_measured, so nothing tells at which voltages its other cells "
        "work; give the measured voltages");
  }
  const Voltage lowest = *map.header().lowest_measured;
  std::vector<Voltage> voltages{lowest};
  for (const Fault& fault : map.faults()) {
    if (!fault.vfail.is_infinite() && fault.vfail > lowest) voltages.push_back(fault.vfail);
  }
  std::sort(voltages.begin(), voltages.end(), std::greater<>());
  voltages.erase(std::unique(voltages.begin(), voltages.end()), voltages.end());
  if (voltages.size() <= kMostVoltages) return voltages;
  const std::int64_t span = voltages.front().micro() - lowest.micro();
  std::vector<Voltage> thinned;
  for (std::int64_t i = kMostVoltages; i-- > 0;) {
    thinned.push_back(Voltage::from_micro(lowest.micro() + span * i / std::int64_t{kMostVoltages}));
  }
  return thinned;
}

void check_voltages(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  const auto lowest = map.header().lowest_measured;
  if (lowest && voltages.back() < *lowest) {
    throw InputError(voltages.back().text() + " " + map.header().unit +
                     " is below the lowest measured voltage, " + lowest->text() + " " +
                     map.header().unit);
  }
}

void count_kind(FitData& data, FaultKind kind) {
  switch (kind) {
    case FaultKind::kFlip:
      ++data.flips;
      return;
    case FaultKind::kStuckAt0:
      ++data.stuck_at_0;
      return;
    case FaultKind::kStuckAt1:
      ++data.stuck_at_1;
      return;
  }
}

std::vector<std::uint32_t> all_good(const FitData& data, std::uint32_t length) {
  std::vector<std::uint32_t> cells(data.voltages.size() + 1);
  cells.back() = length;
  return cells;
}

// Counts as in BitlineGroup, with the number of bitlines that have them.
using Alike = std::map<std::vector<std::uint32_t>, std::uint64_t>;

Alike clean_bitlines(FitData& data) {
  Alike alike;
  const std::uint64_t columns = std::uint64_t{data.geometry.banks} * data.geometry.columns;
  for (std::uint32_t i = 0; i < data.layout.bitlines(data.geometry.rows); ++i) {
    const std::uint32_t length = data.cells_of(i);
    data.longest_bitline = std::max(data.longest_bitline, length);
    data.bitlines += columns;
    alike[all_good(data, length)] += columns;
  }
  return alike;
}

void count_stuck(StuckCells& bitline, FaultKind kind) {
  if (kind == FaultKind::kStuckAt0) ++bitline.at_0;
  if (kind == FaultKind::kStuckAt1) ++bitline.at_1;
}

// By number of the bitline, the counts of its cells that fail somewhere; in place of the last count
// its defects.
std::map<std::uint64_t, std::vector<std::uint32_t>> faulty_bitlines(const SparseFaultMap& map,
                                                                    FitData& data) {
  const std::size_t intervals = data.voltages.size() + 1;
  const std::uint32_t per_column = data.layout.bitlines(data.geometry.rows);
  std::map<std::uint64_t, std::vector<std::uint32_t>> faulty;
  std::map<std::uint64_t, StuckCells> stuck;
  for (const Fault& fault : map.faults()) {
    const auto first_failing = static_cast<std::size_t>(
        std::partition_point(data.voltages.begin(), data.voltages.end(),
                             [&](Voltage voltage) { return voltage > fault.vfail; }) -
        data.voltages.begin());
    if (first_failing + 1 == intervals) continue;  // fails below all voltages only
    const std::uint64_t column =
        std::uint64_t{fault.cell.bank} * data.geometry.columns + fault.cell.column;
    const std::uint64_t number = column * per_column + data.layout.bitline(fault.cell.row);
    auto& cells = faulty[number];
    cells.resize(intervals);
    if (fault.vfail.is_infinite()) {
      ++data.defects;
      ++cells.back();
    } else {
      count_kind(data, fault.kind);
      count_stuck(stuck[number], fault.kind);
      ++cells[first_failing];
    }
  }
  for (const auto& [number, cells] : stuck) {
    if (cells.at_0 + cells.at_1 > 0) data.stuck_bitlines.push_back(cells);
  }
  return faulty;
}

}  // namespace

std::uint32_t FitData::cells_of(std::uint32_t bitline) const {
  const auto [first, end] = layout.rows_of(bitline, geometry.rows);
  return divide_up(end - first, layout.interleave);
}

void FitData::require_spread() const {
  const auto different =
      std::count_if(cells.begin(), cells.end() - 1, [](std::uint64_t count) { return count > 0; });
  if (different >= 2) return;
  throw InputError("cells fail first at " + std::to_string(different) +
                   " of the voltages; a mean and a spread need two or more");
}

FitData fit_data(const SparseFaultMap& map, const BitlineLayout& layout,
                 std::vector<Voltage> voltages) {
  layout.validate();
  FitData data;
  data.geometry = map.geometry();
  data.layout = layout;
  data.voltages = voltages.empty() ? voltages_of(map) : std::move(voltages);
  std::sort(data.voltages.begin(), data.voltages.end(), std::greater<>());
  check_voltages(map, data.voltages);
  data.cells.resize(data.voltages.size() + 1);

  Alike alike = clean_bitlines(data);
  for (auto& [number, cells] : faulty_bitlines(map, data)) {
    const auto per_column = layout.bitlines(data.geometry.rows);
    const std::uint32_t length = data.cells_of(static_cast<std::uint32_t>(number % per_column));
    --alike[all_good(data, length)];
    std::vector<std::uint32_t> counts = cells;
    const std::uint32_t others = std::accumulate(cells.begin(), cells.end(), 0U);
    counts.back() = length - others;
    ++alike[counts];
  }
  for (const auto& [cells, bitlines] : alike) {
    if (bitlines == 0) continue;
    for (std::size_t j = 0; j < cells.size(); ++j) data.cells[j] += bitlines * cells[j];
    data.groups.push_back({cells, bitlines});
  }
  return data;
}

}  // namespace brownout::memory
