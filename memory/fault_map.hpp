// The faults of one chip: which bit cells fail at a voltage, and how.
#pragma once

#include <string>
#include <vector>

#include "memory/cell_masks.hpp"
#include "memory/voltage.hpp"

namespace brownout::memory {

/// One failing cell. Faulty at V iff V <= vfail, so the faults of a chip nest in voltage.
struct Fault {
  CellAddress cell;
  Voltage vfail;
  FaultKind kind = FaultKind::kFlip;
  double p = 1;  ///< chance to fail in an inference where it is faulty; above 0, at most 1

  bool operator==(const Fault&) const = default;
};

/// A cell that fails in some inferences and works in others (intermittent_cells.hpp draws which).
struct IntermittentCell {
  CellAddress cell;
  FaultKind kind = FaultKind::kFlip;
  double probability = 0;  ///< above 0, below 1

  bool operator==(const IntermittentCell&) const = default;
};

/// What fails at one voltage: cells that fail in every inference, and cells that fail in some.
struct CellFaults {
  CellMasks certain;
  std::vector<IntermittentCell> intermittent = {};  ///< by bank, row, column; none is in `certain`

  /// Mean number of failing cells of an inference.
  double expected_count() const;
  /// That as a share of all cells: the bit error rate.
  double bit_error_rate() const;
};

/// The faults of one chip at any voltage.
class FaultMap {
 public:
  virtual ~FaultMap() = default;
  virtual const SramGeometry& geometry() const = 0;
  /// Failing cells at `voltage`; at an infinite one, the defects. Throws InputError outside
  /// the map's validity.
  virtual CellFaults faults_at(Voltage voltage) const = 0;
  /// One line for reports: where the map comes from.
  virtual std::string source() const = 0;
};

}  // namespace brownout::memory
