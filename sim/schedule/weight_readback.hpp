// From failing cells back to weights: fault -> cell -> word and bit -> tile -> weight. Yields the
// weights as the array reads them, and how much of what is fetched was wrong.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/fault_map.hpp"
#include "sim/schedule/fault_filter.hpp"
#include "sim/schedule/tile_program.hpp"

namespace brownout::schedule {

/// Real weight bits of one layer: unused lanes and top bits do not count.
struct LayerReadback {
  std::uint64_t bits_fetched = 0;  ///< in one inference, each fetch counted
  std::uint64_t bits_wrong = 0;    ///< of these, those that differ from what was written
  std::uint64_t weights = 0;
  std::uint64_t weights_changed = 0;  ///< decoded value differs from the network's
};

struct WeightReadback {
  models::WeightSet weights;
  std::vector<LayerReadback> layers;  ///< by node index

  double effective_ber() const;
  double weights_changed() const;  ///< share
};

/// Faults that `filter` keeps out change nothing and count as not wrong. Throws std::logic_error
/// when `cells` has another geometry than the program's weight SRAM.
WeightReadback read_back(const TileProgram& program, const models::WeightSet& written,
                         const memory::CellMasks& cells, memory::Encoding encoding,
                         const FaultFilter& filter = {});

}  // namespace brownout::schedule
