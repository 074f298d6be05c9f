// Figures of a measured fault map: how many cells fail at a voltage, how, and how evenly they lie
// over banks, rows, columns and bitlines.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

struct FaultsAtVoltage {
  Voltage voltage;
  std::uint64_t flips = 0, stuck_at_0 = 0, stuck_at_1 = 0;
  double ber = 0;

  std::uint64_t total() const { return flips + stuck_at_0 + stuck_at_1; }
};

/// Throws InputError below the map's lowest measured voltage.
FaultsAtVoltage faults_at(const SparseFaultMap& map, Voltage voltage);

/// Cells that share something: kRow a row of a bank, kColumn a column of a bank, kBitline a part
/// of a column.
enum class CellGroup : std::uint8_t { kBank, kRow, kColumn, kBitline };

/// Which cells of a column share a physical bitline: those whose rows are equal modulo
/// `interleaved` (2: even and odd rows lie on a bitline each), `cells` of them each, the last one
/// maybe fewer; 0: all.
struct BitlineShape {
  std::uint32_t interleaved = 1;
  std::uint32_t cells = 0;
};

/// The failing cells of each group.
struct GroupCounts {
  std::uint64_t groups = 0;
  std::vector<std::uint64_t> faults;  ///< of the groups that have any; falling

  std::uint64_t total() const;
  /// Variance / mean over all groups: about 1 - BER where cells fail independently, more where
  /// whole groups are weak. Nothing without faults.
  std::optional<double> dispersion() const;
  /// Share of all faults that lie in groups of at least `count` faults. Nothing without faults.
  std::optional<double> share_in_groups_of(std::uint64_t count) const;
};

/// Throws InputError below the map's lowest measured voltage, and for an `interleaved`
/// outside 1..rows.
GroupCounts group_counts(const SparseFaultMap& map, Voltage voltage, CellGroup group,
                         const BitlineShape& bitline = {});

/// Bitlines with at least `least` stuck cells at a voltage.
struct BitlinePolarity {
  std::uint64_t bitlines = 0;
  std::uint64_t pure_at_0 = 0, pure_at_1 = 0;  ///< all of whose stuck cells are stuck alike
};

/// Throws as group_counts does.
BitlinePolarity bitline_polarity(const SparseFaultMap& map, Voltage voltage, std::uint64_t least,
                                 const BitlineShape& bitline = {});

/// Distinct quantiles of the faults' vfail (defects aside), by falling voltage, and the lowest
/// measured voltage.
std::vector<Voltage> telling_voltages(const SparseFaultMap& map);

/// Cells that fail at every voltage.
std::uint64_t defect_count(const SparseFaultMap& map);

}  // namespace brownout::memory
