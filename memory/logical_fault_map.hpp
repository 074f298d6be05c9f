// Fault maps in word addresses and bits, as many testers report them, turned into physical cells.
#pragma once

#include "memory/sparse_fault_map.hpp"
#include "memory/sram_macro.hpp"

namespace brownout::memory {

/// Row a, column b of `logical` (of one bank) is bit b of word a; the result has the cell where
/// `organisation` puts that bit. Its `words` are taken from the map. Throws std::runtime_error
/// when the map has several banks or another word length, or the words do not divide evenly.
SparseFaultMap physical_fault_map(const SparseFaultMap& logical, SramOrganisation organisation);

}  // namespace brownout::memory
