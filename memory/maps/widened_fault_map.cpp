#include "memory/maps/widened_fault_map.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace brownout::memory {

bool widens(const SramGeometry& part, const SramGeometry& whole) {
  return part != whole && part.banks == whole.banks && part.rows <= whole.rows &&
         part.columns <= whole.columns;
}

WidenedFaultMap::WidenedFaultMap(std::unique_ptr<FaultMap> measured,
                                 std::unique_ptr<FaultMap> others)
    : measured_(std::move(measured)), others_(std::move(others)) {
  if (!widens(measured_->geometry(), others_->geometry())) {
    throw std::logic_error(to_string(others_->geometry()) + " around " +
                           to_string(measured_->geometry()));
  }
}

CellFaults WidenedFaultMap::faults_at(Voltage voltage) const {
  const SramGeometry& inside = measured_->geometry();
  const CellFaults others = others_->faults_at(voltage);
  CellFaults faults = measured_->faults_at(voltage);
  CellMasks all(geometry());
  faults.certain.for_each([&](const CellAddress& cell, FaultKind kind) { all.set(cell, kind); });
  const auto is_other = [&](const CellAddress& cell) { return !inside.contains(cell); };
  others.certain.for_each([&](const CellAddress& cell, FaultKind kind) {
    if (is_other(cell)) all.set(cell, kind);
  });
  faults.certain = std::move(all);
  std::vector<IntermittentCell>& cells = faults.intermittent;
  std::copy_if(others.intermittent.begin(), others.intermittent.end(), std::back_inserter(cells),
               [&](const IntermittentCell& cell) { return is_other(cell.cell); });
  std::sort(cells.begin(), cells.end(),
            [](const IntermittentCell& a, const IntermittentCell& b) { return a.cell < b.cell; });
  return faults;
}

std::string WidenedFaultMap::source() const {
  return measured_->source() + "; extra cells " + others_->source();
}

}  // namespace brownout::memory
