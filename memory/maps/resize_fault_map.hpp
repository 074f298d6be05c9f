// A fault map of one geometry put onto another. Never done unasked, and always told in the source
// of the result.
#pragma once

#include <cstdint>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// What the cell (bank, row, column) of the target takes from the source:
enum class Resize : std::uint8_t {
  kCrop,  ///< the cell at offset + (bank, row, column), which must be inside the source
  kTile,  ///< the same modulo the source's geometry, so that the source repeats
};

struct Resizing {
  Resize how = Resize::kCrop;
  CellAddress offset;  ///< in the source: where the target begins
};

/// Throws InputError when the offset, or with kCrop any of the target's cells, is outside
/// the source, or the target is impossible.
SparseFaultMap resized(const SparseFaultMap& source, const SramGeometry& target,
                       const Resizing& resizing);

/// Puts `count` banks side by side, bank i * count + j at column j * columns of bank i, as wide
/// memories are built of narrow ones. Banks that are left over at the end are left out, and the
/// source says how many. Throws InputError when there are fewer than `count` banks.
SparseFaultMap with_banks_joined(const SparseFaultMap& source, std::uint32_t count);

}  // namespace brownout::memory
