// Reversible changes that all rows of a weight tile have in common, told by flags of the tile: the
// sign of a column, and the inversion of a bit slice, which is bit b of all weights of one column
// (after arXiv 2512.18459).
#pragma once

namespace brownout::memory {

struct ColumnChanges {
  bool sign_flip = false;
  bool bit_flip = false;

  bool any() const { return sign_flip || bit_flip; }
  /// Flags of a column of weights with so many bits: of its sign, then of its slices from bit 0 on.
  int flags(int weight_bits) const { return (sign_flip ? 1 : 0) + (bit_flip ? weight_bits : 0); }

  bool operator==(const ColumnChanges&) const = default;
};

}  // namespace brownout::memory
