// What a test at several voltages found: the faults by their highest failing voltage, and what
// that summary leaves out. How each format is read is the business of its reader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

struct MeasuredFaultMap {
  SparseFaultMap map;
  std::vector<Voltage> voltages;       ///< of the test; falling
  std::vector<std::uint64_t> failing;  ///< cells that failed at each of them, as measured
  /// Cells that failed at a voltage and passed at a lower one. In `map` they fail at both: the
  /// highest voltage at which a cell failed counts.
  std::uint64_t nesting_violations = 0;
  /// What the reader decided on its own, for the user to know. Stands in the map's source too.
  std::string note = {};
};

/// A cell that failed in one pass of a test. As kStuckAt0 it read 0 where 1 was written, as
/// kStuckAt1 the other way around.
struct FailingRead {
  CellAddress cell;
  std::uint32_t step = 0;  ///< which of the voltages
  FaultKind kind = FaultKind::kStuckAt0;
};

/// Makes the map of `reads`, at `voltages` (falling), the last of which becomes lowest_measured. A
/// cell that failed both ways, at whatever voltages, is a flip. Throws InputError for a
/// cell outside the geometry.
MeasuredFaultMap summarise(FaultMapHeader header, std::vector<Voltage> voltages,
                           std::vector<FailingRead> reads);

}  // namespace brownout::memory
