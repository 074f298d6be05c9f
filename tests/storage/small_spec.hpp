// A small accelerator for the tests of this folder.
#pragma once

#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::storage {

/// Rows do not fill their last word, tiles are fetched again for every block of M, and a ring
/// wraps.
inline hardware::AcceleratorSpec small_spec(hardware::Placement placement) {
  hardware::AcceleratorSpec spec;
  spec.array = {8, 6};
  spec.accumulator.depth = 30;
  spec.placement = placement;
  const int capacity = placement == hardware::Placement::kResident ? 16 : 1;
  spec.weight_sram = {.capacity_kib = capacity, .banks = 2, .word_bits = 32, .column_mux = 4};
  return spec;
}

}  // namespace brownout::storage
