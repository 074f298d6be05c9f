// The failing cells of an SRAM by the word that they belong to: the way back from the cells.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "memory/fault_map.hpp"
#include "memory/word_masks.hpp"

namespace brownout::memory {

/// A word with a failing cell.
struct FaultyWord {
  /// A cell of it that fails in some inferences: what it then does to the word.
  struct Intermittent {
    std::size_t cell = 0;  ///< index into CellFaults::intermittent
    WordMask mask;
  };

  std::uint64_t word = 0;
  WordMask certain;  ///< of the cells that fail in every inference
  std::vector<Intermittent> intermittent;
};

/// Calls `visit` for every such word, row by row of the cells. Throws std::logic_error when
/// `faults` has another geometry than `organisation`.
void for_each_faulty_word(const SramOrganisation& organisation, const CellFaults& faults,
                          const std::function<void(const FaultyWord&)>& visit);

}  // namespace brownout::memory
