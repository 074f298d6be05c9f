// Failing cells for tests: a cell fails where a keyed hash of its coordinates says so.
#pragma once

#include <cstdint>

#include "memory/cell_masks.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::testing {

/// Adds faults of one kind; a cell that has one already takes the new one.
inline void add_random_cells(memory::CellMasks& cells, double ber, memory::FaultKind kind,
                             std::uint64_t seed) {
  const memory::SramGeometry& geometry = cells.geometry();
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t hash = memory::keyed_hash(seed, bank, row, column);
        if (static_cast<double>(hash) < ber * 18446744073709551616.0) {
          cells.set({bank, row, column}, kind);
        }
      }
    }
  }
}

inline memory::CellMasks random_cells(const memory::SramGeometry& geometry, double ber,
                                      memory::FaultKind kind, std::uint64_t seed) {
  memory::CellMasks cells(geometry);
  add_random_cells(cells, ber, kind, seed);
  return cells;
}

}  // namespace brownout::testing
