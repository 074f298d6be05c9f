// A list of failing cells as a fault map.
#include "memory/maps/sparse_fault_map.hpp"

#include <algorithm>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/read_noise.hpp"

namespace brownout::memory {
namespace {

bool by_cell(const Fault& a, const Fault& b) { return a.cell < b.cell; }

}  // namespace

SparseFaultMap::SparseFaultMap(FaultMapHeader header, std::vector<Fault> faults)
    : header_(std::move(header)), faults_(std::move(faults)) {
  require_possible(header_.geometry);
  check_sigma_read(header_.sigma_read);
  for (const Fault& fault : faults_) {
    if (!(fault.p > 0 && fault.p <= 1)) {
      throw InputError("the cell at " + to_string(fault.cell) + " fails with a chance of " +
                       format_double(fault.p) + ", which is not above 0 and at most 1");
    }
    if (!header_.geometry.contains(fault.cell)) {
      throw InputError("the failing cell at " + to_string(fault.cell) + " is outside " +
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
    throw InputError("the cell at " + to_string(twice->cell) + " is named twice");
  }
}

// All voltages whose cells count at `voltage` must have been measured.
void SparseFaultMap::require_measured(Voltage voltage) const {
  if (!header_.lowest_measured) return;
  const Voltage least = never_failing_below(voltage, header_.sigma_read);
  if (least >= *header_.lowest_measured) return;
  std::string text = "voltage " + voltage.text() + " " + header_.unit;
  if (header_.sigma_read != 0) {
    text += " with a sigma_read of " + format_double(header_.sigma_read) +
            ": cells count that fail up to " + least.text() + " " + header_.unit + ", which";
  }
  throw InputError(text + " is below the lowest measured voltage, " +
                   header_.lowest_measured->text() + " " + header_.unit +
                   ", of the fault map from " + header_.source);
}

CellFaults SparseFaultMap::faults_at(Voltage voltage) const {
  require_measured(voltage);
  CellFaults faults{CellMasks(geometry())};
  for (const Fault& fault : faults_) {
    const double chance = failure_chance(fault, voltage, header_.sigma_read);
    if (chance == 1) {
      faults.certain.set(fault.cell, fault.kind);
    } else if (chance > 0) {
      faults.intermittent.push_back({fault.cell, fault.kind, chance});
    }
  }
  return faults;
}

}  // namespace brownout::memory
