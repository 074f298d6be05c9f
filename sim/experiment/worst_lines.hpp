// The lines of a chip's weight SRAM by the damage that their faults do to weights.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/cell_line.hpp"
#include "sim/experiment/session/chip.hpp"
#include "sim/experiment/session/point.hpp"

namespace brownout::experiment {

struct DamagedLine {
  memory::CellLine line;
  std::uint64_t faults = 0;  ///< pairs of a failing cell and a weight that it alone changes
  double error = 0;          ///< sum of squares of their relative errors (storage::WeightFault)
  double error_share = 0;    ///< of that of all lines
};

/// Rows and bitlines by falling error (equal ones by address), those that change a weight; of banks
/// all, in their order. Squares, since what independent errors do to a sum adds up so. Throws
/// InputError as Session::run does.
std::vector<DamagedLine> damaged_lines(const Plan& plan, const Chip& chip, const Point& point,
                                       memory::LineKind kind);

}  // namespace brownout::experiment
