// The voltage's faults of all maps, then the defects of all maps over them.
#include "memory/maps/stacked_fault_map.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr FaultKind kKinds[] = {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip};

// Gives every cell that fails in `above` the fault that it has there.
void lay_over(CellMasks& masks, const CellMasks& above) {
  masks.geometry().for_each_row([&](const RowAddress& row) {
    const auto zeros = above.row(FaultKind::kStuckAt0, row);
    const auto ones = above.row(FaultKind::kStuckAt1, row);
    const auto flips = above.row(FaultKind::kFlip, row);
    for (const FaultKind kind : kKinds) {
      const auto plane = masks.row(kind, row);
      const auto over = above.row(kind, row);
      for (std::size_t word = 0; word < plane.size(); ++word) {
        plane[word] = (plane[word] & ~(zeros[word] | ones[word] | flips[word])) | over[word];
      }
    }
  });
}

// Both lists of intermittent cells wait for all certain ones.
void lay_over(CellFaults& faults, const CellFaults& above) {
  lay_over(faults.certain, above.certain);
  faults.intermittent.insert(faults.intermittent.end(), above.intermittent.begin(),
                             above.intermittent.end());
}

// The last entry of a cell counts, and none of a cell that fails anyway.
void settle_intermittent(CellFaults& faults) {
  std::vector<IntermittentCell>& cells = faults.intermittent;
  std::reverse(cells.begin(), cells.end());
  std::stable_sort(cells.begin(), cells.end(),
                   [](const auto& a, const auto& b) { return a.cell < b.cell; });
  const auto same = [](const auto& a, const auto& b) { return a.cell == b.cell; };
  cells.erase(std::unique(cells.begin(), cells.end(), same), cells.end());
  std::erase_if(cells, [&](const auto& cell) { return faults.certain.at(cell.cell).has_value(); });
}

}  // namespace

StackedFaultMap::StackedFaultMap(std::vector<std::unique_ptr<FaultMap>> maps)
    : maps_(std::move(maps)) {
  if (maps_.empty()) throw std::logic_error("a stack without a fault map");
  for (const auto& map : maps_) {
    if (map->geometry() == geometry()) continue;
    throw InputError("the fault map from " + map->source() + " has " + to_string(map->geometry()) +
                     ", the one from " + maps_.front()->source() + " that it is laid over has " +
                     to_string(geometry()));
  }
}

CellFaults StackedFaultMap::faults_at(Voltage voltage) const {
  CellFaults faults{CellMasks(geometry())};
  // Only defects fail at an infinite voltage.
  for (const Voltage level : {voltage, Voltage::infinite()}) {
    for (const auto& map : maps_) lay_over(faults, map->faults_at(level));
  }
  settle_intermittent(faults);
  return faults;
}

std::string StackedFaultMap::source() const {
  std::string text;
  for (const auto& map : maps_) text += (text.empty() ? "" : " + ") + map->source();
  return text;
}

}  // namespace brownout::memory
