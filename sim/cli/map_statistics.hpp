// Figures of a measured fault map: how many cells fail at a voltage, how, and how evenly they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/sparse_fault_map.hpp"

namespace brownout::cli {

struct FaultsAtVoltage {
  memory::Voltage voltage;
  std::uint64_t flips = 0, stuck_at_0 = 0, stuck_at_1 = 0;
  double ber = 0;
  /// Variance / mean of the faults per row (of a bank) and per column: about 1 - BER where cells
  /// fail independently, more where whole rows or bitlines are weak. Nothing without faults.
  std::optional<double> row_dispersion, column_dispersion;

  std::uint64_t total() const { return flips + stuck_at_0 + stuck_at_1; }
};

/// Throws std::runtime_error below the map's lowest measured voltage.
FaultsAtVoltage faults_at(const memory::SparseFaultMap& map, memory::Voltage voltage);

/// Distinct quantiles of the faults' vfail (defects aside), by falling voltage, and the lowest
/// measured voltage.
std::vector<memory::Voltage> telling_voltages(const memory::SparseFaultMap& map);

/// Cells that fail at every voltage.
std::uint64_t defect_count(const memory::SparseFaultMap& map);

}  // namespace brownout::cli
