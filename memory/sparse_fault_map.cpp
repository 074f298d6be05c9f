// A list of failing cells as a fault map.
#include "memory/sparse_fault_map.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace brownout::memory {
namespace {

bool by_cell(const Fault& a, const Fault& b) { return a.cell < b.cell; }

}  // namespace

SparseFaultMap::SparseFaultMap(FaultMapHeader header, std::vector<Fault> faults)
    : header_(std::move(header)), faults_(std::move(faults)) {
  require_possible(header_.geometry);
  for (const Fault& fault : faults_) {
    if (!header_.geometry.contains(fault.cell)) {
      throw std::runtime_error("the failing cell at " + to_string(fault.cell) + " is outside " +
                               to_string(header_.geometry));
    }
  }
  if (!std::is_sorted(faults_.begin(), faults_.end(), by_cell)) {
    std::sort(faults_.begin(), faults_.end(), by_cell);
  }
  const auto twice =
      std::adjacent_find(faults_.begin(), faults_.end(),
                         [](const Fault& a, const Fault& b) { return a.cell == b.cell; });
  if (twice != faults_.end()) {
    throw std::runtime_error("the cell at " + to_string(twice->cell) + " is named twice");
  }
}

CellMasks SparseFaultMap::masks_at(Voltage voltage) const {
  if (header_.lowest_measured && voltage < *header_.lowest_measured) {
    throw std::runtime_error("voltage " + voltage.text() + " " + header_.unit +
                             " is below the lowest measured voltage, " +
                             header_.lowest_measured->text() + " " + header_.unit +
                             ", of the fault map from " + header_.source);
  }
  CellMasks masks(geometry());
  for (const Fault& fault : faults_) {
    if (voltage <= fault.vfail) masks.set(fault.cell, fault.kind);
  }
  return masks;
}

}  // namespace brownout::memory
