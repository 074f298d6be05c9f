// A measured fault map as a fit sees it: for each bitline, how many cells fail first at which of
// the measured voltages.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/bitline_layout.hpp"
#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// Bitlines that look alike. Element j of `cells` counts those whose highest failing voltage is
/// voltages[j]; the last element, those that work at every voltage.
struct BitlineGroup {
  std::vector<std::uint32_t> cells;
  std::uint64_t bitlines = 0;
};

/// Cells of a bitline that fail at one of the voltages, by what they are stuck at.
struct StuckCells {
  std::uint64_t at_0 = 0, at_1 = 0;
};

struct FitData {
  SramGeometry geometry;
  BitlineLayout layout;
  std::vector<Voltage> voltages;  ///< falling; the first is the highest measured
  std::vector<BitlineGroup> groups;
  std::vector<std::uint64_t> cells;  ///< of all bitlines, as in BitlineGroup
  std::uint64_t bitlines = 0;
  std::uint32_t longest_bitline = 0;                        ///< cells
  std::uint64_t flips = 0, stuck_at_0 = 0, stuck_at_1 = 0;  ///< of the cells that fail
  std::vector<StuckCells> stuck_bitlines;                   ///< of bitlines that have some
  std::uint64_t defects = 0;  ///< cells that fail at every voltage; in none of the counts above

  std::uint64_t faults() const { return flips + stuck_at_0 + stuck_at_1; }
  /// Cells of a bitline of a column, by its number there.
  std::uint32_t cells_of(std::uint32_t bitline) const;
  /// Throws InputError unless cells fail first at two voltages or more: one tells no
  /// spread.
  void require_spread() const;
};

/// At `voltages`, or where none are given at those at which cells of the map fail first; of more
/// than 12 of these, 12 evenly spaced ones. A cell that fails first between two voltages counts at
/// the lower one. Throws InputError: a voltage below the lowest measured one, a map without
/// one and no voltages.
FitData fit_data(const SparseFaultMap& map, const BitlineLayout& layout,
                 std::vector<Voltage> voltages);

}  // namespace brownout::memory
