// Fault maps in word addresses and bits, as many testers report them, turned into physical cells.
#pragma once

#include "memory/maps/sparse_fault_map.hpp"
#include "memory/sram_macro.hpp"

namespace brownout::memory {

/// Column b of `logical` is bit b of the word that is the row: of the SRAM's word `row` where the
/// map has one bank, else of the bank's. The result has the cell where `organisation` puts that
/// bit. Its `words` are taken from the map. Throws InputError when the map has another
/// number of banks or another word length, or the words do not divide evenly.
SparseFaultMap physical_fault_map(const SparseFaultMap& logical, SramOrganisation organisation);

}  // namespace brownout::memory
