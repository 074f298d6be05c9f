// Points of a few lines, for the tests of rows.
#pragma once

#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

inline MemoryResult memory_at(hardware::OnChipMemory memory, const char* voltage, double ber) {
  return {.memory = memory,
          .voltage = memory::Voltage::parse(voltage),
          .unit = "Vmin",
          .ber = ber,
          .cells = 1000};
}

/// Of the weight SRAM alone.
inline PointResult point_at(const char* voltage = "1", double ber = 0) {
  PointResult point;
  point.supply = {.name = "weight_sram", .memories = {hardware::OnChipMemory::kWeightSram}};
  point.memories = {memory_at(hardware::OnChipMemory::kWeightSram, voltage, ber)};
  return point;
}

}  // namespace brownout::experiment
